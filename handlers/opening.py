"""A request becomes a ticket, with its first answer and its card."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from desk import triage
from desk.customer_messages import opened
from desk.escalation import somebody_on_call
from desk.hours import Calendar
from desk.incoming import File, Incoming
from desk.messages import Attached, Message
from desk.plan import Plan
from desk.sla import calendar
from desk.team_messages import said, shortened
from desk.tickets import Event, Kind, Status, Ticket
from handlers import cases, deadlines
from handlers.cases import Case
from handlers.context import Call
from storage import tickets
from storage.people import Customer, Person, Place

_SUBJECT = 80  # characters
_GRAVEST = "P1"  # what "nothing works at all" is (the plan, section 2)


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


def open_request(
    call: Call, request: Request, suggestion: triage.Suggestion | None = None, linked: Ticket | None = None
) -> Case:
    """Open a ticket for a request, tell its customer and show it to the team."""
    suggestion = suggestion or triage.suggest(request.text)
    plan, now = call.desk.plan, call.now
    spoken = {"text": request.text, "files": files_kept(request.files), "message": request.message}
    case = Case(
        ticket=Ticket(
            id=0,
            subject=subject_of(request.text, request.files),
            status=Status.RECEIVED,
            priority=_priority(plan, suggestion),
            opened_at=now,
            tier=plan.tier_of(request.customer.tier if request.customer else None),
            plan_version=call.desk.plan_version,
            language=_language(request, suggestion),
            category=suggestion.category,
            customer_id=request.customer.id if request.customer else None,
            requester_id=request.person.id,
            linked_id=linked.id if linked else None,
            place_id=request.place.id if request.place else None,
            root=request.root,
            suggestion=kept(suggestion),
        ),
        plan=plan,
        history=[],
        customer=request.customer,
        requester=request.person,
        place=request.place,
    )
    first = Event(now, Kind.OPENED, who=request.person.id, source=request.source, data=spoken)
    case.record(first)
    cases.open_case(call.tx, case, now)
    _claim(call, case, request, tickets.add_event(call.tx, case.ticket.id, first))
    if linked is not None:
        _take_over_thread(call, case, request)
        case.add(
            Event(now, Kind.LINKED, who=request.person.id, source=request.source, data={"ticket": linked.id})
        )
    case.tell_customer(_first_answer(case, now), key=cases.opened_key(case.ticket))
    if request.files:
        names = ", ".join(file.name for file in request.files)
        said_with = said(cases.called(request.person), names, call.desk.team, plan.zone)
        case.tell_team(call.desk, replace(said_with, files=attached(call.incoming, request.files)))
    deadlines.opened(call.tx, call.desk, case, now)
    cases.store(call.tx, call.desk, [case], now, new=True)
    return case


def _priority(plan: Plan, suggestion: triage.Suggestion) -> str:
    """Return what triage suggests, as far as this plan knows such a priority."""
    wanted = suggestion.priority
    return wanted if wanted is not None and wanted in plan.priorities else plan.sla.default_priority


def _claim(call: Call, case: Case, request: Request, event_id: int) -> None:
    if request.place is None or request.message is None:
        return
    if request.root is not None and request.root != request.message:
        tickets.claim_message(call.tx, request.place.id, request.root, case.ticket.id, None)
    tickets.claim_message(call.tx, request.place.id, request.message, case.ticket.id, event_id)


def _take_over_thread(call: Call, case: Case, request: Request) -> None:
    """Let what is said next in the old ticket's thread belong to the new one."""
    if request.place is not None and request.root is not None and request.root != request.message:
        tickets.move_message(call.tx, request.place.id, request.root, case.ticket.id)


def subject_of(text: str, files: tuple[File, ...] = ()) -> str:
    """Return the first line of a text, cut to what fits a card's headline."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = line if line.endswith("..") else line.removesuffix(".")
    return shortened(line, _SUBJECT) or (files[0].name[:_SUBJECT] if files else "—")


def _language(request: Request, suggestion: triage.Suggestion) -> str:
    """A person's own choice, then their customer's language, then the one they write in."""
    return request.person.language or (request.customer.language if request.customer else suggestion.language)


def kept(suggestion: triage.Suggestion) -> dict[str, Any] | None:
    """Return what a ticket keeps of a suggestion; nothing where none was made."""
    if suggestion.priority is None:
        return None
    return {
        "priority": suggestion.priority,
        "category": suggestion.category,
        "reason": suggestion.reason,
        "values": suggestion.values,
    }


def attached(incoming: Incoming, files: tuple[File, ...] | None = None) -> tuple[Attached, ...]:
    """Return what came with an event (or some of it, `files`) as it is passed on."""
    return tuple(
        Attached(
            name=file.name,
            platform=incoming.platform,
            workspace=incoming.workspace,
            id=file.id,
            kind=file.kind,
            size=file.size,
            url=file.url,
            download=file.download,
            service_url=incoming.address.get("service_url", ""),
        )
        for file in (incoming.files if files is None else files)
    )


def files_kept(files: tuple[File, ...]) -> list[dict[str, Any]]:
    """Return what a history keeps of attached files."""
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
        back_at=_back_at(case, due, now),
        on_call=somebody_on_call(plan, _GRAVEST),
    )


def _back_at(case: Case, due: datetime | None, now: datetime) -> datetime | None:
    """Return when chat is staffed again; None while it is, or when we answer before."""
    chat = case.plan.channels.get("chat")
    if chat is None or chat.staffed is None:
        return None
    staffed: Calendar = calendar(case.plan, chat.staffed)
    back_at = None if staffed.is_open(now) else staffed.next_open(now)
    return None if back_at is None or (due is not None and due < back_at) else back_at
