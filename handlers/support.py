"""What customers ask for: /support, its words and its form."""

from desk.errors import BadInput
from desk.instants import say_duration
from desk.messages import Answer, Block, Bold, Field, Fine, Form, Message, Rich, Text, When
from desk.names import STATUS_SYMBOLS, STATUSES, priority_said
from desk.plan import Plan
from desk.subjects import shortened
from desk.targets import calendar, targets
from desk.tickets import Status, Ticket
from desk.typed import folded
from desk.week_said import say_calendar, say_week, say_zone
from desk.wording import sentence as _
from desk.wording import words_for
from handlers import cases, commands, first_answer, languages, opening
from handlers.case import Case
from handlers.commands import Command
from handlers.context import Call
from handlers.homes import home, opened_in, seen_from
from handlers.opening import Request
from storage import tickets
from storage.people import Place


def support(call: Call) -> Answer:
    """/support: a form; one of its words; or anything else, which is a request at once."""
    text = call.incoming.text.strip()
    if not text:
        return _form(call)
    if is_command(text):
        return commands.run(call, COMMANDS, "support", text)
    return _open(call, text, home(call))


def is_command(text: str) -> bool:
    """Say whether somebody typed one of our words: "plan" is one, "plan de rute blocat" is a complaint.

    A single word that is nearly ours is a slip; `commands.run` then says what was meant.
    """
    first, *rest = text.split()
    word = folded(first)
    if not rest:
        return commands.is_known(COMMANDS, word) or commands.is_slip(COMMANDS, word)
    command = commands.find(COMMANDS, word)
    if command is None or not command.usage:
        return False
    return command is not COMMANDS["language"] or len(rest) == 1


def _form(call: Call) -> Answer:
    place = home(call)
    return Answer(form=request_form(call, "support.open", str(place.id) if place else "", "support.form"))


def request_form(call: Call, action: str, subject: str, opener: str) -> Form:
    """Return the form that asks what happened; sending it is `action`, and `opener` opens it again."""
    t = call.t
    field = Field(
        "text",
        t("What happened?"),
        "text",
        hint=t("In your own words: what you did, what you saw, since when, and who else has it."),
    )
    title, send = t("Ask for support"), t("Send")
    return Form(action, title, send, (field,), subject, language=call.language, opener=opener)


def ask(call: Call) -> Answer:
    """Open the form of /support by a button."""
    return _form(call)


def submitted(call: Call) -> Answer:
    """The form of /support was sent."""
    text = call.incoming.fields.get("text", "").strip()
    if not text:
        return Answer(errors={"text": call.t("Tell us what happened: a few words are enough.")})
    subject = call.incoming.subject
    place = (opened_in(call, subject) if subject else None) or home(call)
    return _open(seen_from(call, place), text, place)


def _open(call: Call, text: str, place: Place | None) -> Answer:
    case = opening.open_request(
        call,
        Request(
            text=text,
            place=place,
            message=None,
            root=None,
            person=call.person,
            customer=call.customer,
            source=call.incoming.platform,
        ),
    )
    if place is not None and (call.incoming.kind == "action" or place == call.place):
        return Answer()  # our first answer is already on its way to where they look
    due = next(clock.due_at for clock in case.clocks() if clock.name == "first_response")
    number = Bold(case.ticket.number)
    if due is None:
        return call.say("{number} is open.", number=case.ticket.number)
    sentence = call.t.rich(
        "{number} is open. You will hear from us by {due}.", number=number, due=When(due, call.now)
    )
    return call.show(Message((Text(sentence),), call.language, call.desk.plan.zone))


def status(call: Call, _text: str) -> Answer:
    """/support status: the open tickets of the asker's company, or else what is theirs and what is here."""
    mine = _open_tickets(call)
    if not mine:
        return call.say("You have no open tickets. Write here what happened, and one is opened.")
    found = {case.ticket.id: case for case in cases.load_many(call.tx, call.desk, mine)}
    lines = tuple(Text(_line(found[ticket.id], call)) for ticket in mine)
    return call.show(Message(lines, call.language, call.desk.plan.zone))


def _open_tickets(call: Call) -> list[Ticket]:
    if call.person.customer_id is not None:
        return tickets.open_tickets(call.tx, customer_id=call.person.customer_id)
    # A guest may be in a customer's channel: they see what they asked, and what everybody reads here.
    here = call.place.id if call.place is not None and call.customer is not None else None
    return tickets.open_tickets(call.tx, requester_id=call.person.id, or_at=here)


def _line(case: Case, call: Call) -> Rich:
    ticket, t = case.ticket, call.t
    shown = _status_shown(ticket)
    head = f" · {shortened(ticket.subject, 60)} · {STATUS_SYMBOLS[shown]} {t(STATUSES[shown])} · "
    due = first_answer.promised(case, call.now)
    if due is not None:
        return (Bold(ticket.number), head, *t.rich("you hear from us by {due}", due=When(due, call.now)))
    return (Bold(ticket.number), head, *t.rich("opened {when}", when=When(ticket.opened_at)))


