"""The team as a whole: its channel, who belongs to it, and in which language it is spoken to."""

import dataclasses
from collections.abc import Collection
from datetime import datetime

from msgspec.structs import replace

from desk.wording import Language
from handlers import cases
from handlers.context import Desk
from storage import people, tickets
from storage.people import Place
from storage.transactions import Transaction

_MOST_CARDS = 100  # the most pressing ones; others follow at their next change


def settle(
    tx: Transaction, desk: Desk, platform: str, workspace: str, conversation: str, now: datetime
) -> Place:
    """Let this be the team's channel, and no other. Open tickets whose card is elsewhere get one here."""
    place = people.place(tx, platform, workspace, conversation, "triage")
    before = people.triage_place(tx)
    if before is None or before.id != place.id or place.kind != "triage":
        people.make_triage(tx, place.id)
        place = people.place_by_id(tx, place.id)
    if before is not None and before.id != place.id:
        _write_cards(tx, dataclasses.replace(desk, triage=place), now)
    return place


def staff(tx: Transaction, place: Place, users: Collection[str]) -> None:
    """Let these people of the place's workspace be the agents, and nobody else."""
    wanted = {people.person(tx, place.platform, place.workspace, user).id for user in users}
    now = {agent.id for agent in people.agents(tx)}
    for person_id in wanted ^ now:
        people.change_person(tx, person_id, agent=person_id in wanted)


def speak(tx: Transaction, desk: Desk, language: Language, now: datetime) -> None:
    """Speak to the team in a language from now on: in its channel, and to each of its agents there.

    The cards of open tickets are written anew. What was said before stays as it was said.
    """
    if desk.triage is None:
        return
    people.change_place(tx, desk.triage.id, language=language)
    for agent in people.agents(tx):
        if agent.platform == desk.triage.platform:
            people.change_person(tx, agent.id, language=language)
    desk.triage = replace(desk.triage, language=language)
    _write_cards(tx, desk, now)


def _write_cards(tx: Transaction, desk: Desk, now: datetime) -> None:
    open_ones = [ticket.id for ticket in tickets.open_tickets(tx, most=_MOST_CARDS)]
    cases.store(tx, desk, cases.load_many(tx, desk, tickets.lock(tx, open_ones)), now)
