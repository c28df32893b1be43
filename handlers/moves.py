"""What people do to a ticket. Each move changes the case, its history, and what others hear.

Nothing is stored here: whoever loaded the case stores it.
"""

from desk.customer_messages import reopened, replied, resolved, withdrawn
from desk.errors import BadInput, Refused
from desk.messages import Bold, Rich
from desk.team_messages import noted, said, told
from desk.tickets import Event, Kind, Status, Verb
from desk.wording import Words
from desk.wording import sentence as _
from handlers import calls, holding, taking, triaging
from handlers.calls import Level
from handlers.case import Case
from handlers.context import Call
from handlers.naming import called
from storage import people
from storage.people import Place

_ASKED = _("{who} asks for help.")
_NOWHERE = _(
    "{number} has no conversation with {who}: the form was sent from where we could not answer. "
    "Nothing was sent. Reach them another way, and write it down with /ticket note {id}."
)
_DEAF = _(
    "{who} does not hear us any more: the desk was removed or blocked where {number} was discussed. "
    "Nothing was sent. Reach them another way, and write it down with /ticket note {id}."
)


def reply(case: Case, call: Call, text: str) -> None:
    """Answer the customer, in the agent's name."""
    text = _something(text)
    heard(case)
    still_open(case, call)
    case.add(call.event(Kind.REPLIED, text=text))
    case.tell_customer(replied(called(call.person), text, case.t, case.plan.zone))
    heading = call.desk.team("{agent} to the customer", agent=called(call.person))
    case.tell_team(call.desk, said(heading, text, call.desk.team, case.plan.zone))
    taking.take_if_free(case, call)


def heard(case: Case) -> None:
    """Raise `Refused` when the ticket's customer would not hear what is said to them."""
    if any(not one.place.closed for one in case.conversations):
        return
    raise Refused(
        _DEAF if case.conversations else _NOWHERE,
        number=case.ticket.number,
        who=called(case.requester),
        id=case.ticket.id,
    )


def still_open(case: Case, call: Call) -> None:
    """Raise `Refused` when somebody has resolved the ticket meanwhile: say who, and what to do then."""
    if case.ticket.status is not Status.RESOLVED:
        return
    by = next((event.who for event in reversed(case.history) if event.kind is Kind.RESOLVED), None)
    who = people.by_id(call.tx, {by}).get(by) if by is not None else None
    raise Refused(
        _(
            "{who} closed {number} meanwhile, and nothing was sent. "
            "To go on, press Reopen on its card or write /ticket reopen {id}, then send again."
        ),
        number=case.ticket.number,
        who=called(who),
        id=case.ticket.id,
    )


def note(case: Case, call: Call, text: str) -> None:
    """Write something down for the team only."""
    text = _something(text)
    case.add(call.event(Kind.NOTED, text=text))
    case.tell_team(call.desk, noted(called(call.person), text, call.desk.team, case.plan.zone))


def _something(text: str) -> str:
    if not text.strip():
        raise BadInput(_("There is no text yet. Write what you want to say."))
    return text.strip()


def escalate(case: Case, call: Call, reason: str) -> Level:
    """Ask the next level for help: who is on call there is told, in the channel and alone. Returns it."""
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why it is escalated: whoever takes it up starts from your reason."))
    if case.ticket.status is Status.ON_HOLD:
        holding.resume(case, call)
    case.move(Verb.ESCALATE)
    level = calls.next_level(call.tx, case, call.person, call.now)
    case.add(call.event(Kind.ESCALATED, reason=reason, level=level.key))
    who, number = called(call.person), Bold(case.ticket.number)
    asked = {"level": level.name, "person": level.who, "reason": _ASKED, "values": {"who": who}}
    case.add(Event(call.now, Kind.TOLD, data=asked))

    def news(t: Words) -> Rich:
        return t.rich("{who} escalated {number}: {reason}", who=who, number=number, reason=_ended(reason))

    def to(place: Place) -> Rich:
        return calls.addressee(call.tx, call.desk.team, place, level.person, level.handle, level.name)

    lines = calls.to_team(call.desk, news, to)
    if level.person is not None:
        lines += calls.to_person(call.tx, call.desk, level.person, news)
    calls.say(call.desk, case, lines, take=True)
    return level


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def resolve(case: Case, call: Call, text: str = "") -> None:
    """Say that it is done, to the customer as well, with last words if there are any."""
    text = text.strip()
    if text:
        heard(case)
    if case.ticket.status is Status.ON_HOLD:
        holding.resume(case, call)
    triaging.triage_first(case, call)
    case.move(Verb.RESOLVE)
    case.change(resolved_at=call.now)
    if text:
        case.add(call.event(Kind.REPLIED, text=text))
    case.add(call.event(Kind.RESOLVED, text=text))
    if case.in_charge is None:
        taking.give(case, call, call.person, Kind.TAKEN)
    days = case.plan.tickets.reopen_within.days
    agent = called(call.person)
    case.tell_customer(resolved(case.ticket, agent, text, case.t, case.plan.zone, days))


def withdraw(case: Case, call: Call) -> None:
    """Close the ticket at its customer's own wish, and let the team know."""
    if case.ticket.status is Status.ON_HOLD:
        holding.resume(case, call)
    triaging.triage_first(case, call)
    case.move(Verb.RESOLVE)
    case.change(resolved_at=call.now)
    case.add(call.event(Kind.RESOLVED, withdrawn=True))
    days = case.plan.tickets.reopen_within.days
    case.tell_customer(withdrawn(case.ticket, case.t, case.plan.zone, days))
    sentence = call.desk.team.rich(
        "{who} closed {number}: it is no longer needed.",
        who=called(call.person),
        number=Bold(case.ticket.number),
    )
    case.tell_team(call.desk, told(sentence, call.desk.team, case.plan.zone))


def reopen(case: Case, call: Call) -> None:
    """Work on a resolved ticket again, and say so to its customer, or to the team when the customer asked."""
    case.move(Verb.REOPEN)
    case.change(resolved_at=None)
    case.add(call.event(Kind.REOPENED))
    ticket, t, zone = case.ticket, case.t, case.plan.zone
    due = next((c.due_at for c in case.clocks() if c.running and c.name == "next_response"), None)
    case.tell_customer(reopened(ticket, due, t, zone))
    if not call.person.agent:
        sentence = call.desk.team.rich(
            "{who} reopened {number}.", who=called(call.person), number=Bold(ticket.number)
        )
        case.tell_team(call.desk, told(sentence, call.desk.team, zone))
