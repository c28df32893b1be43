"""What happens when a deadline warns or passes, and when an escalation takes its next step.

A ticket has one timer for its clocks ("sla") and one for each escalation that is under way
("escalation", subject "1042:breach:resolution"). They are handled many at a time, and what comes due
together for a ticket is said in one post; its history keeps each step.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from desk import escalation
from desk.escalation import Call
from desk.messages import Bold, Inline, Mention, Rich, When
from desk.names import CLOCKS
from desk.plan import ClockName, Occasion, Rule
from desk.sla import Moment
from desk.team_messages import told_together
from desk.tickets import Event, Kind, Status, Verb
from desk.wording import Words, words_for
from handlers import cases, homes
from handlers.cases import Case
from handlers.context import Desk
from storage import people, tickets, timers
from storage.people import Person, Place
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

News = Callable[[Words], Rich]
"""What happened, in the words of whoever reads it."""


class Line(NamedTuple):
    """What is said in a place about a ticket, and to whom there."""

    place_id: int
    t: Words
    sentence: Rich
    to: Rich = ()


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
        _say(desk, case, lines)
    cases.store(tx, desk, found, now)
    for ticket in tickets.read(tx, list(by_ticket)) if by_ticket else ():
        for timer in by_ticket[ticket.id]:
            timers.set_timer(tx, timer.kind, timer.subject, now + _LOCKED_FOR, timer.data)


def _clocks_reached(tx: Transaction, desk: Desk, case: Case, _timer: Timer, now: datetime) -> list[Line]:
    case.fired = True
    lines: list[Line] = []
    for moment in case.reached(now):
        lines += _reached(tx, desk, case, moment, now)
    return lines


def _reached(tx: Transaction, desk: Desk, case: Case, moment: Moment, now: datetime) -> list[Line]:
    case.add(Event(now, moment.kind, data=moment.data))
    if not moment.clock.running:
        return []  # a fact for the report; what it waited for was done meanwhile
    if moment.what == "breach":
        _escalate_breached(case, moment, now)
    if case.ticket.status is Status.RESOLVED:
        return []
    return _begin(tx, desk, case, moment.what, moment.clock.name, now, _what_happened(case, moment, now))


def _escalate_breached(case: Case, moment: Moment, now: datetime) -> None:
    if case.ticket.status is Status.ON_HOLD:
        # Only a response clock runs on hold: who waits for an answer cannot be kept waiting on hold.
        case.move(Verb.RESUME)
        case.add(Event(now, Kind.RESUMED, data={"because": "breach"}))
    if case.ticket.status not in (Status.ESCALATED, Status.RESOLVED):
        case.move(Verb.ESCALATE)
        case.add(Event(now, Kind.ESCALATED, data={"clock": moment.clock.name}))


def _what_happened(case: Case, moment: Moment, now: datetime) -> News | None:
    clock, number = moment.clock, Bold(case.ticket.number)
    if clock.due_at is None:
        return None
    when = When(clock.due_at, now)

    def news(t: Words) -> Rich:
        name = t(CLOCKS[clock.name])
        if moment.what == "breach":
            return t.rich("{number}: {clock} was due {when}.", number=number, clock=name, when=when)
        return t.rich("{number}: {clock} is due {when}.", number=number, clock=name, when=when)

    return news


def opened(tx: Transaction, desk: Desk, case: Case, now: datetime) -> None:
    """Begin the escalation that the plan wants as soon as such a ticket is there (P1: who is on call)."""
    _say(desk, case, _begin(tx, desk, case, "opened", None, now, None))


def _begin(
    tx: Transaction,
    desk: Desk,
    case: Case,
    on: Occasion,
    clock: ClockName | None,
    now: datetime,
    news: News | None,
) -> list[Line]:
    """Take the steps that are due at once, after saying `news`, and keep a timer for the rest."""
    rule = escalation.rule_for(case.plan, on, case.ticket.priority, clock)
    if rule is None:
        return _to_team(desk, news) if news else []
    return _take_steps(tx, desk, case, rule, on, clock, began_at=now, now=now, done=0, news=news)


def _next_step(tx: Transaction, desk: Desk, case: Case, timer: Timer, now: datetime) -> list[Line]:
    on, clock = timer.data["on"], timer.data["clock"]
    rule = escalation.rule_for(case.plan, on, case.ticket.priority, clock)
    if rule is None:  # a change of priority ended what the rule was about
        return []
    began_at, done = datetime.fromisoformat(timer.data["began_at"]), timer.data["done"]
    return _take_steps(tx, desk, case, rule, on, clock, began_at=began_at, now=now, done=done, news=None)


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
    )
    lines: list[Line] = []
    for call in answer.calls:
        lines += _call(tx, desk, case, call, news, now)
        news = None
    subject = f"{case.ticket.id}:{on}:{clock or ''}"
    if answer.next_at is not None:
        data = {"on": on, "clock": clock, "began_at": began_at.isoformat(), "done": answer.told}
        timers.set_timer(tx, "escalation", subject, answer.next_at, data)
    return lines


def _acknowledged_at(history: Iterable[Event], clock: ClockName | None) -> datetime | None:
    kinds = _ACKNOWLEDGED.get(clock, _ANSWERS)
    return max((event.at for event in history if event.kind in kinds and event.who is not None), default=None)


def _call(
    tx: Transaction, desk: Desk, case: Case, call: Call, news: News | None, now: datetime
) -> list[Line]:
    person = _person(tx, case, call)
    level = case.plan.levels[call.level].name if call.level else None
    who = cases.called(person) if person else call.person
    data = {"level": level, "person": who, "reason": call.reason.template, "values": dict(call.reason.values)}
    case.add(Event(now, Kind.TOLD, data=data))
    news = news or _about(case, call)
    lines = _to_team(desk, news, lambda place: _addressee(desk.team, place, person, call.person, level))
    return lines if person is None else [*lines, *_to_them(tx, desk, person, news)]


def _person(tx: Transaction, case: Case, call: Call) -> Person | None:
    if call.level is None:
        return case.assignee
    return people.person_called(tx, call.person) if call.person else None


def _about(case: Case, call: Call) -> News:
    number, subject, reason = Bold(case.ticket.number), case.ticket.subject, call.reason
    return lambda t: (number, f" · {subject}. {t(reason.template, **reason.values)}")


def _to_team(desk: Desk, news: News, to: Callable[[Place], Rich] | None = None) -> list[Line]:
    return [Line(place.id, desk.team, news(desk.team), to(place) if to else ()) for place in desk.triages]


def _addressee(t: Words, place: Place, person: Person | None, handle: str | None, level: str | None) -> Rich:
    if person is not None:
        name = cases.called(person)
        who: Inline = Mention(person.user, name) if place.platform == person.platform else name
        if level is None:
            return t.rich(" {who}, this is yours.", who=who)
        return t.rich(" On call ({level}): {who}.", level=level, who=who)
    if handle is not None:
        return t.rich(" On call ({level}): {who}.", level=level or "", who=handle)
    return t.rich(" Nobody is named for {level} in the plan.", level=level or "")


def _to_them(tx: Transaction, desk: Desk, person: Person, news: News) -> list[Line]:
    """Tell somebody alone, where their platform is the team's."""
    if desk.triage_of(person.platform) is None:
        return []
    place = homes.alone_with(tx, person)
    t = words_for(person.language) if person.language else desk.team
    return [Line(place.id, t, news(t))]


def _say(desk: Desk, case: Case, lines: list[Line]) -> None:
    """Say what came together in one post for each place; a sentence that several hear stands once."""
    for place_id in dict.fromkeys(line.place_id for line in lines):
        here = [line for line in lines if line.place_id == place_id]
        said: dict[Rich, Rich] = {}
        for line in here:
            said[line.sentence] = said.get(line.sentence, ()) + line.to
        take = case.ticket if case.assignee is None else None
        sentences = [sentence + to for sentence, to in said.items()]
        case.call(desk, place_id, told_together(sentences, here[0].t, case.plan.zone, take))
