"""Who the page's customers are by now: what they have bought, and how they are written to, may change."""

from typing import NamedTuple

from bot.web.samples import CUSTOMERS, PLATFORM, WORKSPACE, Sample
from storage import people
from storage.transactions import Transaction


class Side(NamedTuple):
    """What is said about a customer beside what they wrote."""

    user: str
    company: str
    tier: str
    language: str


def sides(tx: Transaction) -> list[Side]:
    """Return what is said about each customer of the page, in their order there."""
    return [_side(tx, sample) for sample in CUSTOMERS]


def _side(tx: Transaction, sample: Sample) -> Side:
    person = people.person(tx, PLATFORM, WORKSPACE, sample.user)
    customer = None if person.customer_id is None else people.customer_by_id(tx, person.customer_id)
    company, tier = (customer.name, customer.tier) if customer else (sample.company, sample.tier)
    language = person.language or (customer.language if customer else sample.language)
    return Side(sample.user, company, tier.capitalize(), language.upper())
