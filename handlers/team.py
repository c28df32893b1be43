"""The team as a whole: in which language it is spoken to."""

from datetime import datetime

from msgspec.structs import replace

from desk.wording import Language
from handlers import cases
from handlers.context import Desk
from storage import people, tickets
from storage.transactions import Transaction

_MOST_CARDS = 100  # the most pressing ones; others follow at their next change


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
    open_ones = [ticket.id for ticket in tickets.open_tickets(tx, most=_MOST_CARDS)]
    cases.store(tx, desk, cases.load_many(tx, desk, open_ones), now)
