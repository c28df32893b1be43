"""Our first answer to a ticket, its customer's card: it says what holds, from the opening to the end."""

from datetime import datetime

from desk import sla
from desk.customer_messages import FirstAnswer, first_answer
from desk.escalation import somebody_on_call
from desk.faces import Face, face
from desk.messages import Message
from desk.sla import Clock
from desk.targets import calendar
from desk.tickets import Kind, Status
from handlers import cases
from handlers.case import Case, opened_key
from handlers.context import Desk
from handlers.naming import called
from storage import outbox, people, tickets, timers
from storage.timers import Timer
from storage.transactions import Transaction

_GRAVEST = "P1"  # what "nothing works at all" is (the plan, section 2)
_LONGEST = 1000  # characters of what was written into a form


def opened(tx: Transaction, case: Case, now: datetime) -> None:
    """Answer a new ticket. What is said of when the team is back goes as soon as it is."""
    case.tell_customer(write(tx, case, now), key=opened_key(case.ticket))
    back_at = _back_at(case, promised(case, now), now)
    if back_at is not None and case.ticket.place_id is not None:
        timers.set_timer(tx, "back", str(case.ticket.id), back_at)


def team_is_back(tx: Transaction, desk: Desk, due: list[Timer], now: datetime) -> None:
    """Write the first answers anew that said when the team is back."""
    found = cases.load_many(tx, desk, tickets.read(tx, [int(timer.subject) for timer in due]))
    unanswered = [case for case in found if _awaited(case, face(case.ticket, case.history)) is not None]
    outbox.put(tx, [post for case in unanswered for post in cases.answered_anew(case)], now)


def promised(case: Case, now: datetime) -> datetime | None:
    """Return by when the customer is promised to hear from us; None once they did, or we are late with it."""
    awaited = _awaited(case, face(case.ticket, case.history))
    return None if awaited is None or sla.breached(awaited, now) else awaited.due_at


def _awaited(case: Case, shown: Face) -> Clock | None:
    """Return the clock of the answer that the customer waits for."""
    if shown.answered_by is not None or case.ticket.status is Status.RESOLVED:
        return None
    awaited = "next_response" if shown.reopened else "first_response"
    return next((clock for clock in case.clocks() if clock.running and clock.name == awaited), None)


def write(tx: Transaction, case: Case, now: datetime) -> Message:
    """Return what our first answer says now."""
    ticket, shown = case.ticket, face(case.ticket, case.history)
    awaited = _awaited(case, shown)
    due = awaited.due_at if awaited is not None else None
    by = people.by_id(tx, {shown.answered_by}) if shown.answered_by is not None else {}
    answer = FirstAnswer(
        ticket=ticket,
        due_at=due,
        late=awaited is not None and sla.breached(awaited, now),
        taken=case.in_charge is not None,
        answered_by=", ".join(called(person) for person in by.values()),
        reopened=shown.reopened,
        withdrawn=shown.withdrawn,
        words=_words(case),
        by_email="chat" not in case.plan.tiers[ticket.tier].channels,
        back_at=_back_at(case, due, now) if shown.answered_by is None else None,
        on_call=somebody_on_call(case.plan, _GRAVEST),
    )
    return first_answer(answer, case.t, case.plan.zone)


def _words(case: Case) -> str:
    """Return what was written into a form: no message of the customer's stands above our answer then."""
    opening = next((event.data for event in case.history if event.kind is Kind.OPENED), {})
    if case.ticket.root is not None or opening.get("message") is not None:
        return ""
    return str(opening.get("text", ""))[:_LONGEST]


def _back_at(case: Case, due: datetime | None, now: datetime) -> datetime | None:
    """Return when chat is staffed again; None while it is, or when we answer before."""
    chat = case.plan.channels.get("chat")
    if case.ticket.priority == _GRAVEST or chat is None or chat.staffed is None:
        return None
    staffed = calendar(case.plan, chat.staffed)
    back_at = None if staffed.is_open(now) else staffed.next_open(now)
    return None if back_at is None or (due is not None and due < back_at) else back_at
