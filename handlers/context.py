"""What every handler is given: the desk it serves, and the call it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk import plan as plans
from desk.errors import NotAllowed
from desk.incoming import Incoming
from desk.messages import Answer, Message, Text
from desk.plan import Plan
from desk.tickets import Event, Kind
from desk.typed import as_words
from desk.wording import Language, Words, language_of, words, words_for
from desk.wording import sentence as _
from storage import people
from storage import plans as stored_plans
from storage.people import Customer, Person, Place
from storage.transactions import Transaction


@dataclass(slots=True)
class Desk:
    """What stays the same from call to call: the plan in force, and the team's triage channels.

    There is at most one on each platform: a team may work in Slack, in Teams, or in both.
    """

    plan: Plan
    plan_version: int
    triages: tuple[Place, ...] = ()
    _older: dict[int, Plan] = field(default_factory=dict)

    @property
    def team(self) -> Words:
        """The words of the team's channels: in their own language, or the plan's."""
        own = next((place.language for place in self.triages if place.language), None)
        return words_for(own or self.plan.language)

    def triage_of(self, platform: str) -> Place | None:
        """Return the team's channel on a platform."""
        return next((place for place in self.triages if place.platform == platform), None)

    def is_triage(self, place_id: int) -> bool:
        """Say whether a place is one of the team's channels."""
        return any(place.id == place_id for place in self.triages)

    def plan_of(self, tx: Transaction, version: int) -> Plan:
        """Return the plan of a version: a ticket keeps the one it was opened under."""
        if version == self.plan_version:
            return self.plan
        if version not in self._older:
            self._older[version] = plans.parse(stored_plans.text_of(tx, version), f"plan version {version}")
        return self._older[version]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing somebody did, and who and where they are as far as we know."""

    tx: Transaction
    desk: Desk
    now: datetime
    incoming: Incoming
    person: Person
    customer: Customer | None
    place: Place | None

    @property
    def language(self) -> Language:
        """The asker's language: their own, else the team's or their customer's.

        A stranger's is that of their platform, else the plan's.
        """
        if self.person.language:
            return language_of(self.person.language)
        if self.person.agent:
            return self.desk.team.language
        if self.customer:
            return language_of(self.customer.language)
        return language_of(self.incoming.language or self.desk.plan.language)

    @property
    def tier(self) -> str:
        """What the asker's company has bought, as the plan in force knows it."""
        return self.desk.plan.tier_of(self.customer.tier if self.customer else None)

    @property
    def t(self) -> Words:
        """The words to answer with."""
        return words(self.language)

    def event(self, kind: Kind, /, **data: Any) -> Event:
        """Return the line of a ticket's history that says what the asker did."""
        return Event(self.now, kind, who=self.person.id, source=self.incoming.platform, data=data)

    def say(self, sentence: str, /, **values: object) -> Answer:
        """Answer the asker alone, in one sentence."""
        said = self.t(sentence, **values)
        said = as_words(said) if self.incoming.typed else said
        return self.show(Message((Text((said,)),), self.language, self.desk.plan.zone))

    def show(self, message: Message) -> Answer:
        """Answer the asker alone."""
        return Answer(message=message)

    def only_agents(self) -> None:
        """Raise `NotAllowed` unless the asker is a member of the triage channel."""
        if not self.person.agent:
            raise NotAllowed(_("Only the support team can do that. Write /support to reach us."))


def customer_of(tx: Transaction, person: Person, place: Place | None) -> Customer | None:
    """Return whose somebody is: of their own customer, or else of the one whose channel they are in."""
    customer_id = person.customer_id or (place.customer_id if place and not person.agent else None)
    return people.customers_by_id(tx, {customer_id}).get(customer_id) if customer_id else None
