"""A case: a ticket with all that belongs to it, loaded, changed and stored as one.

Storing writes the ticket, its new history, its deadlines' timer, its card and what is to be said: each of
them in one go for however many cases there are, but for timers that are needed no more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from desk import sla
from desk.errors import BadInput, NotFound
from desk.faces import face
from desk.messages import Message
from desk.plan import Plan
from desk.sla import Clock, Moment
from desk.team_messages import answered, offers_take
from desk.tickets import Event, Kind, Ticket, Verb, ticket_id
from desk.wording import Words, words_for
from desk.wording import sentence as _
from handlers.context import Desk
from storage import links, offers, outbox, people, tickets, timers
from storage.offers import Offer
from storage.outbox import Post
from storage.people import Customer, Person, Place
from storage.transactions import Transaction

# How a platform is named on a card.
PLATFORMS = {"slack": "Slack", "teams": "Teams", "web": "Web", "mail": "E-mail"}
_SPOKEN = (Kind.OPENED, Kind.SAID)
# What answers a post that offers the ticket; of several, the first one here is what the post then says.
_ANSWERS = (Kind.TAKEN, Kind.ASSIGNED, Kind.RESOLVED)


class Conversation(NamedTuple):
    """A conversation of a ticket, and the message there under which it goes on, if there is one."""

    place: Place
    root: str | None


@dataclass(slots=True)
class Case:
    """A ticket, its history (with `added` at its end, not stored yet) and its people.

    `posts` is what will be said, `offers` those of them that offer the ticket. `place` is the conversation
    in which its customer began it, `links` are those in which it goes on beside that. Once its clocks' timer
    `fired`, it is gone and has to be set anew.
    """

    ticket: Ticket
    plan: Plan
    history: list[Event]
    customer: Customer | None = None
    requester: Person | None = None
    assignee: Person | None = None
    place: Place | None = None
    links: list[Conversation] = field(default_factory=list)
    added: list[Event] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    fired: bool = False
    _counted: int = 0  # how many lines of the history start, stop or hold a clock
    _clocks: tuple[Any, tuple[Clock, ...]] | None = None
    _loaded: tuple[Ticket, int] | None = None
    _known: int = 0  # how many lines of the history were stored when it was loaded

    @property
    def t(self) -> Words:
        """The words that this ticket's customer reads."""
        return words_for(self.ticket.language)

    def move(self, verb: Verb) -> None:
        """Move the ticket along its flow. Raises `Refused`."""
        self.ticket = self.ticket.after(verb)

    def change(self, **changes: Any) -> None:
        """Change some of the ticket's fields."""
        self.ticket = replace(self.ticket, **changes)

    def add(self, event: Event) -> None:
        """Add a line to the history."""
        self.record(event)
        self.added.append(event)

    def record(self, event: Event) -> None:
        """Add a line to the history that whoever adds it stores: it is not among `added`."""
        self.history.append(event)
        self._counted += event.kind in sla.COUNTED

    def clocks(self) -> tuple[Clock, ...]:
        """Return every clock of the ticket, as its plan and its history say."""
        ticket = self.ticket
        basis = (self.plan, ticket.tier, ticket.priority, ticket.opened_at, self._counted)
        if self._clocks is None or self._clocks[0] != basis:
            self._clocks = basis, sla.clocks(*basis[:4], self.history)
        return self._clocks[1]

    def reached(self, now: datetime) -> tuple[Moment, ...]:
        """Return what the clocks came to by `now` that the history does not record yet."""
        return sla.reached(self.clocks(), now, sla.told(self.history), sla.promised_anew(self.history))

    def loaded(self) -> "Case":
        """Note that this is how the ticket is stored."""
        self._counted = sum([event.kind in sla.COUNTED for event in self.history])
        self._loaded = self.ticket, self._counted
        self._known = len(self.history)
        return self

    @property
    def changed(self) -> bool:
        """Whether the ticket's row says something else than when it was loaded; a warning changes nothing."""
        return self._loaded != (self.ticket, self._counted)

    @property
    def conversations(self) -> list[Conversation]:
        """Where its customer reads and writes."""
        home = [Conversation(self.place, self.ticket.root)] if self.place is not None else []
        return home + self.links

    @property
    def place_ids(self) -> frozenset[int]:
        """The places of its conversations."""
        return frozenset(one.place.id for one in self.conversations)

    @property
    def seen_anew(self) -> bool:
        """Whether our first answer, the customer's card, is to say something else than it did."""
        if self._loaded is None or not self.changed:
            return False
        return face(self._loaded[0], self.history[: self._known]) != face(self.ticket, self.history)

    def tell_customer(self, message: Message, key: str | None = None) -> None:
        """Say something in every conversation in which the ticket's customer talks to us."""
        for one in self.conversations:
            self.say_in(one.place.id, message, key)

    def say_in(self, place_id: int, message: Message | None, key: str | None = None) -> None:
        """Say something in one of its conversations; no message takes back the post with this key."""
        root = next(one.root for one in self.conversations if one.place.id == place_id)
        # A ticket that no message there began (a form did, or a link) hangs under our own first post.
        under = None if root or key == opened_key(self.ticket) else opened_key(self.ticket)
        self.posts.append(Post(place_id, message, key=key, thread=root, under=under))

    def copy_to_customer(
        self, message: Message | None, key: str, *, besides: int, only: frozenset[int] | None = None
    ) -> None:
        """Say in the ticket's other conversations what was said in one, where there is a copy (`only`)."""
        for place_id in (one.place.id for one in self.conversations):
            if place_id != besides and (only is None or place_id in only):
                self.say_in(place_id, message, key)

    def tell_team(self, desk: Desk, message: Message) -> None:
        """Say something in the thread of the ticket's card, on each platform on which the team works."""
        for place in desk.triages:
            self.call(desk, place.id, message)

    def copy_to_team(
        self,
        desk: Desk,
        message: Message | None,
        key: str,
        *,
        besides: int,
        only: frozenset[int] | None = None,
    ) -> None:
        """Say under the ticket's cards what was said elsewhere, where there is a copy (`only`)."""
        for place in desk.triages:
            if place.id != besides and (only is None or place.id in only):
                self.posts.append(Post(place.id, message, key=key, under=card_key(self.ticket)))

    def call(self, desk: Desk, place_id: int, message: Message) -> None:
        """Say something to the team, or to one of it alone.

        A post that offers the ticket has a key: once somebody took it, the post says who instead.
        """
        under = card_key(self.ticket) if desk.is_triage(place_id) else None
        key = None
        if offers_take(message):
            key = f"offer:{self.ticket.id}:{len(self.history)}:{len(self.posts)}"
            self.offers.append(Offer(self.ticket.id, place_id, key, under, message))
        self.posts.append(Post(place_id, message, key=key, under=under))


