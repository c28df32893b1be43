"""What of a ticket its customer sees in our first answer, so that it is written anew when that changes."""

from collections.abc import Sequence
from typing import NamedTuple

from desk.tickets import Event, Kind, Status, Ticket


class Face(NamedTuple):
    """The face that a ticket shows to its customer.

    `answered_by` is who of us answered last since it was opened or reopened, None when nobody did;
    `promise` is what the promise of an answer follows from until then.
    """

    subject: str
    language: str
    closed: bool
    withdrawn: bool
    on_hold: bool
    reopened: bool
    answered_by: int | None
    promise: tuple[str, str, int] | None


def face(ticket: Ticket, history: Sequence[Event]) -> Face:
    """Return what a ticket with this history shows to its customer."""
    answered_by, reopened, withdrawn = _lately(history)
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
    )


def _lately(history: Sequence[Event]) -> tuple[int | None, bool, bool]:
    """Return who answered since it was opened or reopened, which of both, and whether it was withdrawn."""
    answered_by: int | None = None
    withdrawn = False
    for event in reversed(history):
        if event.kind is Kind.REOPENED:
            return answered_by, True, withdrawn
        if event.kind is Kind.REPLIED and answered_by is None:
            answered_by = event.who
        withdrawn = withdrawn or bool(event.kind is Kind.RESOLVED and event.data.get("withdrawn"))
    return answered_by, False, withdrawn
