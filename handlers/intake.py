"""What people write becomes tickets: which ticket a message belongs to, and what it does there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk import triage
from desk.customer_messages import opened, welcome
from desk.hours import Calendar
from desk.incoming import File
from desk.messages import Answer, Message
from desk.sla import calendar
from desk.team_messages import said, shortened
from desk.tickets import Event, Kind, Status, Ticket
from handlers import cases, deadlines, moves
from handlers.cases import Case
from handlers.context import Call
from storage import outbox, people, tickets
from storage.outbox import Post
from storage.people import Customer, Person, Place

_SUBJECT = 80  # characters


@dataclass(frozen=True, slots=True)
class Request:
    """Something somebody asks for: their words, and the message in which they came."""

    text: str
    place: Place | None
    message: str | None
    root: str | None
    person: Person
    customer: Customer | None
    files: tuple[File, ...] = ()
    source: str = "slack"


def message(call: Call) -> Answer:
    """Somebody wrote where we listen."""
    incoming, place = call.incoming, call.place
    if place is None or incoming.message is None:
        return Answer()
    people.lock_place(call.tx, place.id)
    known = tickets.belonging(call.tx, place.id, incoming.message)
    if known is not None and known.event_id is not None:
        return Answer()  # the same message again, under another event
    if known is not None:
        return _late_root(call, place, known.ticket_id)
    if place.kind == "triage":
        return _among_the_team(call, place)
    if incoming.thread is not None:
        return _in_a_thread(call, place, incoming.thread)
    if not (incoming.direct or incoming.mentioned or place.customer_id is not None):
        return Answer()
    if call.person.agent and not (incoming.direct or incoming.mentioned):
        return Answer()  # the team talking in a customer's channel opens no ticket
    since = call.now - call.desk.plan.tickets.gather
    recent = tickets.latest_from(call.tx, place.id, call.person.id, since)
    if recent is not None:
        return _add(call, place, cases.load(call.tx, call.desk, recent))
    return _new(call, place)


def _late_root(call: Call, place: Place, ticket_id: int) -> Answer:
    """The first message of a thread came after a reply to it: it belongs to the ticket of the reply."""
    return _add(call, place, cases.load(call.tx, call.desk, ticket_id))


def _among_the_team(call: Call, place: Place) -> Answer:
    """What is written in the thread of a card is an internal note."""
    thread = call.incoming.thread
    key = outbox.post_at(call.tx, place.id, thread) if thread else None
    if key is None or not key.startswith("card:") or not call.person.agent:
        return Answer()
    case = cases.load(call.tx, call.desk, int(key.removeprefix("card:")))
    _record(call, place, case, Kind.NOTED)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def _in_a_thread(call: Call, place: Place, thread: str) -> Answer:
    ticket_id = _ticket_of_thread(call, place, thread)
    if ticket_id is not None:
        return _add(call, place, cases.load(call.tx, call.desk, ticket_id))
    heard = call.incoming.direct or call.incoming.mentioned or place.customer_id is not None
    if not heard or (call.person.agent and not call.incoming.mentioned):
        return Answer()
    return _new(call, place)


def _ticket_of_thread(call: Call, place: Place, thread: str) -> int | None:
    known = tickets.belonging(call.tx, place.id, thread)
    if known is not None:
        return known.ticket_id
    key = outbox.post_at(call.tx, place.id, thread) or ""
    return int(key.removeprefix("opened:")) if key.startswith("opened:") else None


def _new(call: Call, place: Place) -> Answer:
    incoming = call.incoming
    suggestion = triage.suggest(incoming.text)
    if not suggestion.request and not incoming.files:
        if incoming.direct and not tickets.spoke_before(call.tx, call.person.id):
            _say(call, place, welcome(call.t, call.desk.plan.zone))
        return Answer()
    open_request(
        call,
        Request(
            text=incoming.text,
            place=place,
            message=incoming.message,
            root=incoming.thread or incoming.message,
            person=call.person,
            customer=call.customer,
            files=incoming.files,
            source=incoming.platform,
        ),
        suggestion,
    )
    return Answer()


def _say(call: Call, place: Place, what: Message) -> None:
    root = call.incoming.thread or call.incoming.message
    outbox.put(call.tx, [Post(place.id, what, thread=root)], call.now)


def open_request(
    call: Call, request: Request, suggestion: triage.Suggestion | None = None, linked: Ticket | None = None
) -> Case:
    """Open a ticket for a request, tell its customer and show it to the team."""
    suggestion = suggestion or triage.suggest(request.text)
    plan, now = call.desk.plan, call.now
    spoken = {"text": request.text, "files": _files(request.files), "message": request.message}
    case = Case(
        ticket=Ticket(
            id=0,
            subject=subject_of(request.text, request.files),
            status=Status.RECEIVED,
            priority=suggestion.priority or plan.sla.default_priority,
            opened_at=now,
            tier=request.customer.tier if request.customer else plan.tickets.unknown_tier,
            plan_version=call.desk.plan_version,
            language=_language(request, suggestion),
            category=suggestion.category,
            customer_id=request.customer.id if request.customer else None,
            requester_id=request.person.id,
            linked_id=linked.id if linked else None,
            place_id=request.place.id if request.place else None,
            root=request.root,
            suggestion=_kept(suggestion),
        ),
        plan=plan,
        history=[],
        customer=request.customer,
        requester=request.person,
        place=request.place,
    )
    first = Event(now, Kind.OPENED, who=request.person.id, source=request.source, data=spoken)
    case.history.append(first)
    cases.open_case(call.tx, case, now)
    _claim(call, case, request, tickets.add_event(call.tx, case.ticket.id, first))
    if linked is not None:
        case.add(
            Event(now, Kind.LINKED, who=request.person.id, source=request.source, data={"ticket": linked.id})
        )
    case.tell_customer(_first_answer(case, now), key=cases.opened_key(case.ticket))
    deadlines.opened(call.tx, call.desk, case, now)
    cases.store(call.tx, call.desk, [case], now, new=True)
    return case


def _claim(call: Call, case: Case, request: Request, event_id: int) -> None:
    if request.place is None or request.message is None:
        return
    if request.root is not None and request.root != request.message:
        tickets.claim_message(call.tx, request.place.id, request.root, case.ticket.id, None)
    tickets.claim_message(call.tx, request.place.id, request.message, case.ticket.id, event_id)


def subject_of(text: str, files: tuple[File, ...] = ()) -> str:
    """Return the first line of a text, cut to what fits a card's headline."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return shortened(line, _SUBJECT) or (files[0].name[:_SUBJECT] if files else "—")


