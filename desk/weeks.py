"""The open hours of a week, as people write them: `mon-fri = ["09:00-13:00", "14:00-18:00"]`."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from desk.errors import BadInput

Span = tuple[int, int]
"""Begin and end in minutes of the day's wall clock; the end is past 1440 when the span runs over midnight."""

Week = tuple[tuple[Span, ...], ...]
"""The spans of seven days, Monday first, each day's in order. A span belongs to the day it begins on."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
_SPAN = re.compile(r"\s*([0-9]{2}):([0-9]{2})\s*-\s*([0-9]{2}):([0-9]{2})\s*")


class WeekMistake(NamedTuple):
    """What is wrong, and where: the key in `days` and the position in its list, as far as they apply."""

    where: tuple[str | int, ...]
    text: str


class _Opening(NamedTuple):
    day: int
    span: Span
    where: tuple[str | int, ...]

    def __str__(self) -> str:
        return f"{DAYS[self.day % 7]} {wall_clock(self.span[0])}-{wall_clock(self.span[1])}"


def read_week(days: Mapping[str, object]) -> tuple[Week, list[WeekMistake]]:
    """Read `days`, which maps days ("mon", "mon-fri", "mon,wed") to lists of "HH:MM-HH:MM".

    Returns the week and every mistake in it: unknown days, unreadable and overlapping spans, and a
    week without any open hour. The week is only good when there is no mistake.
    """
    openings: list[_Opening] = []
    mistakes: list[WeekMistake] = []
    for key, spans in days.items():
        try:
            on = days_of(key)
        except BadInput as error:
            mistakes.append(WeekMistake((key,), str(error)))
            on = []
        if not isinstance(spans, list):
            mistakes.append(WeekMistake((key,), 'Write a list of spans, like ["09:00-18:00"].'))
            continue
        for index, text in enumerate(spans):
            try:
                span = read_span(text)
            except BadInput as error:
                mistakes.append(WeekMistake((key, index), str(error)))
            else:
                openings += (_Opening(day, span, (key, index)) for day in on)
    openings.sort(key=lambda opening: (opening.day, opening.span))
    mistakes += _overlaps(openings)
    if not openings and not mistakes:
        mistakes.append(WeekMistake((), "No hour of the week is open. Open at least one span."))
    return tuple(tuple(o.span for o in openings if o.day == day) for day in range(7)), mistakes


def days_of(text: str) -> list[int]:
    """Read "mon", "mon-fri", "fri-mon" or "mon,wed-thu" as days; 0 is Monday. Raises `BadInput`."""
    days: list[int] = []
    for part in text.lower().split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        begin, end = _day(first), _day(last if dash else first)
        days += ((begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))
    return days


def _day(word: str) -> int:
    if word not in DAYS:
        raise BadInput(
            "“{word}” is not a day. Days are {days}, and ranges like mon-fri.",
            word=word,
            days=", ".join(DAYS),
        )
    return DAYS.index(word)


def read_span(text: object) -> Span:
    """Read "09:00-18:00", "22:00-06:00" (over midnight) or "00:00-24:00". Raises `BadInput`."""
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadInput("“{text}” is not a span of the day. Write it like 09:00-18:00.", text=text)
    h1, m1, h2, m2 = (int(group) for group in match.groups())
    begin, end = h1 * 60 + m1, h2 * 60 + m2
    if m1 > 59 or m2 > 59 or begin >= DAY or end > DAY:
        raise BadInput("“{text}” is not within a day, which runs from 00:00 to 24:00.", text=text)
    if begin == end:
        raise BadInput("“{text}” has no length. A whole day is 00:00-24:00.", text=text)
    return (begin, end) if begin < end else (begin, end + DAY)


def wall_clock(minute: int) -> str:
    """Write a minute of the day as it reads on the wall: 540 is 09:00, 1440 is 24:00, 1500 is 01:00."""
    hours, minutes = divmod(minute if minute <= DAY else minute - DAY, 60)
    return f"{hours:02}:{minutes:02}"


def _overlaps(openings: list[_Opening]) -> Iterator[WeekMistake]:
    """Compare each opening with the earlier one that stays open longest; say it once per written span."""
    told: set[tuple[str | int, ...]] = set()
    open_until, longest = 0, None
    next_monday = [first._replace(day=first.day + 7) for first in openings[:1]]
    for opening in openings + next_monday:
        begin, end = (opening.day * DAY + minute for minute in opening.span)
        if longest is not None and begin < open_until and opening.where not in told:
            told.add(opening.where)
            yield WeekMistake(opening.where, f"{opening} overlaps {longest}.")
        if end > open_until:
            open_until, longest = end, opening
