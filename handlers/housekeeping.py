"""Keeping the tables small: what no longer serves anybody is forgotten once a day."""

from datetime import datetime, timedelta

from handlers.context import Desk
from storage import early, heard, inbox, outbox, timers
from storage.timers import Timer
from storage.transactions import Transaction

_TABLES = "housekeeping", "tables"
_EVENTS_KEPT = timedelta(days=7)  # Slack repeats an event for an hour at most
_LETTERS_KEPT = timedelta(days=30)


_AT_ONCE = 500  # rows of a table: a message that comes meanwhile waits some milliseconds
_TOMORROW, _SOON = timedelta(days=1), timedelta(seconds=10)


def tidy(tx: Transaction, _desk: Desk, _due: list[Timer], now: datetime) -> None:
    """Forget old inbox ids, sent letters and what was kept in vain; come back for the rest, or tomorrow."""
    forgotten = (
        inbox.forget(tx, now - _EVENTS_KEPT, _AT_ONCE),
        outbox.forget(tx, now - _LETTERS_KEPT, _AT_ONCE),
    )
    early.forget(tx, now - early.KEPT)
    heard.forget(tx, now - heard.KEPT)
    timers.set_timer(tx, *_TABLES, now + (_SOON if max(forgotten) >= _AT_ONCE else _TOMORROW))


def schedule(tx: Transaction, now: datetime) -> None:
    """Have the tables tidied tomorrow, unless it is set already: a desk may start every morning."""
    timers.set_once(tx, *_TABLES, now + _TOMORROW)
