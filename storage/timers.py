"""Timers: what is to happen when. One row for each (kind, subject), moved rather than doubled.

A timer is claimed, its effects are stored and it is removed (or moved) in one transaction, so it fires
once: also when the process dies halfway, and when two processes look at the same moment.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared, among
from storage.tables import timers
from storage.transactions import Transaction


class Timer(Struct, frozen=True):
    """One row."""

    id: int
    kind: str
    subject: str
    due_at: datetime
    data: dict[str, Any]
    attempts: int


def _upsert(insert: Any) -> Any:
    new = insert.excluded
    moved = {"due_at": new.due_at, "data": new.data, "attempts": new.attempts, "error": None}
    return insert.on_conflict_do_update(index_elements=["kind", "subject"], set_=moved)


_COLUMNS = (timers.c.id, timers.c.kind, timers.c.subject, timers.c.due_at, timers.c.data, timers.c.attempts)
_SET = {True: Prepared(_upsert(postgresql.insert(timers))), False: Prepared(_upsert(sqlite.insert(timers)))}
_SET_ONCE = {
    True: postgresql.insert(timers).on_conflict_do_nothing(),
    False: sqlite.insert(timers).on_conflict_do_nothing(),
}
_CLEAR = Prepared(
    sa.delete(timers).where(
        timers.c.kind == sa.bindparam("the_kind"), timers.c.subject == sa.bindparam("the_subject")
    )
)
_DUE = Prepared(
    sa.select(*_COLUMNS)
    .where(timers.c.due_at <= sa.bindparam("now"))
    .order_by(timers.c.due_at, timers.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
_REMOVE = Prepared(sa.delete(timers).where(among(timers.c.id, "ids")))
_NEXT = Prepared(sa.select(sa.func.min(timers.c.due_at)))


def set_timer(
    tx: Transaction, kind: str, subject: str, due_at: datetime, data: dict[str, Any] | None = None
) -> None:
    """Let `kind` happen to `subject` at `due_at`, instead of when it was set for before."""
    values = {"kind": kind, "subject": subject, "due_at": due_at, "data": data or {}, "attempts": 0}
    tx.run(_SET[tx.postgres], values)
    tx.wake("timers", due_at)


def set_once(tx: Transaction, kind: str, subject: str, due_at: datetime) -> None:
    """Let `kind` happen to `subject` at `due_at`, unless it is set already."""
    tx.execute(_SET_ONCE[tx.postgres], {"kind": kind, "subject": subject, "due_at": due_at, "data": {}})
    tx.wake("timers", due_at)


def set_timers(tx: Transaction, kind: str, due: list[tuple[str, datetime, dict[str, Any]]]) -> None:
    """Set many timers (subject, due_at, data) of one kind in one go."""
    if due:
        rows = [
            {"kind": kind, "subject": subject, "due_at": at, "data": data, "attempts": 0}
            for subject, at, data in due
        ]
        tx.run(_SET[tx.postgres], rows)
        tx.wake("timers", min(at for _subject, at, _data in due))


def clear_timer(tx: Transaction, kind: str, subject: str) -> None:
    """Let `kind` not happen to `subject`."""
    tx.run(_CLEAR, {"the_kind": kind, "the_subject": subject})


def claim(tx: Transaction, now: datetime, most: int) -> list[Timer]:
    """Take at most `most` due timers, the earliest first. They are gone once this transaction commits."""
    claimed = [Timer(*row) for row in tx.run(_DUE, {"now": now, "most": most})]
    if claimed:
        tx.run(_REMOVE, {"ids": [timer.id for timer in claimed]})
    return claimed


def again(tx: Transaction, timer: Timer, later: datetime, why: str) -> bool:
    """Let a timer that failed happen later, and keep why for who looks into the table.

    Returns whether it was still as it failed: it may have fired, or been set anew, since.
    """
    as_it_failed = (timers.c.id == timer.id) & (timers.c.due_at == timer.due_at)
    failed = {"due_at": later, "attempts": timer.attempts + 1, "error": why[:2000]}
    return tx.execute(sa.update(timers).where(as_it_failed), failed).rowcount == 1


def next_due(tx: Transaction) -> datetime | None:
    """Return when the earliest timer is due, or None when there is none."""
    at: datetime | None = tx.run(_NEXT).scalar()
    return at


_FAILED = (
    sa.select(sa.func.count())
    .select_from(timers)
    .where(timers.c.due_at <= sa.bindparam("until"), timers.c.attempts > 0)
)


def failed(tx: Transaction, until: datetime) -> int:
    """Return how many of the timers that are due until an instant have failed before."""
    return int(tx.execute(_FAILED, {"until": until}).scalar_one())
