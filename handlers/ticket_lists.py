"""Lists of open tickets: what is due next, and who sees to it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from desk.errors import NotFound
from desk.messages import Answer, Block, Bold, Fine, Message, Rich, Text, When
from desk.names import CLOCKS, priority_symbol
from desk.sla import Clock, breached
from desk.subjects import shortened
from desk.tickets import Ticket
from desk.typed import folded
from desk.wording import sentence as _
from handlers import cases
from handlers.case import Case
from handlers.context import Call
from handlers.naming import assignee_named, called
from storage import people, tickets

_LISTED = 20
_NEVER = datetime.max.replace(tzinfo=UTC)


class _List(NamedTuple):
    """Tickets, what they are, and what is said when there are none."""

    found: Sequence[Ticket]
    heading: str
    none: str


def list_tickets(call: Call, text: str) -> Answer:
    """/ticket list [mine | free | CUSTOMER]"""
    listed = _listed(call, text)
    if not listed.found:
        return call.show(Message((Text((listed.none,)),), call.language, call.desk.plan.zone))
    loaded = cases.load_many(call.tx, call.desk, list(listed.found[:_LISTED]))
    blocks: list[Block] = [Text((Bold(listed.heading),))]
    for case in sorted(loaded, key=_next_due):
        blocks.append(Text(_lines(case, call)))
    if len(listed.found) > _LISTED:
        blocks.append(Fine((call.t("These are the {n} most pressing ones.", n=_LISTED),)))
    return call.show(Message(tuple(blocks), call.language, call.desk.plan.zone))


def _listed(call: Call, text: str) -> _List:
    t, wanted, most = call.t, folded(text), _LISTED + 1
    if wanted in ("mine", "my", "ale mele", "mele"):
        mine = [one.id for one in people.everywhere(call.tx, call.person)]
        found = tickets.open_tickets(call.tx, assignee_ids=mine, most=most)
        none = t("You have no tickets. /ticket list free shows those that nobody has.")
        return _List(found, t("Your open tickets"), none)
    if wanted in ("free", "unassigned", "libere"):
        found = tickets.open_tickets(call.tx, unassigned=True, most=most)
        return _List(found, t("Tickets that nobody has yet"), t("Somebody has each open ticket."))
    if wanted in ("", "all", "toate"):
        found = tickets.open_tickets(call.tx, most=most)
        return _List(found, t("Open tickets, the most pressing first"), t("There are no open tickets."))
    customer = people.customer_called(call.tx, text)
    if customer is None:
        raise NotFound(_("There is no customer “{name}”. Write /customer list to see them."), name=text[:60])
    found = tickets.open_tickets(call.tx, customer_id=customer.id, most=most)
    heading = t("Open tickets of {customer}", customer=customer.name)
    return _List(found, heading, t("{customer} has no open tickets.", customer=customer.name))


def _next_due(case: Case) -> datetime:
    clock = _next(case)
    return _due_at(clock) if clock else _NEVER


def _next(case: Case) -> Clock | None:
    """Return the clock that is due next; one that stands still is due after all others."""
    return min((clock for clock in case.clocks() if clock.running), key=_due_at, default=None)


def _due_at(clock: Clock) -> datetime:
    return clock.due_at or _NEVER


def _lines(case: Case, call: Call) -> Rich:
    ticket = case.ticket
    symbol = f"{priority_symbol(ticket.priority)} {ticket.priority} · "
    customer = case.customer.name if case.customer else called(case.requester)
    who = assignee_named(case, call.t, call.t("nobody"))
    head = f" · {shortened(ticket.subject, 60)}\n{customer} · {who} · "
    return (symbol, Bold(ticket.number), head, *_due(case, call))


def _due(case: Case, call: Call) -> Rich:
    clock, t = _next(case), call.t
    if clock is None or clock.due_at is None:
        return (t("stands still while on hold"),)
    late: Rich = (Bold(t("overdue")), " · ") if breached(clock, call.now) else ()
    return (*late, f"{t(CLOCKS[clock.name])}: ", When(clock.due_at, call.now))
