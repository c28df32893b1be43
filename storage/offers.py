"""Posts that offer a ticket to whoever takes it. They are remembered until somebody does."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from desk.messages import Message
from storage.prepared import Prepared, among
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
_END = Prepared(sa.delete(offers).where(among(offers.c.ticket_id, "ids")).returning(offers.c.id, *_COLUMNS))


def make(tx: Transaction, made: list[Offer]) -> None:
    """Remember offers that are being posted."""
    if made:
        tx.run(_MAKE, [msgspec.structs.asdict(offer) for offer in made])


def latest(tx: Transaction, most: int) -> list[Offer]:
    """Return the latest offers that nobody took yet, in the order in which they were made."""
    newest = sa.select(offers.c.id, *_COLUMNS).order_by(offers.c.id.desc()).limit(most)
    return [_read(tuple(row)) for row in sorted(tx.execute(newest), key=_order)]


def change(tx: Transaction, changed: list[Offer]) -> None:
    """Remember what offers say now."""
    for offer in changed:
        this = (offers.c.place_id == offer.place_id) & (offers.c.key == offer.key)
        tx.execute(sa.update(offers).where(this), {"message": msgspec.to_builtins(offer.message)})


def end(tx: Transaction, ticket_ids: list[int]) -> list[Offer]:
    """Forget the offers of these tickets, and return them in the order in which they were made."""
    if not ticket_ids:
        return []
    return [_read(row) for row in sorted(tx.run(_END, {"ids": ticket_ids}), key=_order)]


def _order(row: Sequence[Any]) -> int:
    return int(row[0])


def _read(row: tuple[Any, ...]) -> Offer:
    values = dict(zip(Offer.__struct_fields__, row[1:], strict=True))
    return Offer(**values | {"message": msgspec.convert(values["message"], Message)})
