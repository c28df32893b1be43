"""Loads what is loaded at first use, so that the first customer of the day does not wait for it."""

import gc
from datetime import datetime

from desk import instants, sla, triage
from desk.wording import LANGUAGES, words
from handlers.context import Desk


def warm_up(desk: Desk, now: datetime) -> None:
    """Read the phrases of triage and the catalogues, count this year's holidays, load the names of days.

    Then keep the garbage collector from going through all that again: it would stop the desk for 50 ms each
    time, and nothing of it ever goes away.
    """
    triage.suggest("Nu pot crea curse noi")
    for language in LANGUAGES:
        words(language)
        instants.say_instant(now, desk.plan.zone, language)
    for tier in desk.plan.tiers:
        for priority in desk.plan.priorities:
            sla.clocks(desk.plan, tier, priority, now, [])
    gc.collect()
    gc.freeze()
