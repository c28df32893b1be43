"""What people change or take back of what they wrote. Nothing is lost: history keeps both."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from desk import triage
from desk.messages import Answer
from desk.subjects import subject_of
from desk.team_messages import told
from desk.tickets import Event, Kind, Status
from desk.wording import sentence as _
from handlers import cases, conversations, intake, moves
from handlers.case import Case
from handlers.context import Call
from handlers.naming import called
from storage import early, histories, people, ticket_messages
from storage.people import Place

_SHOWN = 200  # characters of the old and the new text in the thread


def edited(call: Call) -> Answer:
    """Somebody changed a message that belongs to a ticket."""
    return _corrected(call, Kind.EDITED, call.incoming.text)


def deleted(call: Call) -> Answer:
    """Somebody took back a message that belongs to a ticket."""
    return _corrected(call, Kind.DELETED, None)


def _corrected(call: Call, kind: Kind, after: str | None) -> Answer:
    place, message = call.place, call.incoming.message
    if place is None or message is None:
        return Answer()
    people.lock_place(call.tx, place.id)
    known = ticket_messages.belonging(call.tx, place.id, message)
    if known is None or known.event_id is None:
        return _of_nothing_yet(call, place, message, kind)
    case = cases.load(call.tx, call.desk, known.ticket_id)
    event = histories.event(call.tx, known.event_id)
    before = text_now(case.history, message, event.data)
    if before == after:
        return Answer()
    data = {"message": message, "before": before} | ({"after": after} if after is not None else {})
    case.add(call.event(kind, **data))
    _follow(case, message, before, after)
    conversations.follow(case, call, place, event, known.event_id, after)
    if after is not None and not call.person.agent:
        _weigh_anew(case, call, message, after)
    if place.kind != "triage":
        case.tell_team(call.desk, told(_sentence(call, before, after), call.desk.team, case.plan.zone))
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def text_now(history: list[Event], message: str, first: dict[str, Any]) -> str:
    """Return what a message says now; `first` is what the history keeps of it as it was written."""
    texts = [str(first.get("text", ""))]
    texts += [
        str(e.data["after"]) for e in history if e.kind is Kind.EDITED and e.data.get("message") == message
    ]
    return texts[-1]


def _follow(case: Case, message: str, before: str, after: str | None) -> None:
    """Let the subject follow the message that opened the ticket: what was taken back stands nowhere."""
    opened = next((event for event in case.history if event.kind is Kind.OPENED), None)
    if opened is None or opened.data.get("message") != message or case.ticket.subject != subject_of(before):
        return
    case.change(subject=case.t(_("Message taken back")) if after is None else subject_of(after))


def _weigh_anew(case: Case, call: Call, message: str, after: str) -> None:
    """Let a message that says more than before have the consequences of what it says now.

    Thanks that turned into an answer start a clock, take the ticket off hold or reopen it, as if said now.
    """
    meant = triage.suggest(after)
    said = next((e for e in case.history if e.kind is Kind.SAID and e.data.get("message") == message), None)
    if said is not None and said.data.get("request") is False and meant.waits:
        case.add(call.event(Kind.SAID, text=after, files=[], edited=message))
        if case.ticket.status is Status.RESOLVED and meant.request and intake.may_reopen(case, call.now):
            moves.reopen(case, call)
    if case.ticket.status is not Status.RESOLVED:
        intake.follow(case, call, meant)


def _of_nothing_yet(call: Call, place: Place, message: str, kind: Kind) -> Answer:
    """Read an edited message as if it were new: it asked for nothing before, or it is still on its way.

    When it asks for nothing now either, the change waits for the message.
    """
    if kind is Kind.EDITED:
        intake.message(replace(call, incoming=structs.replace(call.incoming, kind="message")))
    known = ticket_messages.belonging(call.tx, place.id, message)
    if known is None or known.event_id is None:
        early.keep(call.tx, place.id, message, call.incoming, call.now)
    return Answer()


def _sentence(call: Call, before: str, after: str | None) -> tuple[str, ...]:
    who, t = called(call.person), call.desk.team
    old = before[:_SHOWN]
    if after is None:
        return (t("{who} took back “{before}”", who=who, before=old),)
    return (t("{who} changed “{before}” to “{after}”", who=who, before=old, after=after[:_SHOWN]),)
