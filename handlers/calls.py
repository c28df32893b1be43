"""Who of the team is told: in the thread of a ticket's card, where they are mentioned, and alone."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from desk import escalation
from desk.messages import Inline, Mention, Rich
from desk.team_messages import named, told_together
from desk.tickets import Kind, Status
from desk.wording import Words, words_for
from handlers import homes
from handlers.case import Case
from handlers.context import Desk
from handlers.naming import called
from storage import people
from storage.people import Person, Place
from storage.transactions import Transaction

News = Callable[[Words], Rich]
"""What happened, in the words of whoever reads it."""

_ANEW = (Kind.RESOLVED, Kind.REOPENED)


class Line(NamedTuple):
    """What is said in a place about a ticket, and to whom there."""

    place_id: int
    t: Words
    sentence: Rich
    to: Rich = ()


class Level(NamedTuple):
    """A level of the plan that is asked for help: its key, its name, and who is on call there.

    `handle` is how the plan names them, `person` who that is, as far as we know them.
    """

    key: str
    name: str
    handle: str | None
    person: Person | None

    @property
    def who(self) -> str | None:
        """What whoever is on call is called; None: nobody is named there."""
        return called(self.person) if self.person else self.handle


def next_level(tx: Transaction, case: Case, asking: Person, now: datetime) -> Level:
    """Return who helps somebody of the team: the level after the one that was asked last."""
    asked: str | None = None
    for event in case.history:
        if event.kind in _ANEW:
            asked = None
        elif event.kind is Kind.ESCALATED and event.who is not None:
            asked = event.data.get("level", asked)
    known_as = people.everywhere(tx, asking)
    themselves = {name for one in known_as for name in (one.user, one.email) if name}
    key, handle = escalation.next_level(case.plan, now, asked, themselves)
    person = people.person_called(tx, handle) if handle else None
    return Level(key, case.plan.levels[key].name, handle, person)


def to_team(desk: Desk, news: News, to: Callable[[Place], Rich] | None = None) -> list[Line]:
    """Tell the team in its channels, and somebody of it by name there."""
    return [Line(place.id, desk.team, news(desk.team), to(place) if to else ()) for place in desk.triages]


def to_person(tx: Transaction, desk: Desk, person: Person, news: News) -> list[Line]:
    """Tell somebody alone, where their platform is the team's."""
    if desk.triage_of(person.platform) is None:
        return []
    place = homes.alone_with(tx, person)
    t = words_for(person.language) if person.language else desk.team
    return [Line(place.id, t, news(t))]


def mentioned(tx: Transaction, place: Place, person: Person) -> Inline:
    """Name somebody in a place, so that they are notified where its platform knows them."""
    name = called(person)
    here = people.on(tx, person, place.platform)
    return name if here is None else Mention(here.user, name)


def addressee(
    tx: Transaction, t: Words, place: Place, person: Person | None, handle: str | None, level: str | None
) -> Rich:
    """Say who is meant: whoever has the ticket, or who is on call at a level of the plan."""
    if person is not None and level is None:
        return t.rich("{who}, this is yours.", who=mentioned(tx, place, person))
    if person is not None or handle is not None:
        who = mentioned(tx, place, person) if person else handle or ""
        return t.rich("On call ({level}): {who}.", level=level or "", who=who)
    return t.rich("Nobody is named for {level} in the plan.", level=level or "")


def say(desk: Desk, case: Case, lines: list[Line], *, take: bool = False) -> None:
    """Say what came together in one post for each place; a sentence that several hear stands once.

    The ticket is offered with it while nobody has it, or helps who does; and where somebody is to `take` it.
    """
    customer = case.customer.name if case.customer else called(case.requester)
    offered = take or case.in_charge is None or case.ticket.status is Status.ESCALATED
    for place_id in dict.fromkeys(line.place_id for line in lines):
        here = [line for line in lines if line.place_id == place_id]
        said: dict[Rich, Rich] = {}
        for line in here:
            said[line.sentence] = said.get(line.sentence, ()) + ((" ", *line.to) if line.to else ())
        sentences = [named(case.ticket, customer), *(sentence + to for sentence, to in said.items())]
        message = told_together(sentences, here[0].t, case.plan.zone, case.ticket if offered else None)
        case.tell_team_in(desk, place_id, message)
