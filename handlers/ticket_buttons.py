"""What the buttons, menus and forms of a ticket's card do."""

from collections.abc import Callable

from desk.errors import BadInput
from desk.messages import Answer
from desk.tickets import ticket_id
from desk.wording import sentence as _
from handlers import cases, holding, moves, taking, ticket_forms, ticket_views, tickets
from handlers.case import Case
from handlers.context import Call


def _pressed(act: Callable[[Case, Call], None]) -> Callable[[Call], Answer]:
    def press(call: Call) -> Answer:
        case = cases.load(call.tx, call.desk, ticket_id(call.incoming.subject))
        act(case, call)
        cases.store(call.tx, call.desk, [case], call.now)
        return Answer()

    return press


def _asked(form: Callable[[Case, Call], Answer]) -> Callable[[Call], Answer]:
    def ask(call: Call) -> Answer:
        return form(cases.load(call.tx, call.desk, ticket_id(call.incoming.subject)), call)

    return ask


def _sent(act: Callable[[Case, Call, str], object]) -> Callable[[Call], Answer]:
    def send(call: Call) -> Answer:
        case = cases.load(call.tx, call.desk, ticket_id(call.incoming.subject))
        act(case, call, call.incoming.fields.get("text", ""))
        cases.store(call.tx, call.desk, [case], call.now)
        return Answer()

    return send


def _priority_chosen(call: Call) -> Answer:
    number, _colon, wanted = call.incoming.subject.partition(":")
    tickets.set_priority(cases.load(call.tx, call.desk, ticket_id(number)), call, wanted)
    return Answer()


_FORMS = {"note": ticket_forms.note, "escalate": ticket_forms.escalate, "resolve": ticket_forms.resolve}


def _more(call: Call) -> Answer:
    verb, _colon, number = call.incoming.subject.partition(":")
    if verb == "why":
        return ticket_views.why(call, number)
    if verb == "show":
        return ticket_views.show(call, number)
    case = cases.load(call.tx, call.desk, ticket_id(number))
    if verb in _FORMS:
        return _FORMS[verb](case, call)
    if verb == "take":
        taking.take(case, call)
        cases.store(call.tx, call.desk, [case], call.now)
        return Answer()
    raise BadInput(_("That button does nothing any more. The newest card has what works."))


BUTTONS: dict[str, Callable[[Call], Answer]] = {
    "ticket.take": _pressed(taking.take_offered),
    "ticket.resume": _pressed(holding.resume),
    "ticket.reopen": _pressed(moves.reopen),
    "ticket.priority": _priority_chosen,
    "ticket.more": _more,
    "ticket.reply": _asked(ticket_forms.reply),
    "ticket.note": _asked(ticket_forms.note),
    "ticket.hold": _asked(ticket_forms.hold),
    "ticket.escalate": _asked(ticket_forms.escalate),
    "ticket.resolve": _asked(ticket_forms.resolve),
    "ticket.reply.send": _sent(moves.reply),
    "ticket.note.save": _sent(moves.note),
    "ticket.hold.set": _sent(holding.hold),
    "ticket.escalate.send": _sent(moves.escalate),
    "ticket.resolve.send": _sent(moves.resolve),
}
