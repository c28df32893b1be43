"""The cards of a ticket, the team's and the customer's, written when they leave: as things stand then."""

from datetime import datetime

from desk.errors import NotFound
from desk.messages import Answer, Live, Message, Option
from desk.team_messages import Card, Reader, card
from desk.tickets import Kind, Ticket, ticket_id
from desk.wording import Words
from desk.wording import sentence as _
from handlers import cases, first_answer
from handlers.case import Case
from handlers.context import Call, Desk
from handlers.naming import called, places_named
from storage import outbox, people, tickets
from storage.transactions import Transaction

_MOST_CUSTOMERS = 30  # in the menu of "which customer is this?": more of them do not fit a card in Slack


def write(tx: Transaction, desk: Desk, key: str, platform: str, now: datetime) -> Message | None:
    """Return what a post says now by its key ("card:1042", "opened:1042"), None when its ticket is gone."""
    kind, _colon, number = key.partition(":")
    found = cases.load_many(tx, desk, tickets.read(tx, [int(number)]))
    if not found:
        return None
    if kind == "opened":
        return first_answer.write(tx, found[0], now)
    viewers = tuple(agent.user for agent in people.agents(tx) if agent.platform == platform)
    live = Live("ticket.card", number, viewers)
    return _card(tx, desk.team, found[0], now, "everybody", live)


def looked_at(call: Call) -> Answer:
    """Somebody looks at a card, on a platform that asks what they in particular can do."""
    number = ticket_id(call.incoming.subject or _shown_in(call))
    if call.place is None or not call.desk.is_triage(call.place.id):
        raise NotFound(_("There is no ticket T-{id}."), id=number)
    case = cases.load(call.tx, call.desk, number)
    live = Live("ticket.card", str(case.ticket.id), (call.person.user,))
    return Answer(card=_card(call.tx, call.t, case, call.now, _reader(case, call), live))


def _shown_in(call: Call) -> str:
    """Return the number of the ticket whose card the message is on which somebody acted."""
    message, place = call.incoming.message, call.place
    key = outbox.post_at(call.tx, place.id, message) if place and message else None
    return key.removeprefix("card:") if key and key.startswith("card:") else ""


def _reader(case: Case, call: Call) -> Reader:
    if not call.person.agent:
        return "outsider"
    if case.in_charge is None:
        return "everybody"
    return "assignee" if people.same(call.person, case.assignee) else "colleague"


def _card(tx: Transaction, t: Words, case: Case, now: datetime, reader: Reader, live: Live) -> Message:
    choices = () if case.customer else _choices(tx)
    shown = Card(
        ticket=case.ticket,
        plan=case.plan,
        requester=(called(case.requester),),
        customer=case.customer.name if case.customer else None,
        tier=case.plan.tiers[case.ticket.tier].name,
        place=places_named(case),
        assignee=(called(case.assignee),) if case.assignee else None,
        left=case.in_charge is None,
        text=_first_words(case),
        clocks=case.clocks(),
        now=now,
        suggestion=_suggestion(case.ticket, t),
        hold_reason=_hold_reason(case),
        customers=choices[:_MOST_CUSTOMERS],
        more_customers=len(choices) > _MOST_CUSTOMERS,
        reader=reader,
        live=live,
    )
    return card(shown, t)


def _first_words(case: Case) -> str:
    """Return the text with which the ticket was opened, as it reads now."""
    opened = next((event.data for event in case.history if event.kind is Kind.OPENED), {})
    message = opened.get("message")
    if message is not None and any(
        event.kind is Kind.DELETED and event.data.get("message") == message for event in case.history
    ):
        return ""
    edits = [
        event.data["after"]
        for event in case.history
        if event.kind is Kind.EDITED and message is not None and event.data.get("message") == message
    ]
    return str(edits[-1] if edits else opened.get("text", ""))


def _suggestion(ticket: Ticket, t: Words) -> str:
    """Return why triage suggested what it did, in the reader's language."""
    if not ticket.suggestion or not ticket.suggestion.get("reason"):
        return ""
    return t(ticket.suggestion["reason"], **ticket.suggestion.get("values", {}))


def _hold_reason(case: Case) -> str:
    held = [event for event in case.history if event.kind is Kind.HELD]
    return str(held[-1].data.get("reason", "")) if held else ""


def _choices(tx: Transaction) -> tuple[Option, ...]:
    return tuple(Option(one.name, str(one.id)) for one in people.all_customers(tx))
