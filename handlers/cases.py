"""Cases loaded from storage, and stored.

Storing writes the ticket, its new history, its deadlines' timer, its card and what is to be said: each of
them in one go for however many cases there are, but for timers that are needed no more.
"""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from desk import sla
from desk.errors import BadInput, NotFound
from desk.messages import Message
from desk.sla import Clock
from desk.team_messages import answered
from desk.tickets import Kind, Ticket, ticket_id
from desk.wording import sentence as _
from handlers.case import Case, Conversation, card_key, opened_key
from handlers.context import Desk
from handlers.naming import called
from storage import histories, links, offers, outbox, people, tickets, timers
from storage.offers import Offer
from storage.outbox import Post
from storage.transactions import Transaction

_SPOKEN = (Kind.OPENED, Kind.SAID)
# What answers a post that offers the ticket; of several, the first one here is what the post then says.
_ANSWERS = (Kind.TAKEN, Kind.ASSIGNED, Kind.RESOLVED)


def load(tx: Transaction, desk: Desk, ticket_id: int) -> Case:
    """Return a case that nobody else changes until the transaction ends. Raises `NotFound`."""
    found = load_many(tx, desk, tickets.lock(tx, [ticket_id]))
    if not found:
        raise NotFound(_("There is no ticket T-{id}."), id=ticket_id)
    return found[0]


def case_named(tx: Transaction, desk: Desk, text: str) -> tuple[Case, str]:
    """Load the ticket whose number `text` begins with, and return it with the rest."""
    word, _space, rest = text.strip().partition(" ")
    if not word:
        raise BadInput(_("Which ticket? Write its number, like T-1042."))
    return load(tx, desk, ticket_id(word)), rest.strip()


def load_many(tx: Transaction, desk: Desk, found: list[Ticket]) -> list[Case]:
    """Return the cases of tickets as they are given: who wants to change them has locked them before."""
    lines = histories.histories(tx, [ticket.id for ticket in found])
    known = people.by_id(tx, {i for t in found for i in (t.requester_id, t.assignee_id) if i is not None})
    companies = people.customers_by_id(tx, {t.customer_id for t in found if t.customer_id is not None})
    linked = links.of_tickets(tx, [ticket.id for ticket in found])
    at = {t.place_id for t in found if t.place_id is not None}
    at |= {link.place_id for several in linked.values() for link in several}
    places = people.places_by_id(tx, at)
    return [
        Case(
            ticket=ticket,
            plan=desk.plan_of(tx, ticket.plan_version),
            history=lines[ticket.id],
            customer=companies.get(ticket.customer_id or 0),
            requester=known.get(ticket.requester_id or 0),
            assignee=people.still(tx, known[ticket.assignee_id]) if ticket.assignee_id else None,
            place=places.get(ticket.place_id or 0),
            links=[Conversation(places[link.place_id], link.root) for link in linked[ticket.id]],
        ).loaded()
        for ticket in found
    ]


def open_case(tx: Transaction, case: Case, now: datetime) -> None:
    """Store the ticket of a new case, which gives it its number."""
    case.ticket = tickets.open_ticket(tx, case.ticket, **_index(case, case.clocks(), now))


def store(tx: Transaction, desk: Desk, cases: list[Case], now: datetime, new: bool = False) -> None:
    """Store what was changed and added, and have said what is to be said. New tickets are stored already."""
    if not new:
        changed = [case for case in cases if case.changed]
        tickets.save(tx, [(case.ticket, _index(case, case.clocks(), now)) for case in changed])
    histories.add_events(tx, [(case.ticket.id, event) for case in cases for event in case.added])
    posts = _answered_offers(tx, cases)
    for case in cases:
        about = [*_card(desk, case), *(answered_anew(case) if case.seen_anew else ()), *case.posts]
        posts += [replace(post, ticket_id=case.ticket.id) for post in about]
    _set_timers(tx, [case for case in cases if case.fired or case.changed], now, new=new)
    for case in cases:
        case.added, case.posts, case.offers = [], [], []
    outbox.put(tx, posts, now)


def _set_timers(tx: Transaction, cases: list[Case], now: datetime, *, new: bool) -> None:
    due: list[tuple[str, datetime, dict[str, Any]]] = []
    for case in cases:
        moment = _next_moment(case, now)
        if moment is not None:
            due.append((str(case.ticket.id), moment, {}))
        elif not new:
            timers.clear_timer(tx, "sla", str(case.ticket.id))
    timers.set_timers(tx, "sla", due)


def _card(desk: Desk, case: Case) -> list[Post]:
    """Let the card follow: what it says is written when it leaves (`handlers.cards`)."""
    return [Post(place.id, None, key=card_key(case.ticket), late=True) for place in desk.triages]


def answered_anew(case: Case) -> list[Post]:
    """Let our first answer follow: what it says is written when it leaves (`handlers.first_answer`)."""
    key = opened_key(case.ticket)
    return [Post(one.place.id, None, key=key, thread=one.root, late=True) for one in case.conversations]


def _answered_offers(tx: Transaction, cases: list[Case]) -> list[Post]:
    """Note new offers, and return the edits of those to which taking or resolving a ticket was the answer."""
    answered_now = {case.ticket.id: case for case in cases if any(e.kind in _ANSWERS for e in case.added)}
    edits = [
        Post(
            offer.place_id, _answered(offer, answered_now[offer.ticket_id]), key=offer.key, under=offer.under
        )
        for offer in offers.end(tx, list(answered_now))
    ]
    offers.make(tx, [offer for case in cases for offer in case.offers])
    return edits


def _answered(offer: Offer, case: Case) -> Message:
    by = next(kind for kind in _ANSWERS if any(event.kind is kind for event in case.added))
    return answered(offer.message, by, called(case.assignee))


def _index(case: Case, clocks: tuple[Clock, ...], now: datetime) -> dict[str, datetime | None]:
    running = [clock for clock in clocks if clock.running and clock.due_at is not None]
    answers = [clock.due_at for clock in running if clock.name != "resolution"]
    fixes = [clock.due_at for clock in running if clock.name == "resolution"]
    spoken = [event.at for event in case.history if event.kind in _SPOKEN]
    return {
        "answer_due": min(filter(None, answers), default=None),
        "resolution_due": min(filter(None, fixes), default=None),
        "last_said_at": max(spoken, default=now),
    }


def _next_moment(case: Case, now: datetime) -> datetime | None:
    """Return when one of the clocks warns or is exceeded next; now, if a change made that true already."""
    if case.changed and case.reached(now):
        return now
    return sla.next_moment(case.clocks(), now)
