"""Posts that offer a ticket to whoever takes it. They are remembered until somebody does."""

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from desk.messages import Message
from storage.prepared import Prepared
from storage.tables import offers
from storage.transactions import Transaction


class Offer(Struct, frozen=True):
    """A post with a button to take a ticket: where it is, under which post it hangs, and what it says."""

    ticket_id: int
    place_id: int
    key: str
    under: str | None
    message: Message


_MAKE = Prepared(sa.insert(offers))
_COLUMNS = [offers.c[name] for name in Offer.__struct_fields__]


def make(tx: Transaction, made: list[Offer]) -> None:
    """Remember offers that are being posted."""
    if made:
        tx.run(_MAKE, [msgspec.structs.asdict(offer) for offer in made])


def latest(tx: Transaction, most: int) -> list[Offer]:
    """Return the latest offers that nobody took yet, in the order in which they were made."""
    newest = sa.select(offers.c.id, *_COLUMNS).order_by(offers.c.id.desc()).limit(most)
    return [_read(row) for row in sorted(tx.execute(newest), key=lambda row: row.id)]


def change(tx: Transaction, changed: list[Offer]) -> None:
    """Remember what offers say now."""
    for offer in changed:
        this = (offers.c.place_id == offer.place_id) & (offers.c.key == offer.key)
        tx.execute(sa.update(offers).where(this), {"message": msgspec.to_builtins(offer.message)})


def end(tx: Transaction, ticket_ids: list[int]) -> list[Offer]:
    """Forget the offers of these tickets, and return them in the order in which they were made."""
    if not ticket_ids:
        return []
    gone = sa.delete(offers).where(offers.c.ticket_id.in_(ticket_ids)).returning(offers.c.id, *_COLUMNS)
    return [_read(row) for row in sorted(tx.execute(gone), key=lambda row: row.id)]


def _read(row: Any) -> Offer:
    values = {name: getattr(row, name) for name in Offer.__struct_fields__}
    return Offer(**values | {"message": msgspec.convert(row.message, Message)})
