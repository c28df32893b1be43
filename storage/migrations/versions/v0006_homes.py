"""Where somebody is alone with the desk: one place for each person, not one for each name that it has."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step. Whose a conversation is, is learnt when they speak there next."""
    op.add_column("people", sa.Column("home_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("people", "home_id")
