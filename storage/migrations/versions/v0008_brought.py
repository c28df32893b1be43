"""What a platform made of the files of a post, so that they are taken back with it."""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step; what was posted before keeps its files."""
    op.add_column("posts", sa.Column("brought", storage.columns.Json(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("posts", "brought")
