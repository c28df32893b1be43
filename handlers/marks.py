"""The ticket emoji, and the message shortcut: anybody's message becomes a ticket, with its thread so far."""

import dataclasses

from msgspec.structs import replace

from desk.errors import NotAllowed
from desk.messages import Answer
from desk.tickets import Event, Kind
from desk.wording import sentence as _
from handlers import opening
from handlers.case import Case
from handlers.context import Call
from handlers.opening import Request
from storage import heard, histories, outbox, people, ticket_messages
from storage.heard import Said
from storage.people import Place

_UNKNOWN = _(
    "We do not have the words of that message any more; choose Open a ticket in its menu (⋯), "
    "and we gladly take it up."
)

_OF_OTHERS = _(
    "We open a ticket from a message when whoever wrote it, or one of us, asks for it. "
    "If you have the same trouble, tell us in your own words: write /support."
)


def marked(call: Call) -> Answer:
    """Open a ticket from the marked message, in its writer's name; agents and the writer may ask for it."""
    place, message = call.place, call.incoming.message
    if place is None or message is None or place.kind == "triage":
        return Answer()
    said = heard.find(call.tx, place.id, message)
    if said is not None:
        call = _with(call, said)
    incoming = call.incoming
    if not call.person.agent and incoming.author not in (None, call.person.user):
        if incoming.shortcut:
            raise NotAllowed(_OF_OTHERS)
        return Answer()
    root = incoming.thread or message
    people.lock_place(call.tx, place.id)
    known = _ticket_of(call, place, message) or _ticket_of(call, place, root)
    if known is not None:
        return call.say("That is T-{id} already.", id=known)
    if incoming.author is None and not (incoming.text or incoming.files):
        return replace(call.say(_UNKNOWN), refused=True)
    writer = people.person(call.tx, incoming.platform, incoming.workspace, incoming.author or incoming.user)
    customer_id = writer.customer_id or place.customer_id
    known_customers = people.customers_by_id(call.tx, {customer_id} if customer_id else set())
    case = opening.open_request(
        call,
        Request(
            text=incoming.text,
            place=place,
            message=message,
            root=root,
            person=writer,
            customer=known_customers.get(customer_id or 0),
            files=incoming.files,
            source=incoming.platform,
        ),
    )
    heard.drop(call.tx, place.id, message)
    _add_thread(case, call)
    return call.say("{number} is open.", number=case.ticket.number)


def _with(call: Call, said: Said) -> Call:
    """Return the call with what was heard; a shortcut tells the words, as they stand now, by itself."""
    text, files = call.incoming.text or said.text, said.files or call.incoming.files
    told = replace(call.incoming, author=said.user, thread=said.thread, text=text, files=files)
    return dataclasses.replace(call, incoming=told)


def _ticket_of(call: Call, place: Place, message: str) -> int | None:
    known = ticket_messages.belonging(call.tx, place.id, message)
    return known.ticket_id if known is not None else outbox.ticket_at(call.tx, place.id, message)


def _add_thread(case: Case, call: Call) -> None:
    incoming = call.incoming
    for line in incoming.earlier:
        if line.message == incoming.message or case.ticket.place_id is None:
            continue
        who = people.person(call.tx, incoming.platform, incoming.workspace, line.user)
        kind = Kind.NOTED if who.agent else Kind.SAID
        files = opening.files_kept(line.files)
        data = {"text": line.text, "files": files, "message": line.message, "earlier": True}
        event = Event(call.now, kind, who=who.id, source=incoming.platform, data=data)
        event_id = histories.add_event(call.tx, case.ticket.id, event)
        ticket_messages.claim_message(call.tx, case.ticket.place_id, line.message, case.ticket.id, event_id)
