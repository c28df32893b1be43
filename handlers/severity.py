"""A customer's later words may say that it is worse than it seemed: "now nothing works at all"."""

from desk import escalation
from desk.messages import Rich
from desk.team_messages import graver
from desk.tickets import Event, Kind, Status
from desk.triage import Suggestion
from desk.wording import Words
from handlers import calls, escalations
from handlers.case import Case
from handlers.context import Call
from handlers.naming import called
from handlers.opening import kept
from storage import people
from storage.people import Person, Place


def weigh(case: Case, call: Call, meant: Suggestion) -> None:
    """Raise the priority of a ticket that nobody triaged yet; of any other, suggest it to the team.

    Raising begins the calls that the new priority asks for. A person's own judgement is not overruled, but
    whoever has the ticket, or is on call, hears at once. A detail ("error 503") is about what was told.
    """
    wanted, before = meant.priority, case.ticket.priority
    if not meant.named or wanted is None or not _is_graver(case, wanted):
        return
    if case.ticket.status is not Status.RECEIVED:
        _suggest(case, call, wanted, meant)
        return
    data = {"before": before, "after": wanted, "suggested": wanted}
    case.add(Event(call.now, Kind.PRIORITY, source=call.incoming.platform, data=data))
    case.change(priority=wanted, suggestion=kept(meant))
    escalations.opened(call.tx, call.desk, case, call.now)


def _is_graver(case: Case, wanted: str) -> bool:
    order, now = list(case.plan.priorities), case.ticket.priority
    return wanted in order and (now not in order or order.index(wanted) < order.index(now))


def _suggest(case: Case, call: Call, wanted: str, meant: Suggestion) -> None:
    person = case.in_charge or _on_call(case, call, wanted)
    data = {"level": None, "person": called(person) if person else None}
    case.add(Event(call.now, Kind.TOLD, data=data | {"reason": meant.reason, "values": meant.values}))

    def why(t: Words) -> Rich:
        return (t(meant.reason, **meant.values),)

    def to(place: Place) -> Rich:
        return (calls.mentioned(call.tx, place, person),) if person else ()

    lines = calls.to_team(call.desk, why, to)
    if person is not None:
        lines += calls.to_person(call.tx, call.desk, person, why)
    for line in lines:
        message = graver(case.ticket, wanted, line.sentence, line.to, case.plan, line.t)
        case.tell_team_in(call.desk, line.place_id, message)


def _on_call(case: Case, call: Call, wanted: str) -> Person | None:
    rule = escalation.rule_for(case.plan, "opened", wanted)
    level = next((step.tell for step in rule.steps if step.tell in case.plan.levels), None) if rule else None
    handle = escalation.on_call(case.plan, level, call.now) if level else None
    return people.person_called(call.tx, handle) if handle else None
