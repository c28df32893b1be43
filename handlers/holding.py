"""Waiting for the customer: while a ticket is on hold, its resolution clock stands."""

from desk.errors import Refused
from desk.tickets import Kind, Verb
from desk.wording import sentence as _
from handlers.case import Case
from handlers.context import Call


def hold(case: Case, call: Call, reason: str = "") -> None:
    """Stop the resolution clock until the customer writes or somebody resumes. Somebody has to have it."""
    workable(case)
    case.move(Verb.HOLD)
    case.add(call.event(Kind.HELD, reason=reason.strip()))


def workable(case: Case) -> None:
    """Raise `Refused` when the ticket cannot be put on hold, as nobody works on it."""
    case.ticket.after(Verb.HOLD)
    if case.in_charge is None:
        raise Refused(
            _("Nobody works on {number} yet. Take it before you put it on hold."), number=case.ticket.number
        )


def resume(case: Case, call: Call) -> None:
    """Let the resolution clock run again."""
    case.move(Verb.RESUME)
    case.add(call.event(Kind.RESUMED))
