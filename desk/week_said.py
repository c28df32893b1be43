"""Open hours in words: "luni–vineri 09:00–18:00"."""

from collections.abc import Iterator
from itertools import groupby

from desk.instants import weekdays
from desk.plan import Plan
from desk.weeks import DAY, Span, Week, wall_clock
from desk.wording import Words


def say_week(week: Week, t: Words) -> str:
    """Return when it is open, each run of days with the same spans once; closed days are left out."""
    return "; ".join(_groups(week, t))


def _groups(week: Week, t: Words) -> Iterator[str]:
    names = weekdays(t.language)
    for spans, several in groupby(range(7), key=lambda day: week[day]):
        days = list(several)
        if spans:
            named = names[days[0]] if len(days) == 1 else f"{names[days[0]]}–{names[days[-1]]}"
            yield f"{named} {_hours(spans, t)}"


def _hours(spans: tuple[Span, ...], t: Words) -> str:
    if spans == ((0, DAY),):
        return t("day and night")
    return ", ".join(f"{wall_clock(begin)}–{wall_clock(end)}" for begin, end in spans)


def say_calendar(plan: Plan, name: str, t: Words) -> str:
    """Return what a calendar of the plan is called, or when it is open where it has no name."""
    spec = plan.calendars[name]
    return spec.name.say(t.language) if spec.name else say_week(spec.week, t)


def say_zone(plan: Plan, t: Words) -> str:
    """Return whose clock is meant: "ora din București"."""
    # Babel takes as long to load as the rest of the wording.
    from babel.dates import get_timezone_location

    return t("{city} time", city=get_timezone_location(plan.zone, locale=t.language, return_city=True))
