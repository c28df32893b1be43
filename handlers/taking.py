"""Who has a ticket: taken by oneself, or given to a colleague."""

from desk.errors import Refused
from desk.messages import Bold
from desk.team_messages import told
from desk.tickets import Kind, Status, Verb
from desk.wording import sentence as _
from handlers import calls, holding, triaging
from handlers.case import Case
from handlers.context import Call
from handlers.naming import called
from storage import people
from storage.people import Person

# What asks whoever has a ticket to say that they are at it.
_ASKING = frozenset({Kind.ASSIGNED, Kind.TOLD, Kind.WARNED, Kind.BREACHED})


def take(case: Case, call: Call) -> None:
    """Give the ticket to the one who asks; to the one who has it already, only if we have called since."""
    mine = people.same(case.assignee, call.person)
    if mine and case.ticket.status is Status.IN_PROGRESS and not _called_since_taken(case):
        raise Refused(_("{number} is yours already."), number=case.ticket.number)
    if case.ticket.status is Status.ON_HOLD:
        holding.resume(case, call)
    elif case.ticket.status is not Status.IN_PROGRESS:
        triaging.triage_first(case, call)
        case.move(Verb.TAKE)
    give(case, call, call.person, Kind.TAKEN)


def _called_since_taken(case: Case) -> bool:
    """Say whether whoever has the ticket was asked for again since somebody last said "it is mine"."""
    asked = (event.kind for event in reversed(case.history) if event.kind in {*_ASKING, Kind.TAKEN})
    return next(asked, Kind.TAKEN) is not Kind.TAKEN


def take_offered(case: Case, call: Call) -> None:
    """Give the ticket to the one who accepts an offer. Raises `Refused` when a colleague was quicker."""
    held = case.in_charge is not None and not people.same(case.assignee, call.person)
    if held and case.ticket.status in (Status.IN_PROGRESS, Status.ON_HOLD):
        raise Refused(
            _(
                "{number} is with {who} already. "
                "To take it over, choose More → Take over from {who} on its card."
            ),
            number=case.ticket.number,
            who=called(case.assignee),
        )
    take(case, call)


def take_if_free(case: Case, call: Call) -> None:
    """Who answers a ticket that nobody has, works on it from then on."""
    if case.in_charge is None and case.ticket.status is not Status.RESOLVED:
        take(case, call)


def assign(case: Case, call: Call, to: Person) -> None:
    """Give the ticket to somebody of the team. Giving it to oneself is taking it: it answers a call.

    A colleague who was given it has not answered yet: until they take it, reply or resolve, calls go on.
    """
    if case.ticket.status not in (Status.IN_PROGRESS, Status.ON_HOLD):
        triaging.triage_first(case, call)
        case.move(Verb.TAKE)
    myself = people.same(to, call.person)
    give(case, call, to, Kind.TAKEN if myself else Kind.ASSIGNED)
    if not myself:
        _tell_who_has_it(case, call, to)


def _tell_who_has_it(case: Case, call: Call, to: Person) -> None:
    t, number = call.desk.team, Bold(case.ticket.number)
    for place in call.desk.triages:
        sentence = t.rich(
            "{number} is now with {who}.", number=number, who=calls.mentioned(call.tx, place, to)
        )
        case.tell_team_in(call.desk, place.id, told(sentence, t, case.plan.zone))
    by = called(call.person)
    alone = calls.to_person(call.tx, call.desk, to, lambda t: t.rich("{who} gave you this ticket.", who=by))
    calls.say(call.desk, case, alone, take=True)


def give(case: Case, call: Call, to: Person, kind: Kind) -> None:
    """Note whose the ticket is now, and how it came to be theirs."""
    case.assignee = to
    case.change(assignee_id=to.id)
    case.add(call.event(kind, assignee=called(to)))
