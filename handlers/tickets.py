"""What agents do to tickets: the words of /ticket."""

from desk.errors import BadInput
from desk.messages import Answer
from desk.triage import CATEGORIES
from desk.typed import folded
from desk.wording import sentence as _
from handlers import (
    cases,
    conversations,
    customers,
    escalations,
    holding,
    moves,
    taking,
    ticket_forms,
    ticket_lists,
    ticket_views,
    triaging,
)
from handlers.case import Case
from handlers.cases import case_named
from handlers.commands import Command
from handlers.context import Call
from handlers.naming import called
from storage import people
from storage.people import Person


def _store(case: Case, call: Call) -> None:
    cases.store(call.tx, call.desk, [case], call.now)


def take(call: Call, text: str) -> Answer:
    """/ticket take 1042"""
    case, _rest = case_named(call.tx, call.desk, text)
    taking.take(case, call)
    _store(case, call)
    return call.say("{number} is yours.", number=case.ticket.number)


def assign(call: Call, text: str) -> Answer:
    """/ticket assign 1042 @ana"""
    case, who = case_named(call.tx, call.desk, text)
    taking.assign(case, call, _agent(call, who))
    _store(case, call)
    return call.say("{number} is now with {who}.", number=case.ticket.number, who=called(case.assignee))


def _agent(call: Call, who: str) -> Person:
    wanted = folded(who.lstrip("@"))
    if wanted in ("me", "mie", "eu"):
        return call.person
    for person in people.agents(call.tx):
        if wanted and wanted in (folded(person.user), folded(person.name), folded(person.email or "")):
            return people.on(call.tx, person, call.incoming.platform) or person
    team = _team(call)
    close = [person for person in team if wanted and wanted in folded(person.name)]
    if len(close) == 1:
        return close[0]
    names = ", ".join(called(person) for person in team) or "—"
    raise BadInput(_("Who of the team? Write one of: {names}."), names=names)


def _team(call: Call) -> list[Person]:
    """Return the team, each once: as known where the asker is, or else where they are known."""
    team: list[Person] = []
    agents = people.agents(call.tx)
    for person in sorted(agents, key=lambda one: one.platform != call.incoming.platform):
        if not any(people.same(person, one) for one in team):
            team.append(person)
    return sorted(team, key=lambda one: (one.name, one.id))


def priority(call: Call, text: str) -> Answer:
    """/ticket priority 1042 P2"""
    case, wanted = case_named(call.tx, call.desk, text)
    set_priority(case, call, wanted.upper())
    return call.say("{number} is {priority} now.", number=case.ticket.number, priority=case.ticket.priority)


def set_priority(case: Case, call: Call, wanted: str) -> None:
    """Set the priority, and begin the calls that the new one asks for: whoever has the ticket needs none."""
    before = case.ticket.priority
    triaging.prioritise(case, call, wanted)
    if case.ticket.priority != before and not people.same(case.assignee, call.person):
        escalations.opened(call.tx, call.desk, case, call.now)
    _store(case, call)


def reply(call: Call, text: str) -> Answer:
    """/ticket reply 1042 We are on it."""
    case, words = case_named(call.tx, call.desk, text)
    if not words:
        return ticket_forms.reply(case, call)
    moves.reply(case, call, words)
    _store(case, call)
    return call.say("Sent to {who}.", who=ticket_forms.reader(case))


def note(call: Call, text: str) -> Answer:
    """/ticket note 1042 The log says otherwise."""
    case, words = case_named(call.tx, call.desk, text)
    if not words:
        return ticket_forms.note(case, call)
    moves.note(case, call, words)
    _store(case, call)
    return call.say("Noted on {number}. Only the team sees it.", number=case.ticket.number)


def hold(call: Call, text: str) -> Answer:
    """/ticket hold 1042 waiting for the customer's file"""
    case, reason = case_named(call.tx, call.desk, text)
    holding.hold(case, call, reason)
    _store(case, call)
    return call.say(
        "{number} is on hold. The resolution clock stands until the customer writes or you resume it.",
        number=case.ticket.number,
    )


def resume(call: Call, text: str) -> Answer:
    """/ticket resume 1042"""
    case, _rest = case_named(call.tx, call.desk, text)
    holding.resume(case, call)
    _store(case, call)
    return call.say("{number} is in progress again.", number=case.ticket.number)


