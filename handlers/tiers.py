"""What customers have bought: which tier a word means, and what a change of it does to open tickets."""

from datetime import datetime

from desk.plan import Plan
from desk.targets import no_tier
from desk.tickets import Event, Kind
from desk.typed import folded
from desk.wording import Words
from handlers import cases
from handlers.case import Case
from handlers.context import Desk
from storage import people, tickets
from storage.people import Customer
from storage.transactions import Transaction


def tier_named(plan: Plan, word: str) -> str:
    """Return the tier that somebody typed, by its key or its name. Raises `BadInput`."""
    wanted = folded(word)
    for key, tier in plan.tiers.items():
        if wanted in (folded(key), folded(tier.name)):
            return key
    raise no_tier(plan, word)


def tier_said(plan: Plan, customer: Customer, t: Words) -> str:
    """Return what a customer's tier is called, and what holds when the plan does not have it any more."""
    name = plan.tiers[plan.tier_of(customer.tier)].name
    if customer.tier in plan.tiers:
        return name
    return t("{tier} (not in the plan any more: {name} holds)", tier=customer.tier, name=name)


def change(
    tx: Transaction, desk: Desk, customer: Customer, tier: str, now: datetime, *, who: int | None, source: str
) -> int:
    """Give a customer a tier; the deadlines of their open tickets follow. Returns how many there are."""
    people.change_customer(tx, customer.id, tier=tier)
    found = cases.load_many(tx, desk, tickets.lock(tx, tickets.open_ids_of_customer(tx, customer.id)))
    for case in found:
        follow(case, tier, now, who=who, source=source)
    cases.store(tx, desk, found, now)
    return len(found)


def follow(case: Case, tier: str, now: datetime, *, who: int | None, source: str) -> None:
    """Let a ticket's deadlines follow its customer's tier, where the plan it was opened under has that."""
    if tier in case.plan.tiers and tier != case.ticket.tier:
        data = {"before": case.ticket.tier, "after": tier}
        case.add(Event(now, Kind.TIER, who=who, source=source, data=data))
        case.change(tier=tier)
