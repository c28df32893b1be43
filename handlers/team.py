"""The team as a whole: its channels, who belongs to it, and in which language it is spoken to."""

import dataclasses
from collections.abc import Collection
from datetime import datetime

from msgspec.structs import replace

from desk.team_messages import offered_in
from desk.wording import Language
from handlers import cases
from handlers.context import Desk
from storage import offers, outbox, people, tickets
from storage.outbox import Post
from storage.people import Place
from storage.transactions import Transaction

_MOST_CARDS = 100  # the most pressing ones; others follow at their next change
_MOST_RESOLVED = 50  # the latest ones
_MOST_OFFERS = 100  # the latest ones


def settle(
    tx: Transaction, desk: Desk, platform: str, workspace: str, conversation: str, now: datetime
) -> tuple[Place, ...]:
    """Let this be the team's channel on its platform. Open tickets whose card is not here get one.

    Returns the team's channels from now on.
    """
    place = people.place(tx, platform, workspace, conversation, "channel")
    if place.closed:  # whoever set the desk up may have mended what closed it
        outbox.open_again(tx, place.id, now)
    if place.kind == "triage":
        return people.triage_places(tx)
    people.make_triage(tx, place)
    triages = people.triage_places(tx)
    _write_cards(tx, dataclasses.replace(desk, triages=triages), now)
    return triages


def staff(tx: Transaction, desk: Desk, place: Place, users: Collection[str], now: datetime) -> None:
    """Let these people of the place's workspace be the agents on its platform, and nobody else there."""
    wanted = {people.person(tx, place.platform, place.workspace, user).id for user in users}
    known = {agent.id for agent in people.agents(tx) if agent.platform == place.platform}
    come_and_go(tx, desk, {person_id: person_id in wanted for person_id in sorted(wanted ^ known)}, now)


def come_and_go(tx: Transaction, desk: Desk, agents: dict[int, bool], now: datetime) -> None:
    """Let people be agents from now on, or no longer; the cards of open tickets that they have tell so."""
    for person_id, agent in agents.items():
        people.change_person(tx, person_id, agent=agent)
    theirs = tickets.open_tickets(tx, assignee_ids=agents.keys(), most=_MOST_CARDS) if agents else []
    _write(tx, desk, [ticket.id for ticket in theirs], now)


def speak(tx: Transaction, desk: Desk, language: Language, now: datetime) -> None:
    """Speak to the team in a language from now on: in its channel, and to each of its agents there.

    The cards of tickets that are open, or were resolved lately, are written anew, and so are the buttons
    that offer a ticket. What was said before stays as it was said.
    """
    for place in desk.triages:
        people.change_place(tx, place.id, language=language)
    for agent in people.agents(tx):
        people.change_person(tx, agent.id, language=language)
    desk.triages = tuple(replace(place, language=language) for place in desk.triages)
    _write_cards(tx, desk, now, resolved=_MOST_RESOLVED)
    offered = [
        replace(one, message=offered_in(desk.team, one.message)) for one in offers.latest(tx, _MOST_OFFERS)
    ]
    offers.change(tx, offered)
    outbox.put(tx, [Post(one.place_id, one.message, key=one.key, under=one.under) for one in offered], now)


def _write_cards(tx: Transaction, desk: Desk, now: datetime, *, resolved: int = 0) -> None:
    open_ones = [ticket.id for ticket in tickets.open_tickets(tx, most=_MOST_CARDS)]
    found = [*open_ones, *tickets.resolved_lately(tx, resolved)]
    _write(tx, desk, found, now)


def _write(tx: Transaction, desk: Desk, ticket_ids: list[int], now: datetime) -> None:
    cases.store(tx, desk, cases.load_many(tx, desk, tickets.lock(tx, ticket_ids)), now)
