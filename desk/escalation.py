"""Who is on call, and who is told when something waits too long.

A caller asks `rule_for` when a ticket opens or a clock warns or breaches, keeps a timer for `next_at`, and
asks `due` each time the timer fires: it answers whom to tell now, why, and when to ask again.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from desk.instants import say_duration
from desk.plan import ASSIGNEE, ClockName, Occasion, Plan, Rule
from desk.wording import Words
from desk.wording import sentence as _


class Turn(Struct, frozen=True):
    """A week of being on call: from `begin` to just before `end`, in UTC."""

    person: str
    begin: datetime
    end: datetime


class Reason(NamedTuple):
    """Why somebody is told: a translatable sentence and the plain values of its `{fields}`.

    How long ago it was (`after`) is in seconds.
    """

    template: str
    values: Mapping[str, str | int]


class Summons(Struct, frozen=True):
    """One step that is due: whom to tell, and why.

    `level` is None when the assignee is told. `person` is who is on call at that level, None when nobody is.
    `step` counts from 0 in the rule; one that comes `again` is its last step. `planned_at` is before now when
    the desk is late.
    """

    step: int
    planned_at: datetime
    level: str | None
    person: str | None
    reason: Reason
    again: bool = False


class Due(Struct, frozen=True):
    """What an escalation asks for now: who is summoned, in their order, and when to ask again.

    `told` is how many steps are done with them, those that came again too. `next_at` is None when nothing
    more is to come.
    """

    summonses: tuple[Summons, ...]
    told: int
    next_at: datetime | None


def turn(plan: Plan, level: str, at: datetime) -> Turn | None:
    """Return whose week it is at `level` (a key of `plan.levels`), or None when nobody is named there.

    People follow one another in the order of the plan, a week each, from the day `since`; before it they
    are taken to have done so already. The handover is wall-clock time in the plan's zone: the week of a
    clock change is an hour shorter or longer. Raises `KeyError` for a level that is not in the plan.
    """
    spec = plan.levels[level]
    if not spec.people:
        return None

    def handover(week: int) -> datetime:
        # Of a time that the clock shows twice, this is the first; one that it skips comes as much later.
        day = spec.since + timedelta(weeks=week)
        return datetime.combine(day, spec.handover, plan.tz).astimezone(UTC)

    week = (at.astimezone(plan.tz).date() - spec.since).days // 7
    if at < handover(week):
        week -= 1
    return Turn(spec.people[week % len(spec.people)], handover(week), handover(week + 1))


def on_call(plan: Plan, level: str, at: datetime) -> str | None:
    """Return who is on call at `level`, or None when nobody is named there. Errors as in `turn`."""
    now = turn(plan, level, at)
    return now.person if now else None


def next_level(
    plan: Plan, at: datetime, asked: str | None = None, besides: Collection[str] = ()
) -> tuple[str, str | None]:
    """Return the level that helps after the level `asked`, and who is on call there (None: nobody is).

    At first that is the second level, for the first one is who asks; after the last one it is the last one.
    Where nobody is on call but `besides`, the level is passed over as long as there is a further one.
    """
    levels = list(plan.levels)
    begin = levels.index(asked) + 1 if asked is not None and asked in levels else 1
    further = levels[begin:] or levels[-1:]
    asking = {handle.lower() for handle in besides}
    for level in further:
        person = on_call(plan, level, at)
        if person is not None and person.lower() not in asking:
            return level, person
    return further[0], on_call(plan, further[0], at)


def somebody_on_call(plan: Plan, priority: str) -> bool:
    """Say whether the plan names somebody to be called as soon as a ticket of `priority` opens."""
    rule = rule_for(plan, "opened", priority)
    levels = [step.tell for step in rule.steps if step.tell != ASSIGNEE] if rule else []
    return any(plan.levels[level].people for level in levels)


def rule_for(plan: Plan, on: Occasion, priority: str, clock: ClockName | None = None) -> Rule | None:
    """Return the plan's rule for a ticket of `priority` that opened, or whose `clock` warns or breaches."""
    for rule in plan.escalation:
        if rule.on == on and priority in rule.priorities and (on == "opened" or clock in rule.clocks):
            return rule
    return None


def next_at(
    rule: Rule, began_at: datetime, *, told: int = 0, acknowledged_at: datetime | None = None
) -> datetime | None:
    """Return when the step after the first `told` ones is planned, or None when nothing more is to come.

    `acknowledged_at` is when somebody took the ticket, or did what the clock waited for. It ends an
    escalation that had begun; who had the ticket before a clock broke has not answered for that.
    """
    if acknowledged_at is not None and acknowledged_at >= began_at:
        return None
    if told < len(rule.steps):
        return began_at + rule.steps[told].after
    return None if rule.repeat is None else _again_at(rule, rule.repeat, began_at, told)


