"""What was said lately where a mark on a message comes without its words."""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "heard",
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.String(length=120), nullable=False),
        sa.Column("said", storage.columns.Json(), nullable=False),
        sa.Column("at", storage.columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_heard_place_id")),
        sa.PrimaryKeyConstraint("place_id", "message", name=op.f("pk_heard")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_heard_at", "heard", ["at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("heard")
