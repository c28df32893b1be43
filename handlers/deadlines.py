"""What happens when a deadline warns or passes, and when an escalation takes its next step.

A ticket has one timer for its clocks ("sla") and one for each escalation that is under way
(`handlers.escalations`). They are handled many at a time, and what comes due together for a ticket is said
in one post; its history keeps each step.
"""

from datetime import datetime, timedelta

from desk import clock_news
from desk.messages import Rich
from desk.sla import Moment
from desk.tickets import Event, Kind, Status, Verb
from desk.wording import Words
from handlers import calls, cases, escalations
from handlers.calls import Line, News
from handlers.case import Case
from handlers.context import Desk
from handlers.escalations import Escalation
from handlers.naming import called
from storage import tickets, timers
from storage.timers import Timer
from storage.transactions import Transaction

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
            came = escalations.go_on if timer.kind == "escalation" else _clocks_reached
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
    begun = Escalation(moment.what, moment.clock.name, began_at=now, since=since)
    return escalations.begin(tx, desk, case, begun, now, _what_happened(case, moment, now, last))


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
    who = called(case.assignee) if case.assignee else None
    left = case.in_charge is None
    whose = last and (left or moment.what == "breach")  # of a warning, whoever has it is told by name
    say = clock_news.warning if moment.what == "warning" else clock_news.breach

    def news(t: Words) -> Rich:
        sentence = say(clock, due_at, now, t)
        return (*sentence, " ", clock_news.whose(who, t, left=left)) if whose else sentence

    return news