def escalate(call: Call, text: str) -> Answer:
    """/ticket escalate 1042 the database does not answer"""
    case, reason = case_named(call.tx, call.desk, text)
    level = moves.escalate(case, call, reason)
    _store(case, call)
    number = case.ticket.number
    if level.who is None:
        return call.say(
            "{number} is escalated. Nobody is named for {level} in the plan, so the channel was told.",
            number=number,
            level=level.name,
        )
    return call.say(
        "{number} is escalated. {who} is told ({level}).", number=number, who=level.who, level=level.name
    )


def resolve(call: Call, text: str) -> Answer:
    """/ticket resolve 1042 The certificate was renewed."""
    case, words = case_named(call.tx, call.desk, text)
    moves.resolve(case, call, words)
    _store(case, call)
    number, who = case.ticket.number, ticket_forms.reader(case)
    if case.ticket.place_id is None:
        return call.say(
            "{number} is resolved. {who} was not told: we have no conversation.", number=number, who=who
        )
    return call.say("{number} is resolved, and {who} knows.", number=number, who=who)


def reopen(call: Call, text: str) -> Answer:
    """/ticket reopen 1042"""
    case, _rest = case_named(call.tx, call.desk, text)
    moves.reopen(case, call)
    _store(case, call)
    return call.say("{number} is open again.", number=case.ticket.number)


def category(call: Call, text: str) -> Answer:
    """/ticket category 1042 invoicing"""
    case, wanted = case_named(call.tx, call.desk, text)
    triaging.categorise(case, call, wanted)
    _store(case, call)
    name = call.t(CATEGORIES[case.ticket.category or "other"])
    return call.say("{number} is about: {category}.", number=case.ticket.number, category=name)


def tag(call: Call, text: str) -> Answer:
    """/ticket tag 1042 e-factura smartbill: these tags instead of those it had"""
    case, words = case_named(call.tx, call.desk, text)
    triaging.tag(case, call, tuple(dict.fromkeys(folded(word.lstrip("#")) for word in words.split())))
    _store(case, call)
    return call.say("Done.")


def replan(call: Call, text: str) -> Answer:
    """/ticket replan 1042: its deadlines follow the plan that is in force now"""
    case, _rest = case_named(call.tx, call.desk, text)
    triaging.apply_plan(case, call)
    _store(case, call)
    return call.say("{number} follows the current plan now.", number=case.ticket.number)


COMMANDS = {
    "list": Command(ticket_lists.list_tickets, _("[mine | free | CUSTOMER]"), _("open tickets"), ("listă",)),
    "show": Command(ticket_views.show, "1042", _("a ticket and its history"), ("arată",), meant=True),
    "take": Command(take, "1042", _("work on it yourself"), ("preia",)),
    "assign": Command(assign, _("1042 NAME"), _("give it to somebody"), ("repartizează", "atribuie")),
    "priority": Command(priority, "1042 P2", _("set its priority"), ("prioritate",)),
    "reply": Command(reply, _("1042 TEXT"), _("answer the customer"), ("răspunde",)),
    "note": Command(note, _("1042 TEXT"), _("write something down for the team"), ("notă",)),
    "hold": Command(hold, _("1042 [REASON]"), _("stop the resolution clock"), ("așteptare", "pauză")),
    "resume": Command(resume, "1042", _("let it run again"), ("reia",)),
    "escalate": Command(escalate, _("1042 REASON"), _("ask the next level for help"), ("escaladează",)),
    "resolve": Command(resolve, _("1042 [TEXT]"), _("say that it is done"), ("rezolvă",)),
    "reopen": Command(reopen, "1042", _("work on it again"), ("redeschide",)),
    "customer": Command(customers.named, _("1042 NAME"), _("say which customer it is of"), ("client",)),
    "category": Command(category, _("1042 CATEGORY"), _("say what it is about"), ("categorie",)),
    "tag": Command(tag, _("1042 TAGS"), _("set its tags"), ("etichetă", "etichete")),
    "replan": Command(replan, "1042", _("apply the plan that is in force now"), ("replanifică",)),
    "link": Command(conversations.link, "1042", _("let it go on in this channel too"), ("conectează",)),
    "unlink": Command(conversations.unlink, "1042", _("no longer in this channel"), ("deconectează",)),
    "why": Command(ticket_views.why, "1042", _("why it is due when it is"), ("de-ce", "dece")),
}
