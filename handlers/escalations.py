"""An escalation that is under way: whom it has called, and its next step.

Each has a timer of its own ("escalation", subject "1042:breach:resolution"), which keeps it.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from desk import escalation
from desk.escalation import Summons
from desk.plan import ClockName, Occasion, Rule
from desk.tickets import Event, Kind
from handlers import calls
from handlers.calls import Line, News
from handlers.case import Case
from handlers.context import Desk
from handlers.naming import called
from storage import people, timers
from storage.people import Person
from storage.timers import Timer
from storage.transactions import Transaction

# What stops an escalation: somebody took the ticket, or did what its clock waited for.
_ANSWERS = frozenset({Kind.TAKEN, Kind.REPLIED, Kind.RESOLVED})
_ACKNOWLEDGED: dict[str | None, frozenset[Kind]] = {
    None: _ANSWERS,
    "resolution": frozenset({Kind.TAKEN, Kind.RESOLVED}),
}


class Escalation(Struct, frozen=True):
    """What its timer keeps: what began it and when, and how many steps are done.

    `since` is when it came to that, if the desk noticed it later than it happened.
    """

    on: Occasion
    clock: ClockName | None
    began_at: datetime
    done: int = 0
    since: datetime | None = None


def opened(tx: Transaction, desk: Desk, case: Case, now: datetime) -> None:
    """Begin the escalation that the plan wants as soon as such a ticket is there (P1: who is on call)."""
    calls.say(desk, case, begin(tx, desk, case, Escalation("opened", None, now), now))


def begin(
    tx: Transaction, desk: Desk, case: Case, begun: Escalation, now: datetime, news: News | None = None
) -> list[Line]:
    """Take the steps that are due at once, after saying `news`, and keep a timer for the rest."""
    rule = _rule(case, begun)
    if rule is None:
        return calls.to_team(desk, news) if news else []
    return _take_steps(tx, desk, case, begun, rule, now, news)


def go_on(tx: Transaction, desk: Desk, case: Case, timer: Timer, now: datetime) -> list[Line]:
    """Take the steps of the escalation of a timer that are due now, and keep a timer for the rest."""
    under_way = msgspec.convert(timer.data, Escalation)
    rule = _rule(case, under_way)
    if rule is None:  # a change of priority ended what the rule was about
        return []
    return _take_steps(tx, desk, case, under_way, rule, now)


def _rule(case: Case, it: Escalation) -> Rule | None:
    return escalation.rule_for(case.plan, it.on, case.ticket.priority, it.clock)


def _take_steps(
    tx: Transaction,
    desk: Desk,
    case: Case,
    it: Escalation,
    rule: Rule,
    now: datetime,
    news: News | None = None,
) -> list[Line]:
    answer = escalation.due(
        case.plan,
        rule,
        priority=case.ticket.priority,
        clock=it.clock,
        began_at=it.began_at,
        now=now,
        told=it.done,
        acknowledged_at=_acknowledged_at(case.history, it.clock),
        assigned=case.in_charge is not None,
        since=it.since,
    )
    lines: list[Line] = []
    for summons in answer.summonses:
        if summons.again and rule.repeat and _was_told_lately(case, summons, now - rule.repeat):
            continue  # another escalation of this ticket has reached the same people
        lines += _summon(tx, desk, case, summons, news, now)
        news = None
    if news is not None:  # the plan calls nobody yet
        lines += calls.to_team(desk, news)
    if answer.next_at is not None:
        _keep(tx, case, replace(it, done=answer.told), answer.next_at)
    return lines


def _keep(tx: Transaction, case: Case, it: Escalation, until: datetime) -> None:
    subject = f"{case.ticket.id}:{it.on}:{it.clock or ''}"
    timers.set_timer(tx, "escalation", subject, until, msgspec.to_builtins(it))


def _was_told_lately(case: Case, summons: Summons, since: datetime) -> bool:
    level = case.plan.levels[summons.level].name if summons.level else None
    told = (event for event in case.history if event.kind is Kind.TOLD and event.data.get("level") == level)
    return any(event.at > since for event in told)


def _acknowledged_at(history: Iterable[Event], clock: ClockName | None) -> datetime | None:
    kinds = _ACKNOWLEDGED.get(clock, _ANSWERS)
    return max((event.at for event in history if event.kind in kinds and event.who is not None), default=None)


def _summon(
    tx: Transaction, desk: Desk, case: Case, summons: Summons, news: News | None, now: datetime
) -> list[Line]:
    person = _person(tx, case, summons)
    level = case.plan.levels[summons.level].name if summons.level else None
    who = called(person) if person else summons.person
    template, values = summons.reason
    data = {"level": level, "person": who, "reason": template, "values": dict(values)}
    case.add(Event(now, Kind.TOLD, data=data))
    news = news or (lambda t: (escalation.say_reason(template, values, t),))
    lines = calls.to_team(
        desk, news, lambda place: calls.addressee(tx, desk.team, place, person, summons.person, level)
    )
    return lines if person is None else [*lines, *calls.to_person(tx, desk, person, news)]


def _person(tx: Transaction, case: Case, summons: Summons) -> Person | None:
    if summons.level is None:
        return case.in_charge
    return people.person_called(tx, summons.person) if summons.person else None
