"""A conversation's address, and the other conversations in which a ticket goes on."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", storage.tables.Json(), nullable=True))
        batch_op.add_column(sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.alter_column("conversation", type_=sa.String(length=250), existing_nullable=False)
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.alter_column("user", type_=sa.String(length=250), existing_nullable=False)

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
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.alter_column("user", type_=sa.String(length=120), existing_nullable=False)
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.alter_column("conversation", type_=sa.String(length=120), existing_nullable=False)
        batch_op.drop_column("closed")
        batch_op.drop_column("address")
