"""What happens when a deadline warns or passes, and when an escalation takes its next step.

A ticket has one timer for its clocks ("sla") and one for each escalation that is under way
("escalation", subject "1042:breach:resolution"). Both are handled many at a time.
"""

from collections.abc import Iterable
from datetime import datetime

from desk import escalation, sla
from desk.escalation import Call
from desk.messages import Bold, Inline, Mention, Rich, When
from desk.names import CLOCKS
from desk.plan import ClockName, Occasion, Rule
from desk.sla import Moment
from desk.team_messages import told
from desk.tickets import Event, Kind, Status, Ticket, Verb
from desk.wording import words
from handlers import cases
from handlers.cases import Case
from handlers.context import Desk
from storage import people, timers
from storage.outbox import Post
from storage.people import Person
from storage.timers import Timer
from storage.transactions import Transaction

# What stops an escalation: somebody took the ticket, or did what its clock waited for.
_ANSWERS = frozenset({Kind.TAKEN, Kind.REPLIED, Kind.RESOLVED})
_ACKNOWLEDGED: dict[str | None, frozenset[Kind]] = {
    None: _ANSWERS,
    "resolution": frozenset({Kind.TAKEN, Kind.RESOLVED}),
}


def clocks_reached(tx: Transaction, desk: Desk, due: list[Timer], now: datetime) -> None:
    """Record, say and escalate what the clocks of these tickets came to, each once."""
    found = cases.load_many(tx, desk, [int(timer.subject) for timer in due])
    for case in found:
        for moment in sla.reached(case.clocks(), now, sla.told(case.history)):
            _reached(tx, desk, case, moment, now)
    cases.store(tx, desk, found, now)


def _reached(tx: Transaction, desk: Desk, case: Case, moment: Moment, now: datetime) -> None:
    case.add(Event(now, moment.kind, data=moment.data))
    if moment.what == "breach":
        _escalate_breached(case, moment, now)
    if case.ticket.status is not Status.RESOLVED:
        begin(tx, desk, case, moment.what, moment.clock.name, now, _what_happened(desk, case, moment, now))


def _escalate_breached(case: Case, moment: Moment, now: datetime) -> None:
    if case.ticket.status is Status.ON_HOLD:
        # Only a response clock runs on hold: who waits for an answer cannot be kept waiting on hold.
        case.move(Verb.RESUME)
        case.add(Event(now, Kind.RESUMED, data={"because": "breach"}))
    if case.ticket.status not in (Status.ESCALATED, Status.RESOLVED):
        case.move(Verb.ESCALATE)
        case.add(Event(now, Kind.ESCALATED, data={"clock": moment.clock.name}))


def _what_happened(desk: Desk, case: Case, moment: Moment, now: datetime) -> Rich:
    t, clock, number = desk.team, moment.clock, Bold(case.ticket.number)
    name = t(CLOCKS[clock.name])
    if clock.due_at is None:
        return ()
    if moment.what == "breach":
        return t.rich(
            "{number}: {clock} was due {when}.", number=number, clock=name, when=When(clock.due_at, now)
        )
    return t.rich("{number}: {clock} is due {when}.", number=number, clock=name, when=When(clock.due_at, now))


def opened(tx: Transaction, desk: Desk, case: Case, now: datetime) -> None:
    """Begin the escalation that the plan wants as soon as such a ticket is there (P1: who is on call)."""
    begin(tx, desk, case, "opened", None, now, ())


def begin(
    tx: Transaction, desk: Desk, case: Case, on: Occasion, clock: ClockName | None, now: datetime, news: Rich
) -> None:
    """Take the steps that are due at once, after saying `news`, and keep a timer for the rest."""
    rule = escalation.rule_for(case.plan, on, case.ticket.priority, clock)
    if rule is None:
        if news:
            case.tell_team(desk, told(news, desk.team, case.plan.zone, take=_untaken(case)))
        return
    _take_steps(tx, desk, case, rule, on, clock, began_at=now, now=now, done=0, news=news)


