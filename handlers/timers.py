"""What happens when a timer fires: kind -> handler. Each handler takes all that are due of its kinds."""

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers import deadlines, housekeeping
from handlers.context import Desk
from storage import timers
from storage.timers import Timer
from storage.transactions import Transaction

Handler = Callable[[Transaction, Desk, list[Timer], datetime], None]

KINDS: dict[str, Handler] = {
    "sla": deadlines.come_due,
    "escalation": deadlines.come_due,
    "housekeeping": housekeeping.tidy,
}

_FIRST_RETRY = timedelta(seconds=30)
_LAST_RETRY = timedelta(hours=1)


def fire(tx: Transaction, desk: Desk, now: datetime, most: int) -> list[Timer]:
    """Claim at most `most` due timers and do what they are for: all of it in this transaction.

    Returns what was claimed.
    """
    claimed = timers.claim(tx, now, most)
    by_handler: dict[Handler, list[Timer]] = {}
    for timer in claimed:
        by_handler.setdefault(KINDS[timer.kind], []).append(timer)
    for handle, due in by_handler.items():
        handle(tx, desk, due, now)
    return claimed


def postpone(tx: Transaction, now: datetime, error: Exception) -> None:
    """Put the one timer that is due first back for later, because firing it raised `error`."""
    for timer in timers.claim(tx, now, most=1):
        wait = min(_FIRST_RETRY * 2**timer.attempts, _LAST_RETRY)
        timers.again(tx, timer, now + wait, f"{type(error).__name__}: {error}")
