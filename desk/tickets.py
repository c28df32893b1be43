"""A ticket: what it is, how it may move, and the history it is made of."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from desk.errors import BadInput, Refused
from desk.wording import sentence as _

Priority = str  # "P1".."P4": the names in the plan


class Status(StrEnum):
    """Where a ticket stands."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    IN_PROGRESS = "in progress"
    ON_HOLD = "on hold"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class Verb(StrEnum):
    """What moves a ticket."""

    TRIAGE = "triage"
    TAKE = "take"
    HOLD = "hold"
    RESUME = "resume"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    REOPEN = "reopen"


_S = Status
_V = Verb

# The plan, section 2, with the return arrows of its reading 4. What is not in here is refused.
FLOW: dict[tuple[Status, Verb], Status] = {
    (_S.RECEIVED, _V.TRIAGE): _S.TRIAGED,
    (_S.RECEIVED, _V.ESCALATE): _S.ESCALATED,
    (_S.TRIAGED, _V.TAKE): _S.IN_PROGRESS,
    (_S.TRIAGED, _V.ESCALATE): _S.ESCALATED,
    (_S.TRIAGED, _V.RESOLVE): _S.RESOLVED,
    (_S.IN_PROGRESS, _V.HOLD): _S.ON_HOLD,
    (_S.IN_PROGRESS, _V.ESCALATE): _S.ESCALATED,
    (_S.IN_PROGRESS, _V.RESOLVE): _S.RESOLVED,
    (_S.ON_HOLD, _V.RESUME): _S.IN_PROGRESS,
    (_S.ESCALATED, _V.TAKE): _S.IN_PROGRESS,
    (_S.ESCALATED, _V.HOLD): _S.ON_HOLD,
    (_S.ESCALATED, _V.RESOLVE): _S.RESOLVED,
    (_S.RESOLVED, _V.REOPEN): _S.IN_PROGRESS,
}


class Kind(StrEnum):
    """What an event of a ticket's history tells."""

    OPENED = "opened"  # text, files, message
    # The customer spoke: text, files, message; request (false: they wait for nothing), earlier (true: it was
    # said before this was a ticket), edited (the message that says so only since it was changed)
    SAID = "said"
    REPLIED = "replied"  # the team spoke to the customer: text; files and message, where they wrote it there
    NOTED = "noted"  # the team spoke among itself: text; files, message, earlier as above
    EDITED = "edited"  # somebody changed what they wrote: message, before, after
    DELETED = "deleted"  # somebody took back what they wrote: message, before
    PRIORITY = "priority"  # before, after, suggested
    CATEGORY = "category"  # before, after
    TAGGED = "tagged"  # before, after
    CUSTOMER = "customer"  # before, after (names)
    TIER = "tier"  # before, after
    PLAN = "plan"  # before, after (versions)
    TAKEN = "taken"  # assignee
    ASSIGNED = "assigned"  # assignee
    TRIAGED = "triaged"
    HELD = "held"  # reason
    RESUMED = "resumed"  # because ("breach"), where nobody did it
    ESCALATED = "escalated"  # reason, level; clock, where a breach did it
    RESOLVED = "resolved"  # text; withdrawn (true), where the customer did it
    REOPENED = "reopened"
    WARNED = "warned"  # clock, started_at, target (seconds)
    BREACHED = "breached"  # clock, started_at, target (seconds)
    TOLD = "told"  # somebody was called: level, person, reason, values
    LINKED = "linked"  # it goes on from another ticket: ticket
    PLACED = "placed"  # it goes on in another conversation too: place; added (false: no longer)
    MOVED = "moved"  # a message that turned out to be about something else: message, ticket, text


class Event(Struct, frozen=True):
    """One line of a ticket's history. `who` is a person's id in storage, None when the desk acted itself.

    `source` says from where it came ("slack", "web", "command line", "timer").
    """

    at: datetime
    kind: Kind
    who: int | None = None
    source: str = "timer"
    data: dict[str, Any] = {}


class Ticket(Struct, frozen=True):
    """A ticket as it stands. Its deadlines follow from its history and the plan (`desk.sla`).

    Its customer hears from us in the place `place_id`, under the message `root`.
    """

    id: int
    subject: str
    status: Status
    priority: Priority
    opened_at: datetime
    tier: str
    plan_version: int
    language: str = "ro"
    category: str | None = None
    tags: tuple[str, ...] = ()
    customer_id: int | None = None
    requester_id: int | None = None
    assignee_id: int | None = None
    resolved_at: datetime | None = None
    linked_id: int | None = None
    place_id: int | None = None
    root: str | None = None
    suggestion: dict[str, Any] | None = None  # what triage said when it was opened

    @property
    def number(self) -> str:
        """The number people say: T-1042."""
        return f"T-{self.id}"

    def after(self, verb: Verb) -> "Ticket":
        """Return the ticket moved by `verb`. Raises `Refused` where the flow has no such arrow."""
        try:
            return replace(self, status=FLOW[self.status, verb])
        except KeyError:
            raise Refused(_refusal(self.status, verb), number=self.number) from None


_NOT_NOW: dict[Verb, str] = {
    _V.TRIAGE: _("{number} is triaged already."),
    _V.TAKE: _("{number} is on hold. Resume it first."),
    _V.HOLD: _("Nobody works on {number} yet. Take it before you put it on hold."),
    _V.RESUME: _("{number} is not on hold."),
    _V.ESCALATE: _("{number} is escalated already."),
    _V.RESOLVE: _("{number} is on hold. Resume it first."),
    _V.REOPEN: _("{number} is not resolved, so there is nothing to reopen."),
}


def _refusal(status: Status, verb: Verb) -> str:
    if status is Status.RESOLVED:
        return _("{number} is resolved. Reopen it first.")
    if status is Status.ON_HOLD and verb in (Verb.ESCALATE, Verb.HOLD):
        return _("{number} is on hold. Resume it first.")
    return _NOT_NOW[verb]


def ticket_id(text: str) -> int:
    """Read a ticket's number as people type it: T-1042, t1042, #1042, 1042. Raises `BadInput`."""
    if not is_ticket_number(text):
        raise BadInput(_("“{text}” is not a ticket number. Write it like T-1042."), text=text.strip()[:40])
    return int(_digits(text))


def is_ticket_number(text: str) -> bool:
    """Say whether `text` is a ticket's number as people type it."""
    digits = _digits(text)
    return digits.isascii() and digits.isdigit() and len(digits) < 12


def _digits(text: str) -> str:
    return text.strip().lstrip("#").upper().removeprefix("T").lstrip("-")