def _untaken(case: Case) -> Ticket | None:
    return case.ticket if case.assignee is None else None


def steps_due(tx: Transaction, desk: Desk, due: list[Timer], now: datetime) -> None:
    """Take the next steps of escalations that nobody has stopped."""
    by_ticket: dict[int, list[Timer]] = {}
    for timer in due:
        by_ticket.setdefault(int(timer.subject.split(":")[0]), []).append(timer)
    found = cases.load_many(tx, desk, list(by_ticket))
    for case in found:
        for timer in by_ticket[case.ticket.id]:
            _next_step(tx, desk, case, timer, now)
    cases.store(tx, desk, found, now)


def _next_step(tx: Transaction, desk: Desk, case: Case, timer: Timer, now: datetime) -> None:
    on, clock = timer.data["on"], timer.data["clock"]
    rule = escalation.rule_for(case.plan, on, case.ticket.priority, clock)
    if rule is not None:  # a change of priority may have ended what the rule was about
        began_at = datetime.fromisoformat(timer.data["began_at"])
        _take_steps(
            tx, desk, case, rule, on, clock, began_at=began_at, now=now, done=timer.data["done"], news=()
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
    news: Rich,
) -> None:
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
    for call in answer.calls:
        _tell(tx, desk, case, call, news, now)
        news = ()
    subject = f"{case.ticket.id}:{on}:{clock or ''}"
    if answer.next_at is not None:
        data = {"on": on, "clock": clock, "began_at": began_at.isoformat(), "done": answer.told}
        timers.set_timer(tx, "escalation", subject, answer.next_at, data)


def _acknowledged_at(history: Iterable[Event], clock: ClockName | None) -> datetime | None:
    kinds = _ACKNOWLEDGED.get(clock, _ANSWERS)
    return max((event.at for event in history if event.kind in kinds and event.who is not None), default=None)


def _tell(tx: Transaction, desk: Desk, case: Case, call: Call, news: Rich, now: datetime) -> None:
    person = _person(tx, case, call)
    level = case.plan.levels[call.level].name if call.level else None
    reason = desk.team(call.reason.template, **call.reason.values)
    who = (person.name or person.user) if person else call.person
    data = {"level": level, "person": who, "reason": call.reason.template, "values": dict(call.reason.values)}
    case.add(Event(now, Kind.TOLD, data=data))
    sentence = news or _about(case, reason)
    addressee = _addressee(desk, person, call.person, level)
    case.tell_team(desk, told((*sentence, *addressee), desk.team, case.plan.zone, take=_untaken(case)))
    if person is not None:
        _tell_directly(tx, desk, case, person, sentence)


def _person(tx: Transaction, case: Case, call: Call) -> Person | None:
    if call.level is None:
        return case.assignee
    return people.person_called(tx, call.person) if call.person else None


def _about(case: Case, reason: str) -> Rich:
    return (Bold(case.ticket.number), f" · {case.ticket.subject}. {reason}")


def _addressee(desk: Desk, person: Person | None, handle: str | None, level: str | None) -> Rich:
    t = desk.team
    if person is not None:
        name = person.name or person.user
        here = desk.triage is not None and desk.triage.platform == person.platform
        who: Inline = Mention(person.user, name) if here else name
        if level is None:
            return t.rich(" {who}, this is yours.", who=who)
        return t.rich(" On call ({level}): {who}.", level=level, who=who)
    if handle is not None:
        return t.rich(" On call ({level}): {who}.", level=level or "", who=handle)
    return t.rich(" Nobody is named for {level} in the plan.", level=level or "")


def _tell_directly(tx: Transaction, desk: Desk, case: Case, person: Person, news: Rich) -> None:
    if desk.triage is None or person.platform != desk.triage.platform:
        return
    conversation = person.user if person.platform == "slack" else f"dm:{person.user}"
    place = people.place(tx, person.platform, person.workspace, conversation, "direct")
    t = words("en" if person.language == "en" else "ro") if person.language else desk.team
    case.posts.append(Post(place.id, told(news, t, case.plan.zone, take=_untaken(case))))
