"""What is attached on the try page."""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "web_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("conversation", sa.String(length=120), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", storage.columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["web_posts.id"], name=op.f("fk_web_files_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_files")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("web_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_files_post_id"), ["post_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("web_files")
