"""What agents ask of tickets: the words of /ticket, and the buttons and forms of the card."""

from collections.abc import Callable

from desk import sla
from desk.errors import BadInput, NotFound
from desk.history import told_in_words
from desk.messages import Answer, Block, Bold, Field, Fine, Form, Message, Rich, Text
from desk.names import STATUS_SYMBOLS, STATUSES, priority_symbol
from desk.team_messages import shortened
from desk.tickets import Ticket, ticket_id
from desk.why import why_message
from desk.wording import sentence as _
from handlers import cases, deadlines, moves
from handlers.cases import Case
from handlers.commands import Command, folded
from handlers.context import Call
from storage import people, tickets
from storage.people import Person

_LISTED = 20
_ALL_HISTORY = 40  # lines shown; a message holds no more


def _case(call: Call, text: str) -> tuple[Case, str]:
    """Load the ticket whose number `text` begins with, and return it with the rest."""
    word, _space, rest = text.strip().partition(" ")
    if not word:
        raise BadInput(_("Which ticket? Write its number, like T-1042."))
    return cases.load(call.tx, call.desk, ticket_id(word)), rest.strip()


def _store(call: Call, case: Case) -> None:
    cases.store(call.tx, call.desk, [case], call.now)


def take(call: Call, text: str) -> Answer:
    """/ticket take 1042"""
    case, _rest = _case(call, text)
    moves.take(case, call)
    _store(call, case)
    return call.say("{number} is yours.", number=case.ticket.number)


def assign(call: Call, text: str) -> Answer:
    """/ticket assign 1042 @ana"""
    case, who = _case(call, text)
    moves.assign(case, call, _agent(call, who))
    _store(call, case)
    return call.say("{number} is now with {who}.", number=case.ticket.number, who=_name(case.assignee))


def _agent(call: Call, who: str) -> Person:
    wanted = folded(who.lstrip("@"))
    if wanted in ("me", "mie", "eu"):
        return call.person
    team = people.agents(call.tx)
    for person in team:
        if wanted and wanted in (folded(person.user), folded(person.name), folded(person.email or "")):
            return person
    close = [person for person in team if wanted and wanted in folded(person.name)]
    if len(close) == 1:
        return close[0]
    names = ", ".join(_name(person) for person in team) or "—"
    raise BadInput(_("Who of the team? Write one of: {names}."), names=names)


def _name(person: Person | None) -> str:
    return (person.name or person.user) if person else "—"


def priority(call: Call, text: str) -> Answer:
    """/ticket priority 1042 P2"""
    case, wanted = _case(call, text)
    _prioritise(call, case, wanted.upper())
    return call.say("{number} is {priority} now.", number=case.ticket.number, priority=case.ticket.priority)


def _prioritise(call: Call, case: Case, wanted: str) -> None:
    before = case.ticket.priority
    moves.prioritise(case, call, wanted)
    if case.ticket.priority != before:
        deadlines.opened(call.tx, call.desk, case, call.now)
    _store(call, case)


def reply(call: Call, text: str) -> Answer:
    """/ticket reply 1042 We are on it."""
    case, words = _case(call, text)
    if not words:
        return reply_form(call, case)
    moves.reply(case, call, words)
    _store(call, case)
    return call.say("Sent to {who}.", who=_reader(case))


def note(call: Call, text: str) -> Answer:
    """/ticket note 1042 The log says otherwise."""
    case, words = _case(call, text)
    if not words:
        return note_form(call, case)
    moves.note(case, call, words)
    _store(call, case)
    return call.say("Noted on {number}. Only the team sees it.", number=case.ticket.number)


def hold(call: Call, text: str) -> Answer:
    """/ticket hold 1042 waiting for the customer's file"""
    case, reason = _case(call, text)
    moves.hold(case, call, reason)
    _store(call, case)
    return call.say(
        "{number} is on hold. The resolution clock stands until the customer writes or you resume it.",
        number=case.ticket.number,
    )


def resume(call: Call, text: str) -> Answer:
    """/ticket resume 1042"""
    case, _rest = _case(call, text)
    moves.resume(case, call)
    _store(call, case)
    return call.say("{number} is in progress again.", number=case.ticket.number)


