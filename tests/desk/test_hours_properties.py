"""Business time against an oracle that walks minute by minute and is too slow to be wrong."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.hours import Calendar, Hold
from desk.weeks import Week

BUCHAREST = ZoneInfo("Europe/Bucharest")
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)
ZERO = timedelta(0)
HOLIDAYS = {
    date(2026, 11, 30): "Sf. Andrei",
    date(2026, 12, 1): "Ziua Națională",
    date(2027, 1, 1): "Anul Nou",
    date(2027, 1, 6): "Boboteaza",
    date(2027, 1, 7): "Sf. Ioan",
}
OFFICE, LUNCH, WHOLE = ((540, 1080),), ((540, 780), (840, 1080)), ((0, 1440),)
WEEKS: tuple[Week, ...] = (
    (OFFICE,) * 5 + ((), ()),
    (LUNCH,) * 5 + ((), ()),
    (WHOLE,) * 5 + ((), ()),
    (WHOLE,) * 7,
    (((1320, 1800),),) * 7,  # every night
    (((0, 150), (210, 225), (1290, 1620)),) + ((),) * 5 + (((60, 210), (240, 1000), (1380, 1500)),),
    ((),) * 6 + (((195, 230),),),  # only in the hour that is skipped in March and repeated in October
)
STARTS = tuple(
    datetime(*day, tzinfo=UTC) for day in ((2026, 11, 26), (2027, 1, 2), (2027, 3, 25), (2027, 10, 28))
)
DAY = 24 * 60
LENGTH = 7 * DAY


@cache
def hours(week: Week) -> Calendar:
    return Calendar(week, BUCHAREST, HOLIDAYS.get)


@cache
def open_minutes(week: Week, start: datetime) -> Sequence[bool]:
    return [is_office_time(week, shown) for shown in furthest_shown(start)]


@cache
def furthest_shown(start: datetime) -> Sequence[datetime]:
    """Walk: the office is open while the furthest time that its wall clock has shown is in a span."""
    shown = [
        (start + minute * MINUTE).astimezone(BUCHAREST).replace(tzinfo=None) for minute in range(-DAY, LENGTH)
    ]
    return list(accumulate(shown, max))[DAY:]


def is_office_time(week: Week, shown: datetime) -> bool:
    for day, ahead in ((shown.date(), 0), (shown.date() - timedelta(days=1), DAY)):
        minute = shown.hour * 60 + shown.minute + ahead
        if day not in HOLIDAYS and any(begin <= minute < end for begin, end in week[day.weekday()]):
            return True
    return False


def counted(
    week: Week, start: datetime, begin: int, end: int, holds: Sequence[tuple[int, int | None]]
) -> int:
    minutes = open_minutes(week, start)
    return sum(minutes[m] and not is_held(m, holds) for m in range(begin, end))


def is_held(minute: int, holds: Sequence[tuple[int, int | None]]) -> bool:
    return any(begin <= minute and (end is None or minute < end) for begin, end in holds)


def instants(start: datetime, holds: Sequence[tuple[int, int | None]]) -> list[Hold]:
    return [(start + b * MINUTE, None if e is None else start + e * MINUTE) for b, e in holds]


minutes_in = st.integers(0, LENGTH - 1)
spans = st.tuples(st.integers(0, 95), st.integers(1, 96)).map(lambda s: (s[0] * 15, (s[0] + s[1]) * 15))
random_weeks = st.lists(st.lists(spans, max_size=3).map(tuple), min_size=7, max_size=7).map(tuple)
weeks = st.sampled_from(WEEKS)
hold_minutes = st.lists(st.tuples(minutes_in, st.none() | minutes_in), max_size=3)
closed_holds = st.lists(st.tuples(minutes_in, minutes_in), max_size=3)
starts = st.sampled_from(STARTS)
any_instant = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
any_work = st.timedeltas(ZERO, timedelta(days=9))
any_holds = st.lists(st.tuples(any_instant, st.none() | any_instant), max_size=3)


@given(weeks | random_weeks, starts, minutes_in, minutes_in, hold_minutes)
@settings(deadline=None, max_examples=60)
def test_elapsed_counts_the_open_minutes_outside_holds(
    week: Week, start: datetime, one: int, other: int, holds: list[tuple[int, int | None]]
) -> None:
    begin, end = sorted((one, other))
    elapsed = hours(week).elapsed(start + begin * MINUTE, start + end * MINUTE, instants(start, holds))
    assert elapsed == counted(week, start, begin, end, holds) * MINUTE


@given(weeks, starts, minutes_in, st.integers(1, 5000), hold_minutes)
@settings(deadline=None)
def test_a_deadline_is_the_end_of_the_last_minute_needed(
    week: Week, start: datetime, begin: int, work: int, holds: list[tuple[int, int | None]]
) -> None:
    walked = [m for m in range(begin, LENGTH) if open_minutes(week, start)[m] and not is_held(m, holds)]
    opened_at, cuts = start + begin * MINUTE, instants(start, holds)
    due = hours(week).add(opened_at, work * MINUTE, cuts)
    late = hours(week).exceeded_at(opened_at, work * MINUTE, cuts)
    if len(walked) > work:
        assert due == start + (walked[work - 1] + 1) * MINUTE
        assert late == start + walked[work] * MINUTE + MOMENT
    else:
        assert late is None or late > start + LENGTH * MINUTE


@given(weeks, any_instant, any_work, any_holds)
@settings(deadline=None)
def test_adding_and_measuring_are_inverse(
    week: Week, start: datetime, work: timedelta, holds: list[Hold]
) -> None:
    due = hours(week).add(start, work, holds)
    if due is None:
        assert hours(week).elapsed(start, start + timedelta(days=4000), holds) < work
    else:
        assert hours(week).elapsed(start, due, holds) == work
        assert work == ZERO or hours(week).elapsed(start, due - MOMENT, holds) < work


@given(weeks, any_instant, any_work, any_holds, any_instant)
@settings(deadline=None)
def test_late_is_when_more_than_the_target_has_elapsed(
    week: Week, start: datetime, work: timedelta, holds: list[Hold], now: datetime
) -> None:
    late_at = hours(week).exceeded_at(start, work, holds)
    for at in (now, late_at, late_at and late_at - MOMENT):
        if at is not None:
            assert (hours(week).elapsed(start, at, holds) > work) == (late_at is not None and late_at <= at)


@given(weeks, st.lists(any_instant, min_size=3, max_size=3).map(sorted), any_holds)
@settings(deadline=None)
def test_elapsed_is_the_sum_of_its_parts(week: Week, at: list[datetime], holds: list[Hold]) -> None:
    def elapsed(begin: datetime, end: datetime) -> timedelta:
        return hours(week).elapsed(begin, end, holds)

    assert elapsed(at[0], at[1]) + elapsed(at[1], at[2]) == elapsed(at[0], at[2])


@given(weeks, any_instant, any_work, st.lists(any_instant, max_size=3))
@settings(deadline=None)
def test_holds_outside_the_hours_change_nothing(
    week: Week, start: datetime, work: timedelta, held: list[datetime]
) -> None:
    holds: list[Hold] = [(at, hours(week).next_open(at)) for at in held if not hours(week).is_open(at)]
    assert hours(week).add(start, work, holds) == hours(week).add(start, work)
    assert hours(week).exceeded_at(start, work, holds) == hours(week).exceeded_at(start, work)


@given(weeks, st.lists(any_instant, min_size=2, max_size=2).map(sorted), any_holds)
@settings(deadline=None)
def test_segments_cover_everything_and_add_up(week: Week, at: list[datetime], holds: list[Hold]) -> None:
    start, end = at
    segments = hours(week).segments(start, end, holds)
    edges = [start, *(s.end for s in segments)]
    assert [s.begin for s in segments] == edges[:-1]
    assert edges[-1] == end
    assert all(s.begin < s.end for s in segments)
    assert all(s.counted == (s.end - s.begin if s.kind == "open" else ZERO) for s in segments)
    assert all((a.kind, a.name) != (b.kind, b.name) for a, b in pairwise(segments))
    elapsed = hours(week).elapsed(start, end, holds)
    assert sum((s.counted for s in segments), ZERO) == elapsed
    held = sum((s.end - s.begin for s in segments if s.kind == "hold"), ZERO)
    assert held == hours(week).elapsed(start, end) - elapsed


@given(weeks, any_instant)
@settings(deadline=None)
def test_the_next_open_instant_is_open_and_nothing_before_it_is(week: Week, at: datetime) -> None:
    opening = hours(week).next_open(at)
    assert hours(week).is_open(opening)
    assert hours(week).elapsed(at, opening) == ZERO
    assert hours(week).is_open(at) == (opening == at)
