"""What people write becomes tickets: which ticket a message belongs to, and what it does there."""

from datetime import datetime, timedelta
from typing import Any

from desk import triage
from desk.customer_messages import added_to
from desk.messages import Answer
from desk.team_messages import settled
from desk.tickets import Event, Kind, Status
from handlers import cases, conversations, courtesy, holding, moves, severity, taking
from handlers.belonging import brought_here, spoken_about, ticket_meant
from handlers.case import Case
from handlers.context import Call
from handlers.naming import called
from handlers.opening import Request, files_kept, open_request
from storage import early, histories, outbox, people, ticket_messages
from storage.outbox import Post
from storage.people import Place

# What does not take a ticket off hold: we still wait for what we asked.
_POLITE = ("thanks", "greeting")


def message(call: Call) -> Answer:
    """Somebody wrote where we listen."""
    incoming, place = call.incoming, call.place
    if place is None or incoming.message is None:
        return Answer()
    people.lock_place(call.tx, place.id)
    known = ticket_messages.belonging(call.tx, place.id, incoming.message)
    if known is not None and known.event_id is not None:
        return Answer()  # the same message again, under another event
    if known is not None:
        return _late_root(call, place, known.ticket_id)
    if place.kind == "triage":
        return _among_the_team(call, place)
    answers = incoming.quotes or incoming.thread
    case = _answered(call, place, answers) if answers is not None else None
    if case is not None:
        return _add(case, call, place) if place.id in case.place_ids else _noted(case, call, place)
    if incoming.thread is not None:
        return _in_a_thread(call, place, incoming.thread)
    if incoming.direct or incoming.mentioned:
        return _outside_threads(call, place)
    if call.person.agent:
        return Answer()  # the team talking in a customer's channel opens no ticket
    return _outside_threads(call, place) if place.customer_id is not None else _overheard(call, place)


def _outside_threads(call: Call, place: Place) -> Answer:
    meant = triage.suggest(call.incoming.text)
    about = ticket_meant(call, place, meant)
    if about is None:
        return _new(call, place, meant)
    case = cases.load(call.tx, call.desk, about)
    return _add(case, call, place, added=meant.waits or bool(call.incoming.files))


def _overheard(call: Call, place: Place) -> Answer:
    """Where no customer is at home, nothing begins: what is said goes to a ticket that was brought there."""
    about = brought_here(call, place, triage.suggest(call.incoming.text))
    return Answer() if about is None else _add(cases.load(call.tx, call.desk, about), call, place)


def _late_root(call: Call, place: Place, ticket_id: int) -> Answer:
    """The first message of a thread came after a reply to it: it belongs to the ticket of the reply.

    What the team had written there before somebody asked answers nothing.
    """
    case = cases.load(call.tx, call.desk, ticket_id)
    if not is_ours(case, call):
        return _add(case, call, place)
    _record(case, call, place, Kind.NOTED, earlier=True)
    return Answer()


def _among_the_team(call: Call, place: Place) -> Answer:
    """What is written in the thread of a card is an internal note."""
    thread = call.incoming.thread
    key = outbox.post_at(call.tx, place.id, thread) if thread else None
    if key is None or not key.startswith("card:") or not call.person.agent:
        return Answer()
    return _noted(cases.load(call.tx, call.desk, int(key.removeprefix("card:"))), call, place)


def _noted(case: Case, call: Call, place: Place) -> Answer:
    event_id = _record(case, call, place, Kind.NOTED)
    conversations.pass_on(case, call, place, event_id, Kind.NOTED)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def _answered(call: Call, place: Place, message: str) -> Case | None:
    """Return the ticket to which a message here belongs, ours or theirs, for what is said in answer to it.

    Outside its conversations a ticket is for the team alone, who may note what they were told in person.
    """
    known = ticket_messages.belonging(call.tx, place.id, message)
    ticket_id = known.ticket_id if known is not None else outbox.ticket_at(call.tx, place.id, message)
    case = cases.load(call.tx, call.desk, ticket_id) if ticket_id is not None else None
    if case is None or place.id in case.place_ids or (call.person.agent and call.incoming.direct):
        return case
    return None


def _in_a_thread(call: Call, place: Place, thread: str) -> Answer:
    """In a thread that belongs to no ticket yet."""
    heard = call.incoming.direct or call.incoming.mentioned or place.customer_id is not None
    if not heard or (call.person.agent and not call.incoming.mentioned):
        _keep(call, place, thread)
        return Answer()
    return _new(call, place, triage.suggest(call.incoming.text))


def _keep(call: Call, place: Place, thread: str) -> None:
    """Keep a reply to something that is no ticket yet: its root may be on the way, and make one."""
    early.keep(call.tx, place.id, thread, call.incoming, call.now)


def _new(call: Call, place: Place, suggestion: triage.Suggestion) -> Answer:
    incoming = call.incoming
    if not suggestion.request and not incoming.files:
        return _small_talk(call, place, suggestion)
    open_request(call, _request(call, place), suggestion)
    return Answer()


def _request(call: Call, place: Place) -> Request:
    incoming = call.incoming
    return Request(
        text=incoming.text,
        place=place,
        message=incoming.message,
        root=incoming.thread or incoming.message,
        person=call.person,
        customer=call.customer,
        files=incoming.files,
        source=incoming.platform,
    )


