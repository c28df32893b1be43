"""The inbox: which events were seen. A platform delivers an event again when it did not hear from us."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared
from storage.tables import inbox
from storage.transactions import Transaction

_NOTE = {
    True: Prepared(postgresql.insert(inbox).on_conflict_do_nothing()),
    False: Prepared(sqlite.insert(inbox).on_conflict_do_nothing()),
}
_LAST = sa.select(inbox.c.at).where(inbox.c.at < sa.bindparam("before")).order_by(inbox.c.at)
_FORGET = sa.delete(inbox).where(inbox.c.at <= sa.bindparam("last"))


def first_time(tx: Transaction, platform: str, event_id: str, now: datetime) -> bool:
    """Note the event and return True, or return False when it was noted before.

    Two processes that hold the same event at once: one waits for the other's commit, and then sees it.
    """
    event = {"platform": platform, "id": event_id, "at": now}
    return tx.run(_NOTE[tx.postgres], event).rowcount == 1


def forget(tx: Transaction, before: datetime, most: int) -> int:
    """Forget some `most` events noted before an instant: no platform repeats that late. Returns how many."""
    instants = list(tx.execute(_LAST.limit(most), {"before": before}).scalars())
    return tx.execute(_FORGET, {"last": instants[-1]}).rowcount if instants else 0
