"""Loads what is loaded at first use, so that the first customer of the day does not wait for it."""

from datetime import datetime

from desk import instants, sla, triage
from desk.wording import LANGUAGES, words
from handlers.context import Desk


def warm_up(desk: Desk, now: datetime) -> None:
    """Read the phrases of triage and the catalogues, count this year's holidays, load the names of days."""
    triage.suggest("Nu pot crea curse noi")
    for language in LANGUAGES:
        words(language)
        instants.say_instant(now, desk.plan.zone, language)
    for tier in desk.plan.tiers:
        for priority in desk.plan.priorities:
            sla.clocks(desk.plan, tier, priority, now, [])
