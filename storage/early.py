"""What came before the message that it belongs to: a reply before its root, an edit before its text.

Platforms keep no order among events, and one that was lost at first comes minutes later.
"""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from desk.incoming import Incoming
from storage.prepared import Prepared
from storage.tables import early
from storage.transactions import Transaction

KEPT = timedelta(hours=2)
"""How long something waits: what it waits for comes within an hour, or is nothing of ours."""
_KEEP = sa.insert(early)
_WAITING = Prepared(
    sa.select(early.c.event)
    .where(early.c.place_id == sa.bindparam("the_place"), early.c.waits_for == sa.bindparam("the_message"))
    .order_by(early.c.id)
)
_TAKE = sa.delete(early).where(
    early.c.place_id == sa.bindparam("the_place"), early.c.waits_for == sa.bindparam("the_message")
)
_FORGET = sa.delete(early).where(early.c.at < sa.bindparam("before"))


def keep(tx: Transaction, place_id: int, waits_for: str, event: Incoming, now: datetime) -> None:
    """Keep an event until the message `waits_for` of a place has come."""
    tx.execute(_FORGET, {"before": now - KEPT})
    row = {"place_id": place_id, "waits_for": waits_for, "event": msgspec.to_builtins(event), "at": now}
    tx.execute(_KEEP, row)


def take(tx: Transaction, place_id: int, message: str) -> list[Incoming]:
    """Return what waited for a message of a place, in the order in which it came; it waits no more."""
    message_of = {"the_place": place_id, "the_message": message}
    found = [msgspec.convert(row[0], Incoming) for row in tx.run(_WAITING, message_of)]
    if found:
        tx.execute(_TAKE, message_of)
    return found


def forget(tx: Transaction, before: datetime) -> int:
    """Forget what has waited since before an instant: it belongs to nothing of ours. Returns how many."""
    return tx.execute(_FORGET, {"before": before}).rowcount