def escalate(call: Call, text: str) -> Answer:
    """/ticket escalate 1042 the database does not answer"""
    case, reason = _case(call, text)
    moves.escalate(case, call, reason)
    _store(call, case)
    return call.say("{number} is escalated.", number=case.ticket.number)


def resolve(call: Call, text: str) -> Answer:
    """/ticket resolve 1042 The certificate was renewed."""
    case, words = _case(call, text)
    moves.resolve(case, call, words)
    _store(call, case)
    return call.say("{number} is resolved, and {who} knows.", number=case.ticket.number, who=_reader(case))


def reopen(call: Call, text: str) -> Answer:
    """/ticket reopen 1042"""
    case, _rest = _case(call, text)
    moves.reopen(case, call)
    _store(call, case)
    return call.say("{number} is open again.", number=case.ticket.number)


def why(call: Call, text: str) -> Answer:
    """/ticket why 1042"""
    case, _rest = _case(call, text)
    running = [clock for clock in case.clocks() if clock.running] or [case.clocks()[-1]]
    explained = [sla.explain(clock, call.now) for clock in running]
    return call.show(why_message(case.ticket, case.plan, explained, call.now, call.t))


def show(call: Call, text: str) -> Answer:
    """/ticket show 1042"""
    case, _rest = _case(call, text)
    names = {p.id: _name(p) for p in people.by_id(call.tx, {e.who for e in case.history if e.who}).values()}
    ticket = case.ticket
    head = f"{priority_symbol(ticket.priority)} {ticket.priority} · {ticket.number} · {ticket.subject}"
    status = f"{STATUS_SYMBOLS[ticket.status]} {call.t(STATUSES[ticket.status])} · {_name(case.assignee)}"
    shown = case.history[-_ALL_HISTORY:]
    lines: list[Block] = [Text(told_in_words(event, names, call.t)) for event in shown]
    if len(case.history) > len(shown):
        earlier = call.t.count("{n} earlier line", "{n} earlier lines", len(case.history) - len(shown))
        lines.insert(0, Text((f"… {earlier}",)))
    return call.show(Message((Text((Bold(head),)), Fine((status,)), *lines), call.language, case.plan.zone))


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


COMMANDS = {
    "list": Command(list_tickets, "[mine | free | CUSTOMER]", _("open tickets"), ("lista",)),
    "show": Command(show, "1042", _("a ticket and its history"), ("arata",)),
    "take": Command(take, "1042", _("work on it yourself"), ("preia",)),
    "assign": Command(assign, "1042 NAME", _("give it to somebody"), ("atribuie",)),
    "priority": Command(priority, "1042 P2", _("set its priority"), ("prioritate",)),
    "reply": Command(reply, "1042 TEXT", _("answer the customer"), ("raspunde",)),
    "note": Command(note, "1042 TEXT", _("write something down for the team"), ("nota",)),
    "hold": Command(hold, "1042 [REASON]", _("stop the resolution clock"), ("asteptare", "pauza")),
    "resume": Command(resume, "1042", _("let it run again"), ("reia",)),
    "escalate": Command(escalate, "1042 REASON", _("ask the next level for help"), ("escaladeaza",)),
    "resolve": Command(resolve, "1042 [TEXT]", _("say that it is done"), ("rezolva",)),
    "reopen": Command(reopen, "1042", _("work on it again"), ("redeschide",)),
    "why": Command(why, "1042", _("why it is due when it is"), ("de-ce", "dece")),
}


def reply_form(call: Call, case: Case) -> Answer:
    """Ask for the answer, and say who will read it."""
    t = call.t
    intro = t.rich(
        "{who} reads this, in {place}.", who=Bold(_reader(case)), place=cases.place_name(case.place)
    )
    field = Field("text", t("Your answer"), "text")
    return _form(
        call, case, "reply.send", t("Reply to {number}", number=case.ticket.number), t("Send"), field, intro
    )


