"""Business time: an endless stream of open spans, and time counted along it.

A deadline consumes the stream, elapsed time sums it, and holds are cut out of it. The spans are made a year
at a time and remembered with their running totals, so that neither way has to walk.

Intervals are half-open, and a deadline is a closing edge: with an office open until six, Friday 17:00 + 1 h
is Friday 18:00, not Monday 09:00. It is missed when `elapsed > target`, which begins at `exceeded_at`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from desk.errors import BadInput, Refused
from desk.weeks import DAY, Week
from desk.wording import sentence as _
from desk.years import Year, instant, year_of

Hold = tuple[datetime, datetime | None]
"""A stretch in which the clock is stopped: from, until. None while nobody knows until when."""

_ZERO = timedelta(0)
_MOMENT = timedelta(microseconds=1)
_FOREVER = datetime.max.replace(tzinfo=UTC)
_YEARS_SEARCHED = 10
_YEARS_REMEMBERED = 40


class Segment(Struct, frozen=True):
    """A stretch of time in UTC, and how much of it counts. `name` is the holiday's.

    A "hold" is what a hold took from open time: its length is what it moved the deadline by. One in which a
    ticket was "resolved" is told apart by `desk.sla`.
    """

    begin: datetime
    end: datetime
    kind: Literal["open", "closed", "holiday", "hold", "resolved"]
    name: str = ""
    counted: timedelta = _ZERO


class Calendar:
    """When a clock runs: a week of open spans in a zone, less the holidays (the plan, reading 2).

    A span belongs to the day it begins on. A holiday closes the spans that begin on it; a night shift that
    began the day before works to its end.

    Methods take aware datetimes (a naive one is a `ValueError`) and answer in UTC. Holds may overlap and
    come in any order; one that ends before it begins covers nothing. A calendar without an open hour in
    ten years is `Refused`, an instant outside the years 2 to 9998 `BadInput`.
    """

    __slots__ = ("_holiday", "_week", "_years", "_zone")

    def __init__(self, week: Week, zone: tzinfo, holiday: Callable[[date], str | None] | None = None) -> None:
        self._week = week
        self._zone = zone
        self._holiday = holiday
        self._years: dict[int, Year] = {}

    def add(self, start: datetime, work: timedelta, holds: Sequence[Hold] = ()) -> datetime | None:
        """Return the first instant at which `work` has elapsed since `start`; with no work, `start` itself.

        None when a hold without an end comes first. Raises `ValueError` for a negative amount.
        """
        return self._reach(_utc(start), work, holds, past=False) if work else _utc(start)

    def exceeded_at(self, start: datetime, work: timedelta, holds: Sequence[Hold] = ()) -> datetime | None:
        """Return the first microsecond at which more than `work` has elapsed since `start`.

        From a closing edge on, that is in the next open span. None and errors as in `add`.
        """
        reached = self._reach(_utc(start), work, holds, past=True)
        return reached and reached + _MOMENT

    def elapsed(self, start: datetime, end: datetime, holds: Sequence[Hold] = ()) -> timedelta:
        """Return the open time between two instants; none when `end` is before `start`."""
        pieces = _without(holds, _utc(start), _utc(end))
        return sum((self._open_time(begin, stop) for begin, stop in pieces), _ZERO)

    def is_open(self, at: datetime) -> bool:
        """Say whether the clock runs: at an opening edge it does, at a closing edge no longer."""
        at = _utc(at)
        return self._open_time(at, at + _MOMENT) > _ZERO

    def next_open(self, at: datetime) -> datetime:
        """Return the first instant from `at` on at which the clock runs."""
        return self._advance(_utc(at), _ZERO, past=True)

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans between two instants in order, cut at both, and where a year begins in UTC."""
        start, end = _utc(start), _utc(end)
        if start >= end:
            return
        for number in range(start.year, end.year + 1):
            year = self._year(number)
            for i in range(bisect_right(year.ends, start), bisect_left(year.begins, end)):
                yield max(start, year.begins[i]), min(end, year.ends[i])

    def segments(self, start: datetime, end: datetime, holds: Sequence[Hold] = ()) -> list[Segment]:
        """Return what became of the time from `start` to `end`, without gaps; alike neighbours are one.

        So a weekend is one segment, and so is each holiday on a day that is otherwise open.
        """
        merged: list[Segment] = []
        for piece in self._pieces(_utc(start), _utc(end), holds):
            last = merged[-1] if merged else None
            if last and (last.kind, last.name) == (piece.kind, piece.name):
                merged[-1] = replace(last, end=piece.end, counted=last.counted + piece.counted)
            else:
                merged.append(piece)
        return merged

    def _pieces(self, start: datetime, end: datetime, holds: Sequence[Hold]) -> Iterator[Segment]:
        at = start
        for opens, closes in self.spans(start, end):
            yield from self._closed(at, opens)
            at = opens
            for begin, stop in _without(holds, opens, closes):
                if at < begin:
                    yield Segment(at, begin, "hold")
                yield Segment(begin, stop, "open", counted=stop - begin)
                at = stop
            if at < closes:
                yield Segment(at, closes, "hold")
                at = closes
        yield from self._closed(at, end)

    def _closed(self, begin: datetime, end: datetime) -> Iterator[Segment]:
        day = begin.astimezone(self._zone).date()
        while begin < end:
            midnight = min(end, instant(day, DAY, self._zone))
            if begin < midnight:
                holiday = self._closed_for(day) if self._week[day.weekday()] else None
                yield Segment(begin, midnight, "holiday" if holiday else "closed", holiday or "")
                begin = midnight
            day += timedelta(days=1)

    def _reach(
        self, start: datetime, work: timedelta, holds: Sequence[Hold], *, past: bool
    ) -> datetime | None:
        if work < _ZERO:
            raise ValueError(f"{work} of business time cannot be added")
        if not holds:
            return self._advance(start, work, past=past)
        for begin, stop in _without(holds, start, _FOREVER):
            if stop is _FOREVER:
                return self._advance(begin, work, past=past)
            open_time = self._open_time(begin, stop)
            if open_time > work or (open_time == work and not past):
                return self._advance(begin, work, past=past)
            work -= open_time
        return None

    def _advance(self, start: datetime, work: timedelta, *, past: bool) -> datetime:
        """Consume `work` from the stream; `past` goes on from a closing edge to the next opening."""
        number, idle = start.year, 0
        year = self._year(number)
        position = year.before(start) + work
        while position > year.total or (past and position == year.total):
            idle = 0 if year.total else idle + 1
            if idle > _YEARS_SEARCHED:
                raise Refused(_("The calendar has no open hour within ten years of {day}."), day=start.date())
            position -= year.total
            number += 1
            year = self._year(number)
        return year.at(position, past=past)

    def _open_time(self, begin: datetime, end: datetime) -> timedelta:
        open_time = self._year(end.year).before(end) - self._year(begin.year).before(begin)
        for number in range(begin.year, end.year):
            open_time += self._year(number).total
        return open_time

    def _year(self, number: int) -> Year:
        year = self._years.get(number)
        if year is None:
            if not 2 <= number <= 9998:
                raise BadInput(_("The year {year} is out of reach of the calendars."), year=number)
            year = year_of(number, self._spans_around(number))
            if len(self._years) >= _YEARS_REMEMBERED:
                self._years.pop(next(iter(self._years)))
            self._years[number] = year
        return year

    def _spans_around(self, number: int) -> Iterator[tuple[datetime, datetime]]:
        # A year in UTC begins within a local day, in which a span from the day before may still run.
        day = date(number - 1, 12, 29)
        while day <= date(number + 1, 1, 1):
            if self._closed_for(day) is None:
                for opens, closes in self._week[day.weekday()]:
                    yield instant(day, opens, self._zone), instant(day, closes, self._zone)
            day += timedelta(days=1)

    def _closed_for(self, day: date) -> str | None:
        return self._holiday(day) if self._holiday else None


def _without(holds: Sequence[Hold], begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield what the holds leave of begin..end."""
    cuts = [(_utc(held), _FOREVER if resumed is None else _utc(resumed)) for held, resumed in holds]
    for held, resumed in sorted(cuts):
        if held >= end:
            break
        if begin < held:
            yield begin, held
        begin = max(begin, held, resumed)
    if begin < end:
        yield begin, end


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no offset: business time needs aware datetimes")
    return at.astimezone(UTC)