def _small_talk(call: Call, place: Place, talk: triage.Suggestion) -> Answer:
    """Nothing is asked for: "hello", "thanks", "yes". It goes into what is open, or is answered.

    "It works now" never ends here: it may be a complaint that we read wrongly, so the team sees it.
    """
    incoming = call.incoming
    about = spoken_about(call, place, talk)
    if about is not None:
        return _add(cases.load(call.tx, call.desk, about), call, place)
    if talk.talk == "settled" and not call.person.agent:
        open_request(call, _request(call, place), talk)
        return Answer()
    if incoming.thread is not None:
        _keep(call, place, incoming.thread)
    calls_out = talk.talk == ""  # "help!", "?"
    aloud = incoming.direct or (calls_out and place.customer_id is not None)
    if incoming.mentioned or (aloud and incoming.thread is None):
        answered = courtesy.answer(call, place, talk)
        if calls_out and not answered:  # told how to ask, and calls again
            open_request(call, _request(call, place), talk)
    return Answer()


def _add(case: Case, call: Call, place: Place, *, added: bool = False) -> Answer:
    """A message in a ticket's conversation: the customer spoke, or somebody of the team answered.

    With `added` its writer is told to which ticket it went.
    """
    if is_ours(case, call):
        event_id = _record(case, call, place, Kind.REPLIED)
        conversations.pass_on(case, call, place, event_id, Kind.REPLIED)
        taking.take_if_free(case, call)
    else:
        case_or_new = _customer_spoke(case, call, place)
        if case_or_new is None:
            return Answer()
        case = case_or_new
        if added and case.ticket.status is not Status.RESOLVED:
            _say_where(case, call, place)
    cases.store(call.tx, call.desk, [case], call.now)
    return Answer()


def is_ours(case: Case, call: Call) -> bool:
    """Say whether it is the team that speaks, and not who asked: that may be one of the team too."""
    return call.person.agent and not people.same(call.person, case.requester)


def _say_where(case: Case, call: Call, place: Place) -> None:
    """Tell somebody to which ticket their message went, with a button to say that it is about another.

    Of what they say within minutes of each other they are told once.
    """
    message = call.incoming.message
    said_where = added_to(case.ticket, message or "", case.t, case.plan.zone)
    root = message if call.incoming.threaded and call.incoming.direct else case.ticket.root
    began = _began_saying(case, call.desk.plan.tickets.gather)
    once = f"added:{case.ticket.id}:{place.id}:{began.isoformat()}"
    key = said_where_key(message) if message else None
    case.posts.append(Post(place.id, said_where, key=key, thread=root, dedupe_key=once))


def said_where_key(message: str) -> str:
    """Return the key of the post that says to which ticket a message went."""
    return f"added:{message}"


def _began_saying(case: Case, gather: timedelta) -> datetime:
    """Return when what the customer is saying began: each message came within `gather` of the one before."""
    spoken = [event.at for event in case.history if event.kind in (Kind.OPENED, Kind.SAID)]
    began = spoken[-1]
    for at in reversed(spoken):
        if began - at > gather:
            break
        began = at
    return began


def _customer_spoke(case: Case, call: Call, place: Place) -> Case | None:
    """Record what the customer said and what follows from it. Returns None when a new ticket was opened."""
    meant, files = triage.suggest(call.incoming.text), bool(call.incoming.files)
    if case.ticket.status is Status.RESOLVED and (meant.request or files):
        if not may_reopen(case, call.now):
            open_request(call, _request(call, place), linked=case.ticket)
            return None
        _said(case, call, place)
        moves.reopen(case, call)
        severity.weigh(case, call, meant)
        return case
    _said(case, call, place, **asks_for(case, meant, files=files))
    follow(case, call, meant, files=files)
    if meant.talk == "settled" and case.ticket.status is not Status.RESOLVED:
        case.tell_team(call.desk, settled(case.ticket, called(call.person), call.desk.team, case.plan.zone))
    return case


def _said(case: Case, call: Call, place: Place, **more: Any) -> None:
    event_id = _record(case, call, place, Kind.SAID, **more)
    conversations.pass_on(case, call, place, event_id, Kind.SAID)


def follow(case: Case, call: Call, meant: triage.Suggestion, *, files: bool = False) -> None:
    """Let what a customer said, or changed into, have its consequences: off hold, perhaps graver."""
    if case.ticket.status is Status.ON_HOLD and (files or meant.talk not in _POLITE):
        holding.resume(case, call)
    severity.weigh(case, call, meant)


def asks_for(case: Case, meant: triage.Suggestion, *, files: bool = False) -> dict[str, bool]:
    """Return what the history keeps of whether who says this waits for us: nothing, unless they do not."""
    return {} if meant.waits or files or _was_asked(case) else {"request": False}


def _was_asked(case: Case) -> bool:
    """Whether our last words asked something: then "yes" and "all right" are an answer that we wait for."""
    replies = [event.data.get("text", "") for event in case.history if event.kind is Kind.REPLIED]
    return bool(replies) and "?" in str(replies[-1])


def may_reopen(case: Case, now: datetime) -> bool:
    """Say whether a resolved ticket can go on; later, a new one is linked to it (the plan, reading 4)."""
    resolved_at = case.ticket.resolved_at
    return resolved_at is not None and now - resolved_at <= case.plan.tickets.reopen_within


def _record(case: Case, call: Call, place: Place, kind: Kind, **more: Any) -> int:
    """Add the incoming message to the history, and remember that it belongs there. Returns the line's id."""
    incoming = call.incoming
    data = {"text": incoming.text, "files": files_kept(incoming.files), "message": incoming.message, **more}
    event = Event(call.now, kind, who=call.person.id, source=incoming.platform, data=data)
    event_id = histories.add_event(call.tx, case.ticket.id, event)
    case.record(event)
    if incoming.message is not None:
        ticket_messages.claim_message(call.tx, place.id, incoming.message, case.ticket.id, event_id)
    return event_id
