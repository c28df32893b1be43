"""A conversation's address, and the other conversations in which a ticket goes on."""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    # A batch would build both tables anew on SQLite, and drop the old ones, to which others refer.
    op.add_column("places", sa.Column("address", storage.columns.Json(), nullable=True))
    op.add_column("places", sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False))
    _let_ids_be(250)

    op.create_table(
        "ticket_places",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_places_ticket_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_ticket_places_place_id")),
        sa.PrimaryKeyConstraint("ticket_id", "place_id", name=op.f("pk_ticket_places")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ticket_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_places_place_id"), ["place_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("ticket_places")
    _let_ids_be(120)
    op.drop_column("places", "closed")
    op.drop_column("places", "address")


def _let_ids_be(longest: int) -> None:
    """Set how many characters a platform's id may have. SQLite looks at no length."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("places", "conversation", type_=sa.String(longest), existing_nullable=False)
        op.alter_column("people", "user", type_=sa.String(longest), existing_nullable=False)
