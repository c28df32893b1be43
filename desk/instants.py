"""How instants and lengths of time are said: "luni 30 nov., 14:20", "peste 3 h", "20 de ore"."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from desk.wording import Language

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_DAYS_FROM = timedelta(hours=48)  # from here on a length is said in days


class _Unit(NamedTuple):
    length: timedelta
    short: dict[Language, str | None]  # None: the short form is the long one
    long: dict[Language, tuple[str, str]]


_UNITS = (
    _Unit(_DAY, {"en": None, "ro": None}, {"en": ("day", "days"), "ro": ("zi", "zile")}),
    _Unit(_HOUR, {"en": "h", "ro": "h"}, {"en": ("hour", "hours"), "ro": ("oră", "ore")}),
    _Unit(_MINUTE, {"en": "min", "ro": "min"}, {"en": ("minute", "minutes"), "ro": ("minut", "minute")}),
)
_AHEAD: dict[Language, str] = {"en": "in {length}", "ro": "peste {length}"}
_BEHIND: dict[Language, str] = {"en": "{length} ago", "ro": "acum {length}"}
_NOW: dict[Language, str] = {"en": "now", "ro": "acum"}


def say_instant(at: datetime, zone: str, language: Language) -> str:
    """Return an instant with its weekday, as clocks in `zone` (an IANA name) show it."""
    local = at.astimezone(_zone(zone))
    return f"{_day(local, language)}, {local:%H:%M}"


def _day(local: datetime, language: Language) -> str:
    weekdays, months = _names(language)
    return f"{weekdays[local.weekday()]} {local.day} {months[local.month]}"


def weekdays(language: Language) -> Mapping[int, str]:
    """Return what the days of the week are called; 0 is Monday."""
    return _names(language)[0]


def say_distance(at: datetime, now: datetime, language: Language, *, long: bool = False) -> str:
    """Return how far `at` is from `now`: "peste 3 h", "in 2 days", "acum 4 min", and "now" within a minute.

    In at most two units. What has passed is rounded down; what is ahead to the whole minute above, as in
    `say_left`.
    """
    away = abs(at - now)
    if away < _MINUTE:
        return _NOW[language]
    if at > now:
        return _AHEAD[language].format(length=say_left(away, language, long=long))
    return _BEHIND[language].format(length=say_duration(away, language, long=long))


def say_left(length: timedelta, language: Language, *, long: bool = False) -> str:
    """Return how much time is left, in at most two units: the 4 h that were promised a second ago are 4 h.

    A minute that has begun counts as a whole one, and nobody is told of more time than that: the instant
    that stands beside it is the promise.
    """
    return say_duration(length + _MINUTE - timedelta.resolution, language, long=long)


def say_duration(length: timedelta, language: Language, *, long: bool = False) -> str:
    """Return a length in at most two units, rounded down: "58 min", "2 h 10 min", "2 zile 3 h".

    `long` spells the units out: "1 oră", "20 de ore". From two days on it is counted in days. A negative
    length is said without its sign.
    """
    first, second = _UNITS[:2] if abs(length) >= _DAYS_FROM else _UNITS[1:]
    count, rest = divmod(abs(length), first.length)
    counts = ((count, first), (rest // second.length, second))
    parts = [_counted(n, unit, language, long) for n, unit in counts if n]
    return " ".join(parts) or _counted(0, second, language, long)


def _counted(n: int, unit: _Unit, language: Language, long: bool) -> str:
    short = unit.short[language]
    if short is not None and not long:
        return f"{n} {short}"
    one, many = unit.long[language]
    if n == 1:
        return f"{n} {one}"
    return f"{n} de {many}" if language == "ro" and _takes_de(n) else f"{n} {many}"


def _takes_de(n: int) -> bool:
    """Whether Romanian puts "de" after this number: 20 de ore, 101 ore, 120 de ore."""
    return n != 0 and not 1 <= n % 100 <= 19


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _names(language: Language) -> tuple[Mapping[int, str], Mapping[int, str]]:
    # Babel takes as long to load as the rest of the wording; a command that says no date does without.
    from babel import dates

    return (
        dict(dates.get_day_names("wide", locale=language)),
        dict(dates.get_month_names("abbreviated", locale=language)),
    )
