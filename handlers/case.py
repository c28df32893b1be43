"""A case: a ticket with all that belongs to it, and what is going to be said about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from desk import sla
from desk.faces import face
from desk.messages import Message
from desk.plan import Plan
from desk.sla import Clock, Moment
from desk.team_messages import offers_take
from desk.tickets import Event, Ticket, Verb
from desk.wording import Words, words_for
from handlers.context import Desk
from storage.offers import Offer
from storage.outbox import Post
from storage.people import Customer, Person, Place


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
    def in_charge(self) -> Person | None:
        """Who has the ticket and sees to it; None where that is nobody, or somebody who has left the team."""
        return self.assignee if self.assignee is not None and self.assignee.agent else None

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
        if self._loaded is None or not (self.changed or self.fired):
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
            self.tell_team_in(desk, place.id, message)

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

    def tell_team_in(self, desk: Desk, place_id: int, message: Message) -> None:
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


def copy_key(event_id: int) -> str:
    """Return the key of the copies of what somebody wrote."""
    return f"said:{event_id}"


def opened_key(ticket: Ticket) -> str:
    """Return the key of our first answer to a ticket."""
    return f"opened:{ticket.id}"
