"""What the buttons and forms on our answers to a customer do."""

from collections.abc import Callable

from msgspec.structs import replace

from desk import triage
from desk.customer_messages import opened_for
from desk.errors import BadInput, NotFound
from desk.incoming import File
from desk.messages import Answer, Field, Form
from desk.team_messages import said
from desk.tickets import Kind, Status, ticket_id
from desk.wording import sentence as _
from handlers import cases, corrections, intake, moves, support
from handlers.case import Case
from handlers.context import Call
from handlers.homes import home, opened_in, seen_from
from handlers.naming import called
from handlers.opening import Request, open_request
from storage import histories, outbox, people, ticket_messages
from storage.outbox import Post
from storage.people import Place


def _own(call: Call, subject: str) -> Case:
    """Load a ticket of the asker's own, or of where they are; any other reads as if it were not there."""
    case = cases.load(call.tx, call.desk, ticket_id(subject))
    same = call.person.customer_id is not None and case.ticket.customer_id == call.person.customer_id
    # Whoever reads a ticket where several talk may answer there; a direct conversation is one person's.
    here = call.place is not None and call.place.kind != "direct" and call.place.id in case.place_ids
    if not (same or here or case.ticket.requester_id == call.person.id or call.person.agent):
        raise NotFound(_("There is no ticket T-{id}."), id=case.ticket.id)
    return case


def _details(call: Call) -> Answer:
    case, t = _own(call, call.incoming.subject), call.t
    field = Field("text", t("What should we know?"), "text")
    title = t("Details for {number}", number=case.ticket.number)
    # The form tells no conversation when it is sent, and a colleague is of this customer in its channel only.
    subject = f"{case.ticket.id}:{call.place.id}" if call.place else str(case.ticket.id)
    return Answer(form=Form("support.details.send", title, t("Send"), (field,), subject, (), call.language))


def _details_sent(call: Call) -> Answer:
    number, _colon, place = call.incoming.subject.partition(":")
    call = seen_from(call, opened_in(call, place))
    case = _own(call, number)
    text = call.incoming.fields.get("text", "").strip()
    if not text:
        return Answer(errors={"text": call.t("There is no text yet. Write what you want to say.")})
    meant = triage.suggest(text)
    if intake.is_ours(case, call):
        moves.reply(case, call, text)
    elif meant.request and _is_long_over(case, call):
        return _go_on(case, call, text)
    else:
        _add_details(case, call, text, meant)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def _add_details(case: Case, call: Call, text: str, meant: triage.Suggestion) -> None:
    name = called(call.person)
    case.add(call.event(Kind.SAID, text=text, **intake.asks_for(case, meant)))
    if case.ticket.status is Status.RESOLVED and meant.request:
        moves.reopen(case, call)
    intake.follow(case, call, meant)
    case.tell_team(call.desk, said(name, text, call.desk.team, case.plan.zone))
    case.tell_customer(said(name, text, case.t, case.plan.zone))


def _separate(call: Call) -> Answer:
    """A message went to a ticket that it is not about: it becomes one of its own, word for word."""
    number, _colon, message = call.incoming.subject.partition(":")
    case, place = _own(call, number), call.place
    known = ticket_messages.belonging(call.tx, place.id, message) if place and message else None
    event_id = known.event_id if known is not None and known.ticket_id == case.ticket.id else None
    written = histories.event(call.tx, event_id) if event_id is not None else None
    if place is None or written is None or written.kind is not Kind.SAID:
        raise BadInput(_("That button does nothing any more. Write here what it is about."))
    text = corrections.text_now(case.history, message, written.data)
    writer = written.who or call.person.id
    ticket_messages.forget_message(call.tx, place.id, message)
    request = Request(
        text=text,
        place=place,
        message=message,
        root=message,
        person=people.by_id(call.tx, {writer})[writer],
        customer=case.customer,
        files=tuple(File(**file) for file in written.data.get("files") or ()),
        source=call.incoming.platform,
    )
    new = open_request(call, request)
    case.add(call.event(Kind.MOVED, message=message, ticket=new.ticket.id, text=text))
    cases.store(call.tx, call.desk, [case], call.now)
    _say_it_is_its_own(call, place, message, new)
    return Answer()


def _say_it_is_its_own(call: Call, place: Place, message: str, new: Case) -> None:
    """Let the post that said where a message went say which ticket it became; its button is used up."""
    key = intake.said_where_key(message)
    if place.id in outbox.places_of(call.tx, key):
        now_says = opened_for(new.ticket, new.t, new.plan.zone)
        outbox.put(call.tx, [Post(place.id, now_says, key=key, ticket_id=new.ticket.id)], call.now)


def _never_mind(call: Call) -> Answer:
    case = _own(call, call.incoming.subject)
    close = moves.resolve if call.person.agent else moves.withdraw
    close(case, call)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def _not_solved(call: Call) -> Answer:
    case = _own(call, call.incoming.subject.partition(":")[0])
    if _is_long_over(case, call):
        return _ask_anew(case, call)
    moves.reopen(case, call)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def _is_long_over(case: Case, call: Call) -> bool:
    return case.ticket.status is Status.RESOLVED and not intake.may_reopen(case, call.now)


def _ask_anew(case: Case, call: Call) -> Answer:
    """Ask for what a new ticket is about that goes on from one which is resolved for too long."""
    long_ago = call.t.count(
        "{number} was resolved more than {n} day ago. Say what happened: a new ticket goes on from it.",
        "{number} was resolved more than {n} days ago. Say what happened: a new ticket goes on from it.",
        case.plan.tickets.reopen_within.days,
        number=case.ticket.number,
    )
    subject = f"{case.ticket.id}:{call.place.id}" if call.place else str(case.ticket.id)
    form = support.request_form(call, "support.again", subject, "support.reopen")
    return Answer(form=replace(form, intro=(long_ago,)))


def _asked_anew(call: Call) -> Answer:
    number, _colon, place = call.incoming.subject.partition(":")
    call = seen_from(call, opened_in(call, place))
    text = call.incoming.fields.get("text", "").strip()
    if not text:
        return Answer(errors={"text": call.t("Tell us what happened: a few words are enough.")})
    return _go_on(_own(call, number), call, text)


def _go_on(case: Case, call: Call, text: str) -> Answer:
    request = Request(
        text=text,
        place=home(call) or case.place,
        message=None,
        root=None,
        person=call.person,
        customer=call.customer,
        source=call.incoming.platform,
    )
    open_request(call, request, linked=case.ticket)
    return Answer()


BUTTONS: dict[str, Callable[[Call], Answer]] = {
    "support.form": support.ask,
    "support.open": support.submitted,
    "support.again": _asked_anew,
    "support.details": _details,
    "support.details.send": _details_sent,
    "support.nevermind": _never_mind,
    "support.separate": _separate,
    "support.reopen": _not_solved,
}
