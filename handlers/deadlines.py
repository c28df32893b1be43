"""What happens when a deadline warns or passes, and when an escalation takes its next step.

A ticket has one timer for its clocks ("sla") and one for each escalation that is under way
("escalation", subject "1042:breach:resolution"). They are handled many at a time, and what comes due
together for a ticket is said in one post; its history keeps each step.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from desk import clock_news, escalation
from desk.escalation import Call
from desk.messages import Rich
from desk.plan import ClockName, Occasion, Rule
from desk.sla import Moment
from desk.tickets import Event, Kind, Status, Verb
from desk.wording import Words
from handlers import calls, cases
from handlers.calls import Line, News
from handlers.cases import Case
from handlers.context import Desk
from storage import people, tickets, timers
from storage.people import Person
from storage.timers import Timer
from storage.transactions import Transaction

# What stops an escalation: somebody took the ticket, or did what its clock waited for.
_ANSWERS = frozenset({Kind.TAKEN, Kind.REPLIED, Kind.RESOLVED})
_ACKNOWLEDGED: dict[str | None, frozenset[Kind]] = {
    None: _ANSWERS,
    "resolution": frozenset({Kind.TAKEN, Kind.RESOLVED}),
}

# When to come back to a ticket that another process is changing at this moment.
_LOCKED_FOR = timedelta(milliseconds=200)


def come_due(tx: Transaction, desk: Desk, due: list[Timer], now: datetime) -> None:
    """Record, say and escalate what the clocks and the escalations of these tickets came to, each once."""
    by_ticket: dict[int, list[Timer]] = {}
    for timer in due:
        by_ticket.setdefault(int(timer.subject.split(":")[0]), []).append(timer)
    # Who holds a ticket's lock may want its timer next, and that one is ours: we must not wait for them.
    found = cases.load_many(tx, desk, tickets.lock_free(tx, list(by_ticket)))
    for case in found:
        lines: list[Line] = []
        for timer in by_ticket.pop(case.ticket.id):
            came = _next_step if timer.kind == "escalation" else _clocks_reached
            lines += came(tx, desk, case, timer, now)
        calls.say(desk, case, lines)
    cases.store(tx, desk, found, now)
    for ticket in tickets.read(tx, list(by_ticket)) if by_ticket else ():
        for timer in by_ticket[ticket.id]:
            timers.set_timer(tx, timer.kind, timer.subject, now + _LOCKED_FOR, timer.data)


def _clocks_reached(tx: Transaction, desk: Desk, case: Case, _timer: Timer, now: datetime) -> list[Line]:
    case.fired = True
    lines: list[Line] = []
    moments = case.reached(now)
    for moment in moments:
        lines += _reached(tx, desk, case, moment, now, last=moment is moments[-1])
    return lines


def _reached(
    tx: Transaction, desk: Desk, case: Case, moment: Moment, now: datetime, *, last: bool
) -> list[Line]:
    case.add(Event(now, moment.kind, data=moment.data))
    if not moment.clock.running:
        return []  # a fact for the report; what it waited for was done meanwhile
    if moment.what == "breach":
        _escalate_breached(case, moment, now)
    if case.ticket.status is Status.RESOLVED:
        return []
    since = moment.clock.due_at if moment.what == "breach" else moment.at
    news = _what_happened(case, moment, now, last)
    return _begin(tx, desk, case, moment.what, moment.clock.name, now, news, since)


def _escalate_breached(case: Case, moment: Moment, now: datetime) -> None:
    if case.ticket.status is Status.ON_HOLD:
        # Only a response clock runs on hold: who waits for an answer cannot be kept waiting on hold.
        case.move(Verb.RESUME)
        case.add(Event(now, Kind.RESUMED, data={"because": "breach"}))
    if case.ticket.status not in (Status.ESCALATED, Status.RESOLVED):
        case.move(Verb.ESCALATE)
        case.add(Event(now, Kind.ESCALATED, data={"clock": moment.clock.name}))


def _what_happened(case: Case, moment: Moment, now: datetime, last: bool) -> News | None:
    """Return what is said of it; who has the ticket stands once, with the last of what came together."""
    clock, due_at = moment.clock, moment.clock.due_at
    if due_at is None:
        return None
    who = cases.called(case.assignee) if case.assignee else None
    whose = last and (who is None or moment.what == "breach")  # of a warning, whoever has it is told by name
    say = clock_news.warning if moment.what == "warning" else clock_news.breach

    def news(t: Words) -> Rich:
        sentence = say(clock, due_at, now, t)
        return (*sentence, " ", clock_news.whose(who, t)) if whose else sentence

    return news


def opened(tx: Transaction, desk: Desk, case: Case, now: datetime) -> None:
    """Begin the escalation that the plan wants as soon as such a ticket is there (P1: who is on call)."""
    calls.say(desk, case, _begin(tx, desk, case, "opened", None, now, None))


def _begin(
    tx: Transaction,
    desk: Desk,
    case: Case,
    on: Occasion,
    clock: ClockName | None,
    now: datetime,
    news: News | None,
    since: datetime | None = None,
) -> list[Line]:
    """Take the steps that are due at once, after saying `news`, and keep a timer for the rest.

    `since` is when it came to that, if the desk notices it later than it happened.
    """
    rule = escalation.rule_for(case.plan, on, case.ticket.priority, clock)
    if rule is None:
        return calls.to_team(desk, news) if news else []
    return _take_steps(tx, desk, case, rule, on, clock, began_at=now, now=now, done=0, news=news, since=since)


def _next_step(tx: Transaction, desk: Desk, case: Case, timer: Timer, now: datetime) -> list[Line]:
    on, clock = timer.data["on"], timer.data["clock"]
    rule = escalation.rule_for(case.plan, on, case.ticket.priority, clock)
    if rule is None:  # a change of priority ended what the rule was about
        return []
    began_at, done = datetime.fromisoformat(timer.data["began_at"]), timer.data["done"]
    since = datetime.fromisoformat(timer.data.get("since") or timer.data["began_at"])
    return _take_steps(
        tx, desk, case, rule, on, clock, began_at=began_at, now=now, done=done, news=None, since=since
    )


def _take_steps(
    tx: Transaction,
    desk: Desk,
    case: Case,
    rule: Rule,
    on: Occasion,
    clock: ClockName | None,
    *,
    began_at: datetime,
    now: datetime,
    done: int,
    news: News | None,
    since: datetime | None,
) -> list[Line]:
    answer = escalation.due(
        case.plan,
        rule,
        priority=case.ticket.priority,
        clock=clock,
        began_at=began_at,
        now=now,
        told=done,
        acknowledged_at=_acknowledged_at(case.history, clock),
        assigned=case.assignee is not None,
        since=since,
    )
    lines: list[Line] = []
    for call in answer.calls:
        if call.again and rule.repeat and _was_told_lately(case, call, now - rule.repeat):
            continue  # another escalation of this ticket has reached the same people
        lines += _call(tx, desk, case, call, news, now)
        news = None
    if news is not None:  # the plan calls nobody yet
        lines += calls.to_team(desk, news)
    subject = f"{case.ticket.id}:{on}:{clock or ''}"
    if answer.next_at is not None:
        data = {"on": on, "clock": clock, "began_at": began_at.isoformat(), "done": answer.told}
        data["since"] = since.isoformat() if since else None
        timers.set_timer(tx, "escalation", subject, answer.next_at, data)
    return lines


def _was_told_lately(case: Case, call: Call, since: datetime) -> bool:
    level = case.plan.levels[call.level].name if call.level else None
    told = (event for event in case.history if event.kind is Kind.TOLD and event.data.get("level") == level)
    return any(event.at > since for event in told)


def _acknowledged_at(history: Iterable[Event], clock: ClockName | None) -> datetime | None:
    kinds = _ACKNOWLEDGED.get(clock, _ANSWERS)
    return max((event.at for event in history if event.kind in kinds and event.who is not None), default=None)


def _call(
    tx: Transaction, desk: Desk, case: Case, call: Call, news: News | None, now: datetime
) -> list[Line]:
    person = _person(tx, case, call)
    level = case.plan.levels[call.level].name if call.level else None
    who = cases.called(person) if person else call.person
    template, values = call.reason
    data = {"level": level, "person": who, "reason": template, "values": dict(values)}
    case.add(Event(now, Kind.TOLD, data=data))
    news = news or (lambda t: (escalation.say_reason(template, values, t),))
    lines = calls.to_team(
        desk, news, lambda place: calls.addressee(tx, desk.team, place, person, call.person, level)
    )
    return lines if person is None else [*lines, *calls.to_person(tx, desk, person, news)]


def _person(tx: Transaction, case: Case, call: Call) -> Person | None:
    if call.level is None:
        return case.assignee
    return people.person_called(tx, call.person) if call.person else None
