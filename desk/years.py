"""A year's open spans as instants, with running totals: the pieces that business time is made of."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

_ZERO = timedelta(0)


class Year(NamedTuple):
    """The open spans of one UTC year, in order and apart from one another, and the open time before each."""

    begins: list[datetime]
    ends: list[datetime]
    sums: list[timedelta]
    total: timedelta

    def before(self, at: datetime) -> timedelta:
        """Return the open time of this year before `at`."""
        i = bisect_right(self.begins, at) - 1
        return self.sums[i] + (min(at, self.ends[i]) - self.begins[i]) if i >= 0 else _ZERO

    def at(self, position: timedelta, *, past: bool) -> datetime:
        """Return when `position` of this year's open time has passed: the inverse of `before`.

        Where that is a closing edge, `past` goes on to the next opening.
        """
        i = (bisect_right if past else bisect_left)(self.sums, position) - 1
        return self.begins[i] + (position - self.sums[i])


def year_of(number: int, spans: Iterable[tuple[datetime, datetime]]) -> Year:
    """Return the year `number` with `spans`, which are cut off at its ends; those that touch are one."""
    new_year, next_new_year = datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
    begins: list[datetime] = []
    ends: list[datetime] = []
    for opens, closes in sorted(spans):
        begin, end = max(opens, new_year), min(closes, next_new_year)
        if begin >= end:
            continue
        if ends and begin <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            begins.append(begin)
            ends.append(end)
    sums = [_ZERO]
    for begin, end in zip(begins, ends, strict=True):
        sums.append(sums[-1] + (end - begin))
    total = sums.pop()
    return Year(begins, ends, sums, total)


def instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return when the wall clock shows this minute of the day, in UTC; 1440 and more is the night after it.

    What it shows twice counts the first time, and what it skips is the skip. Closing edges are read like
    opening ones, so that neighbours still touch, and that night is an hour longer or shorter.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return first
    # A skipped time: fold means the offset after the skip, which gives the earlier of the two instants.
    seconds = range(int((first - second).total_seconds()))
    skip = bisect_left(seconds, True, key=lambda s: _shown(second + timedelta(seconds=s), zone) >= wall)
    return second + timedelta(seconds=skip)


def _shown(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