def _language(request: Request, suggestion: triage.Suggestion) -> str:
    """A person's own choice, then their customer's language, then the one they write in."""
    return request.person.language or (request.customer.language if request.customer else suggestion.language)


def _kept(suggestion: triage.Suggestion) -> dict[str, Any] | None:
    if suggestion.priority is None:
        return None
    return {
        "priority": suggestion.priority,
        "category": suggestion.category,
        "reason": suggestion.reason,
        "values": suggestion.values,
    }


def _files(files: tuple[File, ...]) -> list[dict[str, Any]]:
    return [{"id": f.id, "name": f.name, "kind": f.kind, "size": f.size, "url": f.url} for f in files]


def _first_answer(case: Case, now: datetime) -> Message:
    plan, ticket = case.plan, case.ticket
    due = next((clock.due_at for clock in case.clocks() if clock.name == "first_response"), None)
    return opened(
        ticket,
        due,
        case.t,
        plan.zone,
        by_email="chat" not in plan.tiers[ticket.tier].channels,
        back_at=_back_at(case, now),
    )


def _back_at(case: Case, now: datetime) -> datetime | None:
    """Return when chat is staffed again; None while it is, or when the clock of this ticket never rests."""
    chat = case.plan.channels.get("chat")
    if chat is None or chat.staffed is None:
        return None
    staffed: Calendar = calendar(case.plan, chat.staffed)
    return None if staffed.is_open(now) else staffed.next_open(now)


def _add(call: Call, place: Place, case: Case) -> Answer:
    """A message in a ticket's conversation: the customer spoke, or somebody of the team answered."""
    if call.person.agent and call.person.id != case.ticket.requester_id:
        _record(call, place, case, Kind.REPLIED)
        moves.take_if_free(case, call)
    else:
        case_or_new = _customer_spoke(call, place, case)
        if case_or_new is None:
            return Answer()
        case = case_or_new
    _copy_to_team(call, case)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def _customer_spoke(call: Call, place: Place, case: Case) -> Case | None:
    """Record what the customer said and what follows from it. Returns None when a new ticket was opened."""
    is_request = triage.suggest(call.incoming.text).request or bool(call.incoming.files)
    if case.ticket.status is Status.RESOLVED and is_request:
        if not may_reopen(case, call.now):
            _open_linked(call, place, case.ticket)
            return None
        _record(call, place, case, Kind.SAID)
        moves.reopen(case, call)
        return case
    _record(call, place, case, Kind.SAID)
    if case.ticket.status is Status.ON_HOLD:
        moves.resume(case, call)
    return case


def may_reopen(case: Case, now: datetime) -> bool:
    """Say whether a resolved ticket can go on; later, a new one is linked to it (the plan, reading 4)."""
    resolved_at = case.ticket.resolved_at
    return resolved_at is not None and now - resolved_at <= case.plan.tickets.reopen_within


def _open_linked(call: Call, place: Place, old: Ticket) -> None:
    incoming = call.incoming
    request = Request(
        text=incoming.text,
        place=place,
        message=incoming.message,
        root=incoming.message,
        person=call.person,
        customer=call.customer,
        files=incoming.files,
        source=incoming.platform,
    )
    open_request(call, request, linked=old)


def _record(call: Call, place: Place, case: Case, kind: Kind) -> None:
    """Add the incoming message to the history, and remember that it belongs there."""
    incoming = call.incoming
    data = {"text": incoming.text, "files": _files(incoming.files), "message": incoming.message}
    event = Event(call.now, kind, who=call.person.id, source=incoming.platform, data=data)
    event_id = tickets.add_event(call.tx, case.ticket.id, event)
    case.history.append(event)
    if incoming.message is not None:
        tickets.claim_message(call.tx, place.id, incoming.message, case.ticket.id, event_id)


def _copy_to_team(call: Call, case: Case) -> None:
    text = call.incoming.text or ", ".join(file.name for file in call.incoming.files)
    name = call.person.name or call.person.user
    if call.person.agent:
        name = call.desk.team("{agent} to the customer", agent=name)
    case.tell_team(call.desk, said(name, text, call.desk.team, case.plan.zone))