def _again_at(rule: Rule, repeat: timedelta, began_at: datetime, told: int) -> datetime:
    """Return when the last step comes again, after `told` steps."""
    return began_at + rule.steps[-1].after + repeat * (told - len(rule.steps) + 1)


def due(
    plan: Plan,
    rule: Rule,
    *,
    priority: str,
    clock: ClockName | None,
    began_at: datetime,
    now: datetime,
    told: int = 0,
    acknowledged_at: datetime | None = None,
    assigned: bool = False,
    since: datetime | None = None,
) -> Due:
    """Return the steps that are due at `now`, after the first `told` ones of `rule`.

    All overdue steps come at once and in order, but of the last one, however often it was to come again,
    one is enough; the next is a whole `repeat` after it, however late it was. The caller keeps `told` of the
    answer, so that each comes once. `acknowledged_at` is as in `next_at`. While nobody is `assigned`, the
    plan's first level is told in the assignee's place. Who is on call is looked up for `now`, not for the
    planned instant. The reasons count from `since`, where it happened before the desk noticed it, else from
    `began_at`.
    """
    summonses: list[Summons] = []
    last = len(rule.steps) - 1
    while (at := next_at(rule, began_at, told=told, acknowledged_at=acknowledged_at)) and at <= now:
        number = min(told, last)
        step = rule.steps[number]
        level = _level(plan, step.tell, assigned=assigned)
        person = on_call(plan, level, now) if level else None
        later = step.after or told > last
        reason = _reason(plan, rule.on, priority, clock, now - (since or began_at) if later else None)
        summonses = [one for one in summonses if one.step < number]
        summonses.append(Summons(number, at, level, person, reason, again=told > last))
        told = _told(rule, began_at, now, told)
    if at and summonses and told > last and rule.repeat:
        at = now + rule.repeat
    return Due(tuple(summonses), told, at)


def _told(rule: Rule, began_at: datetime, now: datetime, told: int) -> int:
    """Return how many steps are done with the next one; times at which the last one was missed count too."""
    if rule.repeat is None or told < len(rule.steps):
        return told + 1
    return told + 1 + (now - _again_at(rule, rule.repeat, began_at, told)) // rule.repeat


def _level(plan: Plan, tell: str, *, assigned: bool) -> str | None:
    if tell != ASSIGNEE:
        return tell
    return None if assigned else next(iter(plan.levels))


_REASONS: dict[tuple[Occasion, ClockName | None], tuple[str, str]] = {
    # What is said at once, and what is said later.
    ("opened", None): (
        _("A {priority} ticket was opened."),
        _("A {priority} ticket was opened {after} ago and nobody has taken it."),
    ),
    ("warning", "first_response"): (
        _("{percent} % of the time for the first response has passed."),
        _("The warning about the first response was {after} ago, and nobody has taken the ticket since."),
    ),
    ("warning", "next_response"): (
        _("{percent} % of the time for the next response has passed."),
        _("The warning about the next response was {after} ago, and nobody has taken the ticket since."),
    ),
    ("warning", "update"): (
        _("{percent} % of the time for the next update has passed."),
        _("The warning about the next update was {after} ago, and nobody has taken the ticket since."),
    ),
    ("warning", "resolution"): (
        _("{percent} % of the time for the resolution has passed."),
        _("The warning about the resolution was {after} ago, and nobody has taken the ticket since."),
    ),
    ("breach", "first_response"): (
        _("The first response is overdue."),
        _("The first response was due {after} ago, and nobody has taken the ticket since."),
    ),
    ("breach", "next_response"): (
        _("The next response is overdue."),
        _("The next response was due {after} ago, and nobody has taken the ticket since."),
    ),
    ("breach", "update"): (
        _("The next update is overdue."),
        _("The next update was due {after} ago, and nobody has taken the ticket since."),
    ),
    ("breach", "resolution"): (
        _("The resolution is overdue."),
        _("The resolution was due {after} ago, and nobody has taken the ticket since."),
    ),
}


def _reason(
    plan: Plan, on: Occasion, priority: str, clock: ClockName | None, after: timedelta | None
) -> Reason:
    at_once, later = _REASONS[on, None if on == "opened" else clock]
    values: dict[str, str | int] = {}
    if after is not None:
        values["after"] = int(after.total_seconds())
    if on == "opened":
        values["priority"] = priority
    if on == "warning" and after is None:
        values["percent"] = plan.sla.warn_at
    return Reason(later if after is not None else at_once, values)


def say_reason(template: str, values: Mapping[str, str | int], t: Words) -> str:
    """Return a reason in words."""
    after = values.get("after")
    if isinstance(after, int):
        values = {**values, "after": say_duration(timedelta(seconds=after), t.language)}
    return t(template, **values)
