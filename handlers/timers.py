"""What happens when a timer fires: kind -> handler. Each handler takes all that are due of its kinds."""

from collections.abc import Callable
from datetime import datetime, timedelta

from desk.messages import Bold
from desk.team_messages import told
from handlers import deadlines, first_answer, housekeeping
from handlers.context import Desk
from storage import outbox, timers
from storage.outbox import Post
from storage.timers import Timer
from storage.transactions import Transaction

Handler = Callable[[Transaction, Desk, list[Timer], datetime], None]

KINDS: dict[str, Handler] = {
    "sla": deadlines.come_due,
    "escalation": deadlines.come_due,
    "back": first_answer.team_is_back,
    "housekeeping": housekeeping.tidy,
}

_FIRST_RETRY = timedelta(seconds=30)
_LAST_RETRY = timedelta(hours=1)
_TOLD_AFTER = 3  # attempts: what passes by itself has passed by then


class TimerFailed(Exception):
    """What a timer is for could not be done; why is this error's cause.

    `timer` is the one that failed when it was fired alone, else the first of those that were fired with it.
    """

    def __init__(self, timer: Timer) -> None:
        super().__init__(f"{timer.kind} {timer.subject}")
        self.timer = timer


def fire(tx: Transaction, desk: Desk, now: datetime, most: int) -> list[Timer]:
    """Claim at most `most` due timers and do what they are for: all of it in this transaction.

    Returns what was claimed. Raises `TimerFailed`; then nothing of it is stored.
    """
    claimed = timers.claim(tx, now, most)
    by_handler: dict[Handler, list[Timer]] = {}
    for timer in claimed:
        by_handler.setdefault(KINDS.get(timer.kind, _of_no_kind), []).append(timer)
    for handle, due in by_handler.items():
        try:
            handle(tx, desk, due, now)
        except Exception as error:
            raise TimerFailed(due[0]) from error
    return claimed


def _of_no_kind(_tx: Transaction, _desk: Desk, due: list[Timer], _now: datetime) -> None:
    raise LookupError(f"this version knows no timer “{due[0].kind}”")


def postpone(tx: Transaction, desk: Desk, failure: TimerFailed, now: datetime) -> None:
    """Put the timer that failed back for later, unless it was set anew; tell the team when it fails often."""
    timer, why = failure.timer, failure.__cause__
    wait = min(_FIRST_RETRY * 2**timer.attempts, _LAST_RETRY)
    as_it_failed = timers.again(tx, timer, now + wait, f"{type(why).__name__}: {why}")
    if as_it_failed and timer.attempts + 1 >= _TOLD_AFTER:
        _tell_team(tx, desk, timer, now)


def _tell_team(tx: Transaction, desk: Desk, timer: Timer, now: datetime) -> None:
    """Say once that a timer keeps failing: as long as the outbox remembers, that is, a month."""
    t, name = desk.team, f"{timer.kind} {timer.subject}"
    sentence = t.rich(
        "A timer fails each time: {timer}. It is tried again at least once an hour; the log says why.",
        timer=Bold(name),
    )
    message = told(sentence, t, desk.plan.zone)
    once = f"failed:{name}"
    outbox.put(tx, [Post(p.id, message, dedupe_key=f"{once}:{p.id}") for p in desk.triages], now)


def failing(tx: Transaction, now: datetime) -> int:
    """Return how many timers failed when they were fired last."""
    return timers.failed(tx, until=now + _LAST_RETRY)
