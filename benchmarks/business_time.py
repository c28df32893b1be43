"""What a deadline costs, beside the package `businesstimedelta`: `python -m benchmarks.business_time`.

Both count Monday to Friday, 09:00 to 18:00 in Bucharest, without the Romanian holidays. Medians of rounds.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from time import perf_counter
from zoneinfo import ZoneInfo

import businesstimedelta
import holidays
import pytz
from rich import box
from rich.console import Console
from rich.table import Table

from desk import sla
from desk.hours import Calendar
from desk.plan import default
from desk.tickets import Event, Kind

ROUNDS = 15
OPENED = datetime(2026, 3, 11, 10, 15, tzinfo=UTC)
SPANS = {"1 h": timedelta(hours=1), "24 h": timedelta(hours=24), "5 d": timedelta(days=5)}


def main() -> None:
    ours, theirs = ours_is(), theirs_is()
    table = Table("", "Span", "desk.hours", "businesstimedelta", "Ratio", box=box.SIMPLE)
    for name, work in SPANS.items():
        their_work = businesstimedelta.BusinessTimeDelta(theirs, timedelta=work)
        due = ours.add(OPENED, work)
        assert due is not None
        assert due == OPENED + their_work
        add = microseconds(partial(ours.add, OPENED, work), 2000)
        their_add = microseconds(partial(their_work.__radd__, OPENED), 20)
        table.add_row("add", name, *columns(add, their_add))
        elapsed = microseconds(partial(ours.elapsed, OPENED, due), 2000)
        their_elapsed = microseconds(partial(theirs.difference, OPENED, due), 20)
        table.add_row("elapsed", name, *columns(elapsed, their_elapsed))
    always = Calendar((((0, 1440),),) * 7, ZoneInfo("Europe/Bucharest"))
    around = microseconds(partial(always.add, OPENED, SPANS["5 d"]), 2000)
    table.add_row("add", "5 d, around the clock", f"{around:.1f} µs")
    held = microseconds(partial(ours.add, OPENED, SPANS["5 d"], [(OPENED, OPENED + SPANS["24 h"])]), 2000)
    table.add_row("add", "5 d, with a hold", f"{held:.1f} µs")
    plan, opening = default(), (Event(OPENED, Kind.OPENED),)
    fresh = microseconds(partial(sla.clocks, plan, "premium", "P2", OPENED, opening), 500)
    table.add_row("clocks", "of a new ticket", f"{fresh:.1f} µs")
    first = microseconds(lambda: ours_is().add(OPENED, SPANS["1 h"]), 1)
    table.add_row("add", "the first in a year", f"{first / 1000:.1f} ms")
    Console().print(table)


def ours_is() -> Calendar:
    return Calendar(
        (((540, 1080),),) * 5 + ((), ()), ZoneInfo("Europe/Bucharest"), holidays.country_holidays("RO").get
    )


def theirs_is() -> businesstimedelta.Rules:
    zone = pytz.timezone("Europe/Bucharest")
    days = businesstimedelta.WorkDayRule(
        start_time=time(9), end_time=time(18), working_days=[0, 1, 2, 3, 4], tz=zone
    )
    off = businesstimedelta.HolidayRule(holidays.country_holidays("RO"), tz=zone)
    return businesstimedelta.Rules([days, off])


def microseconds(call: Callable[[], object], times: int) -> float:
    """Return the median cost of one call, after one that warms what it uses."""
    call()
    rounds = []
    for _round in range(ROUNDS):
        begun = perf_counter()
        for _time in range(times):
            call()
        rounds.append((perf_counter() - begun) / times * 1e6)
    return statistics.median(rounds)


def columns(ours: float, theirs: float) -> tuple[str, str, str]:
    return f"{ours:.1f} µs", f"{theirs:.0f} µs", f"{theirs / ours:.0f}x"


if __name__ == "__main__":
    main()