def note_form(call: Call, case: Case) -> Answer:
    """Ask for an internal note."""
    t = call.t
    intro = (t("Only the team sees this."),)
    field = Field("text", t("Note"), "text")
    return _form(
        call, case, "note.save", t("Note on {number}", number=case.ticket.number), t("Save"), field, intro
    )


def _hold_form(call: Call, case: Case) -> Answer:
    t = call.t
    field = Field("text", t("What are we waiting for?"), required=False)
    title = t("Put {number} on hold", number=case.ticket.number)
    return _form(
        call, case, "hold.set", title, t("Hold"), field, (t("The resolution clock stands meanwhile."),)
    )


def _escalate_form(call: Call, case: Case) -> Answer:
    t = call.t
    field = Field("text", t("Why?"), "text", hint=t("Whoever takes it up starts from your reason."))
    return _form(
        call, case, "escalate.send", t("Escalate {number}", number=case.ticket.number), t("Escalate"), field
    )


def _resolve_form(call: Call, case: Case) -> Answer:
    t = call.t
    intro = t.rich("{who} is told that it is done.", who=Bold(_reader(case)))
    field = Field("text", t("Last words to the customer"), "text", required=False)
    return _form(
        call,
        case,
        "resolve.send",
        t("Resolve {number}", number=case.ticket.number),
        t("Resolve"),
        field,
        intro,
    )


def _form(
    call: Call,
    case: Case,
    action: str,
    title: str,
    submit: str,
    field: Field,
    intro: Rich = (),
) -> Answer:
    form = Form(f"ticket.{action}", title, submit, (field,), str(case.ticket.id), intro, call.language)
    return Answer(form=form)


def _reader(case: Case) -> str:
    """Name who reads what is said to the customer."""
    who = _name(case.requester)
    return f"{who} ({case.customer.name})" if case.customer else who


def _pressed(act: Callable[[Case, Call], None]) -> Callable[[Call], Answer]:
    def press(call: Call) -> Answer:
        case = cases.load(call.tx, call.desk, ticket_id(call.incoming.subject))
        act(case, call)
        _store(call, case)
        return Answer()

    return press


def _asked(form: Callable[[Call, Case], Answer]) -> Callable[[Call], Answer]:
    def ask(call: Call) -> Answer:
        return form(call, cases.load(call.tx, call.desk, ticket_id(call.incoming.subject)))

    return ask


def _sent(act: Callable[[Case, Call, str], None]) -> Callable[[Call], Answer]:
    def send(call: Call) -> Answer:
        case = cases.load(call.tx, call.desk, ticket_id(call.incoming.subject))
        act(case, call, call.incoming.fields.get("text", ""))
        _store(call, case)
        return Answer()

    return send


def _priority_chosen(call: Call) -> Answer:
    number, _colon, wanted = call.incoming.subject.partition(":")
    _prioritise(call, cases.load(call.tx, call.desk, ticket_id(number)), wanted)
    return Answer()


def _more(call: Call) -> Answer:
    verb, _colon, number = call.incoming.subject.partition(":")
    if verb == "why":
        return why(call, number)
    if verb == "show":
        return show(call, number)
    case = cases.load(call.tx, call.desk, ticket_id(number))
    if verb == "take":
        moves.take(case, call)
        _store(call, case)
        return Answer()
    return {"note": note_form, "escalate": _escalate_form, "resolve": _resolve_form}[verb](call, case)


BUTTONS: dict[str, Callable[[Call], Answer]] = {
    "ticket.take": _pressed(moves.take),
    "ticket.resume": _pressed(moves.resume),
    "ticket.reopen": _pressed(moves.reopen),
    "ticket.priority": _priority_chosen,
    "ticket.more": _more,
    "ticket.reply": _asked(reply_form),
    "ticket.hold": _asked(_hold_form),
    "ticket.escalate": _asked(_escalate_form),
    "ticket.resolve": _asked(_resolve_form),
    "ticket.reply.send": _sent(moves.reply),
    "ticket.note.save": _sent(moves.note),
    "ticket.hold.set": _sent(moves.hold),
    "ticket.escalate.send": _sent(moves.escalate),
    "ticket.resolve.send": _sent(moves.resolve),
}
