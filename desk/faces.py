"""What of a ticket its customer sees in our first answer, so that it is written anew when that changes."""

from collections.abc import Sequence
from typing import NamedTuple

from desk.tickets import Event, Kind, Status, Ticket

_RESPONSES = ("first_response", "next_response")


class Face(NamedTuple):
    """The face that a ticket shows to its customer.

    `answered_by` is who of us answered last since it was opened or reopened, None when nobody did;
    `promise` is what the promise of an answer follows from until then; `late`, how often we were late with
    one, and whether somebody had the ticket by now, None as long as we were not.
    """

    subject: str
    language: str
    closed: bool
    withdrawn: bool
    on_hold: bool
    reopened: bool
    answered_by: int | None
    promise: tuple[str, str, int] | None
    late: tuple[int, bool] | None


def face(ticket: Ticket, history: Sequence[Event]) -> Face:
    """Return what a ticket with this history shows to its customer."""
    answered_by, reopened, withdrawn, late = _lately(history)
    closed = ticket.status is Status.RESOLVED
    return Face(
        subject=ticket.subject,
        language=ticket.language,
        closed=closed,
        withdrawn=closed and withdrawn,
        on_hold=answered_by is not None and ticket.status is Status.ON_HOLD,
        reopened=reopened,
        answered_by=answered_by,
        promise=None if answered_by is not None else (ticket.priority, ticket.tier, ticket.plan_version),
        late=(late, ticket.assignee_id is not None) if late and answered_by is None else None,
    )


def _lately(history: Sequence[Event]) -> tuple[int | None, bool, bool, int]:
    """Return who answered since it was opened or reopened, which of both, whether it was withdrawn, and how
    often an answer was late.
    """
    answered_by: int | None = None
    withdrawn = False
    late = 0
    for event in reversed(history):
        if event.kind is Kind.REOPENED:
            return answered_by, True, withdrawn, late
        if event.kind is Kind.REPLIED and answered_by is None:
            answered_by = event.who
        withdrawn = withdrawn or bool(event.kind is Kind.RESOLVED and event.data.get("withdrawn"))
        late += event.kind is Kind.BREACHED and event.data.get("clock") in _RESPONSES
    return answered_by, False, withdrawn, late