def _status_shown(ticket: Ticket) -> Status:
    """That it is escalated is the team's business: the customer sees whether somebody works on it."""
    if ticket.status is not Status.ESCALATED:
        return ticket.status
    return Status.RECEIVED if ticket.assignee_id is None else Status.IN_PROGRESS


def sla(call: Call, _text: str) -> Answer:
    """/support sla: what was promised to this customer."""
    plan = call.desk.plan
    tier = call.tier
    blocks: list[Block] = [Text((Bold(call.t("Your support plan: {tier}", tier=plan.tiers[tier].name)),))]
    blocks += [Text(_promise(call, plan, tier, priority)) for priority in plan.priorities]
    blocks.append(Fine((_what_counts(call, plan, tier),)))
    return call.show(Message(tuple(blocks), call.language, plan.zone))


def _what_counts(call: Call, plan: Plan, tier: str) -> str:
    """Say in which hours the promised times run: a calendar each, with the priorities for which it holds."""
    by_calendar: dict[str, list[str]] = {}
    for priority in plan.priorities:
        by_calendar.setdefault(targets(plan, tier, priority).calendar, []).append(priority)
    said = {name: say_calendar(plan, name, call.t) for name in by_calendar}
    if len(said) == 1:
        counts = "".join(said.values())
    else:
        counts = "; ".join(f"{', '.join(by_calendar[name])}: {hours}" for name, hours in said.items())
    return call.t("These times run as follows: {hours}. A day is 24 such hours.", hours=counts)


def _promise(call: Call, plan: Plan, tier: str, priority: str) -> Rich:
    promised = targets(plan, tier, priority)
    meaning = priority_said(plan, priority, call.language)
    return call.t.rich(
        "{meaning} – answer within {first}, solved within {fix}",
        meaning=Bold(meaning),
        first=say_duration(promised.first_response, call.language),
        fix=say_duration(promised.resolution, call.language),
    )


def call_me(call: Call, text: str) -> Answer:
    """/support call-me +40 721 000 000: for the tiers that have phone support"""
    _only_with(call, "phone")
    if not any(letter.isdigit() for letter in text):
        raise BadInput(_("Which number shall we call? Write it like this: /support call-me +40 721 000 000"))
    return _open(call, call.t("Please call me back: {number}", number=text), home(call))


def meet(call: Call, text: str) -> Answer:
    """/support meet tomorrow at ten: for the tiers that have video calls"""
    _only_with(call, "video")
    if not text:
        raise BadInput(_("When would it suit you? Write it like this: /support meet tomorrow at ten"))
    return _open(call, call.t("I would like a video call: {when}", when=text), home(call))


def _only_with(call: Call, channel: str) -> None:
    tier = call.desk.plan.tiers[call.tier]
    if channel not in tier.channels:
        raise BadInput(
            _("Your support plan ({tier}) does not include this. Write here, and we answer in time."),
            tier=tier.name,
        )


def language(call: Call, text: str) -> Answer:
    """/support language en: how we speak to this person"""
    wanted = {"ro": "ro", "en": "en", "romana": "ro", "engleza": "en", "romanian": "ro", "english": "en"}
    chosen = wanted.get(folded(text))
    if chosen is None:
        raise BadInput(_("Write ro or en, like: /support language en"))
    languages.speak_to_person(call, call.person, chosen)
    t = words_for(chosen)
    return call.show(Message((Text((t("We write to you in this language from now on."),)),), t.language))


def hours(call: Call, _text: str) -> Answer:
    """/support hours: when somebody is there"""
    plan, chat = call.desk.plan, call.desk.plan.channels.get("chat")
    if chat is None or chat.staffed is None:
        return call.say("We are here now.")
    staffed = calendar(plan, chat.staffed)
    now: Rich = (call.t("We are here now."),)
    if not staffed.is_open(call.now):
        back = When(staffed.next_open(call.now), call.now)
        now = call.t.rich("We are back {when}. What you write meanwhile is not lost.", when=back)
    lines = (Text(now), Text((_open_hours(call, plan, chat.staffed),)))
    return call.show(Message(lines, call.language, plan.zone))


def _open_hours(call: Call, plan: Plan, staffed: str) -> str:
    t, spec = call.t, plan.calendars[staffed]
    hours, zone = say_week(spec.week, t), say_zone(plan, t)
    if spec.holidays:
        return t("Our hours: {hours} ({zone}), except on public holidays.", hours=hours, zone=zone)
    return t("Our hours: {hours} ({zone}).", hours=hours, zone=zone)


COMMANDS = {
    "status": Command(status, "", _("your open tickets"), ("stare", "tichete")),
    "sla": Command(sla, "", _("what your support plan promises"), ("plan", "termene")),
    "hours": Command(hours, "", _("when somebody is here"), ("program",)),
    "call-me": Command(call_me, "+40 ...", _("we call you back"), ("sunați-mă", "sună-mă")),
    "meet": Command(meet, _("WHEN"), _("ask for a video call"), ("întâlnire",)),
    "language": Command(language, "ro | en", _("how we speak to you"), ("limbă",)),
}
