"""What the team is told when a clock warns or is exceeded."""

from datetime import datetime, timedelta

from desk.instants import say_distance, say_left
from desk.messages import Rich, When
from desk.names import AWAITED
from desk.sla import Clock
from desk.wording import Words

_JUST = timedelta(minutes=1)


def warning(clock: Clock, due_at: datetime, now: datetime, t: Words) -> Rich:
    """Say how much time is left."""
    left = say_left(due_at - now, t.language)
    return t.rich_count(
        "{left} is left until {clock} ({when}).",
        "{left} are left until {clock} ({when}).",
        int(left.split()[0]),
        left=left,
        clock=t(AWAITED[clock.name]),
        when=When(due_at),
    )


def breach(clock: Clock, due_at: datetime, now: datetime, t: Words) -> Rich:
    """Say since when it is too late."""
    awaited, when = t(AWAITED[clock.name]), When(due_at)
    if now - due_at < _JUST:
        return t.rich("The time for {clock} has just run out ({when}).", clock=awaited, when=when)
    ago = say_distance(due_at, now, t.language)
    return t.rich("The time for {clock} ran out {ago} ({when}).", clock=awaited, ago=ago, when=when)


def whose(assignee: str | None, t: Words, *, left: bool) -> str:
    """Say who has the ticket, and whether they have `left` the team."""
    if assignee is None:
        return t("Nobody has taken it.")
    if left:
        return t("{who}, who has it, has left the team.", who=assignee)
    return t("{who} has it.", who=assignee)
