"""Who our customers are: /customer, the import of a list, and "which customer is this?"."""

import csv
import io
from collections.abc import Collection, Iterator
from datetime import datetime

from desk.errors import BadInput, NotFound, Refused
from desk.messages import Answer, Bold, Fine, Message, Text
from desk.names import LANGUAGES
from desk.plan import Plan
from desk.team_messages import told
from desk.tickets import Kind, ticket_id
from desk.typed import LONGEST_NAME, folded, is_name
from desk.wording import language_of
from desk.wording import sentence as _
from handlers import cases, languages, tiers
from handlers.case import Case
from handlers.commands import Command
from handlers.context import Call, Desk
from handlers.conversations import leave
from handlers.tiers import tier_named, tier_said
from storage import links, people, tickets
from storage.people import Customer
from storage.transactions import Transaction


def add(call: Call, text: str) -> Answer:
    """/customer add Trans Carpați premium ro"""
    name, tier, language = _parts(call.desk.plan, text)
    if not is_name(name):
        raise BadInput(_("A customer's name has letters, and at most {n} characters."), n=LONGEST_NAME)
    if people.customer_called(call.tx, name):
        raise BadInput(_("There is a customer “{name}” already."), name=name)
    customer = people.add_customer(call.tx, name, tier, language or call.desk.plan.language, call.now)
    return call.say(
        "{name} is a customer now ({tier}). In their channel, write /customer link {name}.",
        name=customer.name,
        tier=call.desk.plan.tiers[tier].name,
    )


def _parts(plan: Plan, text: str) -> tuple[str, str, str | None]:
    """Split "Trans Carpați premium ro" into name, tier and language."""
    words = text.split()
    language = words.pop().lower() if words and words[-1].lower() in ("ro", "en") else None
    tier = words.pop() if words else ""
    name = " ".join(words).strip(" “”„\"'")
    if not name:
        raise BadInput(_("Write a name and a tier, like: /customer add Trans Carpați premium ro"))
    return name, tier_named(plan, tier), language


def link(call: Call, text: str) -> Answer:
    """/customer link Trans Carpați: this channel is theirs"""
    customer = _customer(call.tx, text)
    if call.place is None or call.incoming.direct or call.place.kind == "triage":
        raise BadInput(_("Write this in the customer's channel: that is the one to be linked."))
    if not call.incoming.heard:
        raise Refused(_("I am not in this channel, so I would hear nothing. Invite me, then link it."))
    if others := links.of_others(call.tx, call.place.id, customer.id):
        raise Refused(
            _(
                "Tickets go on here that are not theirs: {numbers}. They would read what another customer is "
                "told. Write /ticket unlink NUMBER here first, or /ticket customer NUMBER {name} if it is "
                "theirs."
            ),
            numbers=", ".join(f"T-{ticket_id}" for ticket_id in others),
            name=customer.name,
        )
    people.change_place(call.tx, call.place.id, customer_id=customer.id, kind="channel")
    return call.say("Messages in this channel are tickets of {name} from now on.", name=customer.name)


def unlink(call: Call, _text: str) -> Answer:
    """/customer unlink: this channel is nobody's"""
    if call.place is None or call.place.customer_id is None:
        raise BadInput(_("This channel is not linked to a customer."))
    people.change_place(call.tx, call.place.id, customer_id=None)
    return call.say("Messages in this channel are no longer tickets, unless somebody mentions me.")


def _customer(tx: Transaction, name: str) -> Customer:
    customer = people.customer_called(tx, name)
    if customer is None:
        raise NotFound(_("There is no customer “{name}”. Write /customer list to see them."), name=name[:60])
    return customer


def change_tier(call: Call, text: str) -> Answer:
    """/customer tier Trans Carpați enterprise: open deadlines follow"""
    name, _space, word = text.rpartition(" ")
    customer, tier = _customer(call.tx, name), tier_named(call.desk.plan, word)
    source = call.incoming.platform
    n = tiers.change(call.tx, call.desk, customer, tier, call.now, who=call.person.id, source=source)
    follow = call.t.count(
        "The deadlines of {n} open ticket follow.", "The deadlines of {n} open tickets follow.", n
    )
    return call.say(
        "{name} has the tier {tier} now. {changed}",
        name=customer.name,
        tier=call.desk.plan.tiers[tier].name,
        changed=follow if n else "",
    )


def change_language(call: Call, text: str) -> Answer:
    """/customer language Trans Carpați en"""
    name, _space, language = text.rpartition(" ")
    if language.lower() not in ("ro", "en"):
        raise BadInput(_("Write ro or en after the customer's name."))
    customer = _customer(call.tx, name)
    languages.speak_to_customer(call, customer, language.lower())
    spoken = _spoken(call, language.lower())
    return call.say("We write to {name} in {language} from now on.", name=customer.name, language=spoken)


def _spoken(call: Call, language: str) -> str:
    return call.t(LANGUAGES[language_of(language)])


def _about(call: Call, customer: Customer) -> str:
    return f"{tier_said(call.desk.plan, customer, call.t)} · {_spoken(call, customer.language)}"


def show(call: Call, text: str) -> Answer:
    """/customer show Trans Carpați"""
    customer = _customer(call.tx, text)
    open_ones = len(tickets.open_ids_of_customer(call.tx, customer.id))
    line = _about(call, customer)
    fine = call.t.count("{n} open ticket", "{n} open tickets", open_ones)
    blocks = (Text((Bold(customer.name),)), Text((line,)), Fine((fine,)))
    return call.show(Message(blocks, call.language, call.desk.plan.zone))


