"""Which ticket a post of ours is about, so that who answers it is understood."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step; keys of posts tell which ticket those of before are about."""
    for table in ("outbox", "posts"):
        op.add_column(table, sa.Column("ticket_id", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE posts SET ticket_id = CAST(substr(key, 8) AS BIGINT) WHERE key LIKE 'opened:%'",
    )
    op.execute(
        "UPDATE posts SET ticket_id = (SELECT ticket_id FROM ticket_events "
        "WHERE ticket_events.id = CAST(substr(key, 6) AS BIGINT)) WHERE key LIKE 'said:%'"
    )


def downgrade() -> None:
    """Take it back."""
    for table in ("posts", "outbox"):
        op.drop_column(table, "ticket_id")