def card_key(ticket: Ticket) -> str:
    """Return the key of the post that is a ticket's card."""
    return f"card:{ticket.id}"


def opened_key(ticket: Ticket) -> str:
    """Return the key of our first answer to a ticket."""
    return f"opened:{ticket.id}"


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
    histories = tickets.histories(tx, [ticket.id for ticket in found])
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
            history=histories[ticket.id],
            customer=companies.get(ticket.customer_id or 0),
            requester=known.get(ticket.requester_id or 0),
            assignee=known.get(ticket.assignee_id or 0),
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
    tickets.add_events(tx, [(case.ticket.id, event) for case in cases for event in case.added])
    posts = _answered_offers(tx, cases)
    for case in cases:
        posts += [*_card(desk, case), *(answered_anew(case) if case.seen_anew else ()), *case.posts]
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


def called(person: Person | None) -> str:
    """Return a person's name in plain words."""
    return (person.name or person.user) if person else "—"


def places_named(case: Case) -> str:
    """Return where a ticket's customer talks to us: each conversation in a word or two."""
    return " + ".join(place_name(one.place) for one in case.conversations) or "—"


def place_name(place: Place | None) -> str:
    """Return where a customer talks to us, in a word or two."""
    if place is None:
        return "—"
    platform = PLATFORMS.get(place.platform, place.platform)
    return f"{platform} #{place.name}" if place.name and place.kind != "direct" else platform
