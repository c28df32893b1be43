"""A request becomes a ticket, with its first answer and its card."""

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from desk import triage
from desk.incoming import File, Incoming
from desk.messages import Attached
from desk.plan import Plan
from desk.subjects import subject_of
from desk.team_messages import said
from desk.tickets import Event, Kind, Status, Ticket
from handlers import cases, escalations, first_answer
from handlers.case import Case, copy_key
from handlers.context import Call
from handlers.naming import called
from storage import histories, people, ticket_messages
from storage.people import Customer, Person, Place


@dataclass(frozen=True, slots=True)
class Request:
    """Something somebody asks for: their words, and the message in which they came."""

    text: str
    place: Place | None
    message: str | None
    root: str | None
    person: Person
    customer: Customer | None
    source: str
    files: tuple[File, ...] = ()


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
            subject=subject_of(request.text, request.files[0].name if request.files else ""),
            status=Status.RECEIVED,
            priority=_priority(plan, suggestion),
            opened_at=now,
            tier=plan.tier_of(request.customer.tier if request.customer else None),
            plan_version=call.desk.plan_version,
            language=_language(call, request, suggestion),
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
    event_id = histories.add_event(call.tx, case.ticket.id, first)
    _claim(case, call, request, event_id)
    if linked is not None:
        _take_over_thread(case, call, request)
        case.add(
            Event(now, Kind.LINKED, who=request.person.id, source=request.source, data={"ticket": linked.id})
        )
    first_answer.opened(call.tx, case, now)
    if request.files:
        names = ", ".join(file.name for file in request.files)
        said_with = said(called(request.person), names, call.desk.team, plan.zone)
        copy = replace(said_with, files=attached(call.incoming, request.files))
        here = request.place.id if request.place else 0
        case.copy_to_team(call.desk, copy, copy_key(event_id), besides=here)
    escalations.opened(call.tx, call.desk, case, now)
    cases.store(call.tx, call.desk, [case], now, new=True)
    return case


def _priority(plan: Plan, suggestion: triage.Suggestion) -> str:
    """Return what triage suggests, as far as this plan knows such a priority."""
    wanted = suggestion.priority
    return wanted if wanted is not None and wanted in plan.priorities else plan.sla.default_priority


def _claim(case: Case, call: Call, request: Request, event_id: int) -> None:
    if request.place is None or request.message is None:
        return
    if request.root is not None and request.root != request.message:
        ticket_messages.claim_message(call.tx, request.place.id, request.root, case.ticket.id, None)
    ticket_messages.claim_message(call.tx, request.place.id, request.message, case.ticket.id, event_id)


def _take_over_thread(case: Case, call: Call, request: Request) -> None:
    """Let what is said next in the old ticket's thread belong to the new one."""
    if request.place is not None and request.root is not None and request.root != request.message:
        ticket_messages.move_message(call.tx, request.place.id, request.root, case.ticket.id)


def _language(call: Call, request: Request, suggestion: triage.Suggestion) -> str:
    """A person's own language, then their customer's, then the one they write in.

    Who has the platform in English and writes English as well reads English from then on.
    """
    person = request.person
    if person.language:
        return person.language
    if person.id == call.person.id and call.incoming.language == suggestion.language == "en":
        people.change_person(call.tx, person.id, language="en")
        return "en"
    return request.customer.language if request.customer else suggestion.language


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