def list_customers(call: Call, _text: str) -> Answer:
    """/customer list"""
    found = people.all_customers(call.tx)
    if not found:
        return call.say(
            "No customers yet. Write /customer add NAME TIER, or import a list: "
            "desk customers import FILE.csv"
        )
    lines = tuple(Text((Bold(customer.name), f" · {_about(call, customer)}")) for customer in found[:45])
    more = (Fine((f"… +{len(found) - 45}",)),) if len(found) > 45 else ()
    return call.show(Message((*lines, *more), call.language, call.desk.plan.zone))


COMMANDS = {
    "list": Command(list_customers, "", _("all customers"), ("listă",)),
    "show": Command(show, _("NAME"), _("one of them"), ("arată",)),
    "add": Command(add, _("NAME TIER [ro | en]"), _("add one"), ("adaugă",)),
    "link": Command(link, _("NAME"), _("make this channel theirs"), ("leagă",)),
    "unlink": Command(unlink, "", _("make this channel nobody's"), ("dezleagă",)),
    "tier": Command(change_tier, _("NAME TIER"), _("change the tier; open deadlines follow"), ("nivel",)),
    "language": Command(change_language, _("NAME ro | en"), _("change the language"), ("limbă",)),
}


def chosen(call: Call) -> Answer:
    """The answer to "which customer is this?": for this ticket, its writer, and their other tickets."""
    number, _colon, customer_id = call.incoming.subject.partition(":")
    case = cases.load(call.tx, call.desk, ticket_id(number))
    customer = people.customer_numbered(call.tx, customer_id)
    if customer is None:
        raise NotFound(_("That customer is not there any more."))
    _name(case, call, customer)
    return Answer()


def named(call: Call, text: str) -> Answer:
    """/ticket customer 1042 Trans Carpați"""
    case, name = cases.case_named(call.tx, call.desk, text)
    customer = _customer(call.tx, name)
    _name(case, call, customer)
    return call.say("{number} is a ticket of {name} now.", number=case.ticket.number, name=customer.name)


def _name(case: Case, call: Call, customer: Customer) -> None:
    ids = [case.ticket.id]
    if case.requester is not None and not case.requester.agent:
        people.change_person(call.tx, case.requester.id, customer_id=customer.id)
        theirs = tickets.open_tickets(call.tx, requester_id=case.requester.id, most=100)
        ids += [ticket.id for ticket in theirs if ticket.customer_id is None and ticket.id != case.ticket.id]
    found = cases.load_many(call.tx, call.desk, tickets.lock(call.tx, ids))
    for one in found:
        _belongs_to(one, call, customer)
    cases.store(call.tx, call.desk, found, call.now)


def _belongs_to(case: Case, call: Call, customer: Customer) -> None:
    before = case.customer.name if case.customer else None
    case.add(call.event(Kind.CUSTOMER, before=before, after=customer.name))
    case.customer = customer
    case.change(customer_id=customer.id)
    for place in [one.place for one in case.links]:
        if place.customer_id not in (None, customer.id):
            leave(case, call, place)
    tiers.follow(case, customer.tier, call.now, who=call.person.id, source=call.incoming.platform)
    sentence = call.desk.team.rich("The customer is {name}.", name=Bold(customer.name))
    case.tell_team(call.desk, told(sentence, call.desk.team, case.plan.zone))


def import_customers(tx: Transaction, desk: Desk, text: str, now: datetime) -> tuple[int, int]:
    """Add or change the customers of a CSV text with the columns name, tier and language.

    The deadlines of open tickets follow a changed tier. Returns how many were added and changed. Raises
    `BadInput` that names the line of every mistake; then nothing is stored. The mistakes are
    in English, like all that the command line says.
    """
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        rows = [(reader.line_num, row) for row in reader]
        mistakes = _mistakes(desk.plan, rows, reader.fieldnames or ())
    except csv.Error as error:
        raise BadInput("{mistakes}", mistakes=f"this is no CSV file: {error}") from None
    if mistakes:
        raise BadInput("{mistakes}", mistakes="\n".join(mistakes))
    added = 0
    for _line, row in rows:
        added += _import_row(tx, desk, row, now)
    return added, len(rows) - added


def _mistakes(plan: Plan, rows: list[tuple[int, dict[str, str]]], columns: Collection[str]) -> list[str]:
    if not {"name", "tier"} <= set(columns):
        return ["line 1: the columns must be: name,tier,language"]
    if not rows:
        return ["there is no customer under the first line: name,tier,language"]
    found: list[str] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        found += [f"line {line}: {mistake}" for mistake in _row_mistakes(plan, row)]
        first = lines.setdefault(folded(row["name"] or ""), line)
        if first != line:
            found.append(f"line {line}: name: “{row['name']}” stands in line {first} too")
    return found


def _row_mistakes(plan: Plan, row: dict[str, str]) -> Iterator[str]:
    name, tier, language = (row.get(column) or "" for column in ("name", "tier", "language"))
    if not name.strip():
        yield "name: there is no name"
    elif not is_name(name.strip()):
        yield f"name: this is no name of at most {LONGEST_NAME} characters"
    if folded(tier) not in {folded(known) for known in plan.tiers}:
        yield f"tier: “{tier[:40]}” is none of {', '.join(plan.tiers)}"
    if (language or "ro").strip().lower() not in ("ro", "en"):
        yield f"language: “{language[:40]}” is neither ro nor en"


def _import_row(tx: Transaction, desk: Desk, row: dict[str, str], now: datetime) -> int:
    name, tier = row["name"].strip(), tier_named(desk.plan, row["tier"])
    language = (row.get("language") or "").strip().lower()
    known = people.customer_called(tx, name)
    if known is None:
        people.add_customer(tx, name, tier, language or desk.plan.language, now)
        return 1
    people.change_customer(tx, known.id, name=name, language=language or known.language)
    tiers.change(tx, desk, known, tier, now, who=None, source="command line")
    return 0
