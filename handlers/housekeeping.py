"""Keeping the tables small: what no longer serves anybody is forgotten once a day."""

from datetime import datetime, timedelta

from handlers.context import Desk
from storage import early, inbox, outbox, timers
from storage.timers import Timer
from storage.transactions import Transaction

_EVENTS_KEPT = timedelta(days=7)  # Slack repeats an event for an hour at most
_LETTERS_KEPT = timedelta(days=30)
_EARLY_KEPT = timedelta(hours=2)  # what it waits for comes within an hour, or is nothing of ours


def tidy(tx: Transaction, _desk: Desk, _due: list[Timer], now: datetime) -> None:
    """Forget old inbox ids, sent letters and what waited in vain, and come back tomorrow."""
    inbox.forget(tx, now - _EVENTS_KEPT)
    outbox.forget(tx, now - _LETTERS_KEPT)
    early.forget(tx, now - _EARLY_KEPT)
    schedule(tx, now)


def schedule(tx: Transaction, now: datetime) -> None:
    """Have the tables tidied tomorrow."""
    timers.set_timer(tx, "housekeeping", "tables", now + timedelta(days=1))
