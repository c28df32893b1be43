"""What agents look up: one ticket, why it is due when it is, and lists of them."""

from desk import sla
from desk.errors import NotFound
from desk.history import told_in_words
from desk.messages import Answer, Block, Bold, Fine, Message, Rich, Text
from desk.names import STATUS_SYMBOLS, STATUSES, priority_symbol
from desk.team_messages import shortened
from desk.tickets import Ticket
from desk.typed import folded
from desk.why import why_message
from desk.wording import sentence as _
from handlers import cases
from handlers.cases import case_named
from handlers.context import Call
from storage import people, tickets

_LISTED = 20
_ALL_HISTORY = 40  # lines shown; a message holds no more


def why(call: Call, text: str) -> Answer:
    """/ticket why 1042"""
    case, _rest = case_named(call.tx, call.desk, text)
    running = [clock for clock in case.clocks() if clock.running] or [case.clocks()[-1]]
    explained = [sla.explain(clock, call.now) for clock in running]
    return call.show(why_message(case.ticket, case.plan, explained, call.now, call.t))


def show(call: Call, text: str) -> Answer:
    """/ticket show 1042"""
    case, _rest = case_named(call.tx, call.desk, text)
    names = {
        p.id: cases.called(p) for p in people.by_id(call.tx, {e.who for e in case.history if e.who}).values()
    }
    ticket = case.ticket
    head = f"{priority_symbol(ticket.priority)} {ticket.priority} · {ticket.number} · {ticket.subject}"
    status = (
        f"{STATUS_SYMBOLS[ticket.status]} {call.t(STATUSES[ticket.status])} · {cases.called(case.assignee)}"
    )
    from_whom = f"{case.customer.name} · " if case.customer else ""
    origin = f"{from_whom}{cases.called(case.requester)} · {cases.place_name(case.place)}"
    shown = case.history[-_ALL_HISTORY:]
    lines: list[Block] = [Text(told_in_words(event, names, case.plan, call.t)) for event in shown]
    if len(case.history) > len(shown):
        earlier = call.t.count("{n} earlier line", "{n} earlier lines", len(case.history) - len(shown))
        lines.insert(0, Text((f"… {earlier}",)))
    about = (Text((Bold(head),)), Fine((status,)), Fine((origin,)))
    return call.show(Message((*about, *lines), call.language, case.plan.zone))


def list_tickets(call: Call, text: str) -> Answer:
    """/ticket list [mine | free | CUSTOMER]"""
    found, heading = _listed(call, text)
    if not found:
        return call.say("No open tickets here. Write /ticket list to see all of them.")
    lines = [Text(_line(call, ticket)) for ticket in found]
    return call.show(Message((Text((Bold(heading),)), *lines), call.language, call.desk.plan.zone))


def _listed(call: Call, text: str) -> tuple[list[Ticket], str]:
    wanted = folded(text)
    if wanted in ("mine", "ale mele", "mele"):
        return tickets.open_tickets(call.tx, assignee_id=call.person.id, most=_LISTED), call.t(
            "Your open tickets"
        )
    if wanted in ("free", "unassigned", "libere"):
        return tickets.open_tickets(call.tx, unassigned=True, most=_LISTED), call.t(
            "Tickets that nobody has yet"
        )
    if wanted in ("", "all", "toate"):
        return tickets.open_tickets(call.tx, most=_LISTED), call.t("Open tickets, the most pressing first")
    customer = people.customer_called(call.tx, text)
    if customer is None:
        raise NotFound(_("There is no customer “{name}”. Write /customer list to see them."), name=text[:60])
    heading = call.t("Open tickets of {customer}", customer=customer.name)
    return tickets.open_tickets(call.tx, customer_id=customer.id, most=_LISTED), heading


def _line(call: Call, ticket: Ticket) -> Rich:
    status = f"{STATUS_SYMBOLS[ticket.status]} {call.t(STATUSES[ticket.status])}"
    head = Bold(f"{ticket.number}")
    return (f"{priority_symbol(ticket.priority)} ", head, f" · {shortened(ticket.subject, 60)} · {status}")
