"""What agents look up of one ticket: what it is, its history, and why it is due when it is."""

from desk import sla
from desk.history import told_in_words
from desk.messages import Answer, Block, Bold, Fine, Message, Text
from desk.names import STATUS_SYMBOLS, STATUSES
from desk.team_messages import headline
from desk.why import why_message
from handlers.cases import case_named
from handlers.context import Call
from handlers.naming import assignee_named, called, place_name
from storage import people

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
    names = {p.id: called(p) for p in people.by_id(call.tx, {e.who for e in case.history if e.who}).values()}
    ticket = case.ticket
    who = assignee_named(case, call.t, "—")
    status = f"{STATUS_SYMBOLS[ticket.status]} {call.t(STATUSES[ticket.status])} · {who}"
    from_whom = f"{case.customer.name} · " if case.customer else ""
    origin = f"{from_whom}{called(case.requester)} · {place_name(case.place)}"
    shown = case.history[-_ALL_HISTORY:]
    lines: list[Block] = [Text(told_in_words(event, names, case.plan, call.t)) for event in shown]
    if len(case.history) > len(shown):
        earlier = call.t.count("{n} earlier line", "{n} earlier lines", len(case.history) - len(shown))
        lines.insert(0, Text((f"… {earlier}",)))
    about = (Text((Bold(headline(ticket)),)), Fine((status,)), Fine((origin,)))
    return call.show(Message((*about, *lines), call.language, case.plan.zone))
