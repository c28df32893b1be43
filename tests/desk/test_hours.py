from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.errors import BadInput, Refused
from desk.hours import Calendar, Hold
from desk.plan import default
from desk.weeks import read_week

BUCHAREST = ZoneInfo("Europe/Bucharest")
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOLIDAY = default().holiday
MOMENT = timedelta(microseconds=1)


def local(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUCHAREST, fold=fold).astimezone(UTC)


def calendar(
    *,
    holiday: Callable[[date], str | None] | None = HOLIDAY,
    zone: ZoneInfo = BUCHAREST,
    **days: str,
) -> Calendar:
    week, mistakes = read_week({name.replace("_", "-"): spans.split() for name, spans in days.items()})
    assert not mistakes
    return Calendar(week, zone, holiday)


def office() -> Calendar:
    return calendar(mon_fri="09:00-18:00")


def around_the_clock() -> Calendar:
    return calendar(mon_sun="00:00-24:00", holiday=None)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-11T10:00", 1, "2026-03-11T11:00"),
        ("2026-03-11T17:00", 2, "2026-03-12T10:00"),
        ("2026-03-13T17:00", 1, "2026-03-13T18:00"),  # the closing edge
        ("2026-03-13T18:00", 1, "2026-03-16T10:00"),
        ("2026-03-14T12:00", 9, "2026-03-16T18:00"),
        ("2026-03-16T03:00", 1, "2026-03-16T10:00"),
        ("2026-11-27T17:00", 2, "2026-12-02T10:00"),  # a weekend and two holidays
        ("2027-01-05T17:30", 1, "2027-01-08T09:30"),  # 6 and 7 January
        ("2026-12-31T17:00", 2, "2027-01-04T10:00"),  # over the turn of the year
        ("2026-03-27T17:00", 2, "2026-03-30T10:00"),  # over the change to summer time
    ],
)
def test_work_is_added_along_the_open_hours(start: str, hours: int, due: str) -> None:
    assert office().add(local(start), timedelta(hours=hours)) == local(due)


def test_no_work_is_done_at_once_even_when_closed() -> None:
    saturday = local("2026-03-14T12:00")
    assert office().add(saturday, timedelta(0)) == saturday


def test_a_deadline_at_the_closing_edge_is_exceeded_when_the_next_span_has_begun() -> None:
    friday = local("2026-03-13T17:00")
    assert office().exceeded_at(friday, HOUR) == local("2026-03-16T09:00") + MOMENT
    assert office().exceeded_at(friday, HOUR / 2) == local("2026-03-13T17:30") + MOMENT


def test_lunch_is_closed() -> None:
    hours = calendar(mon_fri="09:00-13:00 14:00-18:00")
    assert hours.add(local("2026-03-11T12:30"), HOUR) == local("2026-03-11T14:30")
    assert not hours.is_open(local("2026-03-11T13:00"))
    assert hours.next_open(local("2026-03-11T13:00")) == local("2026-03-11T14:00")


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    nights = calendar(fri="22:00-06:00")
    assert nights.elapsed(local("2026-03-13T00:00"), local("2026-03-15T00:00")) == 8 * HOUR
    assert not nights.is_open(local("2026-03-13T05:00"))
    assert nights.is_open(local("2026-03-14T05:59"))


def test_a_night_shift_works_into_the_new_year() -> None:
    nights = calendar(thu="22:00-06:00", holiday=None)
    assert nights.elapsed(local("2026-12-31T12:00"), local("2027-01-01T12:00")) == 8 * HOUR
    assert nights.elapsed(local("2027-01-01T04:00"), local("2027-01-01T12:00")) == 2 * HOUR


def test_a_span_that_ends_as_one_begins_to_look_is_not_seen() -> None:
    closing, monday = local("2026-03-13T18:00"), local("2026-03-16T09:00")
    assert list(office().spans(closing, monday)) == []
    assert list(office().spans(closing, monday + HOUR)) == [(monday, monday + HOUR)]


def test_a_holiday_closes_the_shift_that_begins_on_it_and_not_the_one_that_runs_into_it() -> None:
    nights = calendar(mon_sun="22:00-06:00")
    assert nights.is_open(local("2026-11-30T05:00"))
    assert not nights.is_open(local("2026-11-30T23:00"))
    assert not nights.is_open(local("2026-12-01T05:00"))


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 1), ("2027-10-31", 3), ("2027-06-06", 2)])
def test_a_span_over_the_change_of_the_clocks_lasts_as_long_as_it_lasts(day: str, hours: int) -> None:
    window = calendar(sun="02:00-04:00", holiday=None)
    midnight = local(f"{day}T00:00")
    assert window.elapsed(midnight, midnight + timedelta(days=1)) == hours * HOUR


@pytest.mark.parametrize(
    ("span", "opens", "closes"),
    [
        ("03:30-05:00", "2027-03-28T04:00", "2027-03-28T05:00"),
        ("01:00-03:30", "2027-03-28T01:00", "2027-03-28T04:00"),
        ("03:30-05:00", "2027-10-31T03:30", "2027-10-31T05:00"),
        ("01:00-03:30", "2027-10-31T01:00", "2027-10-31T03:30"),
    ],
)
def test_a_skipped_edge_is_the_skip_and_a_repeated_one_the_first(span: str, opens: str, closes: str) -> None:
    hours = calendar(sun=span, holiday=None)
    day = local(opens[:10] + "T00:00")
    assert list(hours.spans(day, day + timedelta(days=1))) == [(local(opens), local(closes))]


def test_a_span_that_is_skipped_whole_does_not_exist() -> None:
    hours = calendar(sun="03:15-03:45", holiday=None)
    assert hours.next_open(local("2027-03-28T00:00")) == local("2027-04-04T03:15")
    assert list(hours.spans(local("2027-03-28T00:00"), local("2027-03-29T00:00"))) == []


def test_around_the_clock_an_hour_is_an_hour() -> None:
    hours = around_the_clock()
    for days in (0, 1, 7, 365, 10_000):
        assert hours.add(NOON, timedelta(days=days)) == NOON + timedelta(days=days)
        assert hours.elapsed(NOON, NOON + timedelta(days=days)) == timedelta(days=days)
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert hours.add(new_year - HOUR, HOUR) == new_year
    working_days = calendar(mon_fri="00:00-24:00", zone=ZoneInfo("UTC"), holiday=None)
    assert working_days.add(new_year - HOUR, HOUR) == new_year
    assert hours.exceeded_at(new_year - HOUR, HOUR) == new_year + MOMENT


def test_a_hold_moves_the_deadline_by_the_open_hours_in_it() -> None:
    hold: Hold = (local("2026-03-13T17:00"), local("2026-03-16T10:00"))
    assert office().add(local("2026-03-13T16:00"), 2 * HOUR, [hold]) == local("2026-03-16T11:00")


def test_a_hold_over_the_weekend_moves_nothing() -> None:
    hold: Hold = (local("2026-03-13T18:00"), local("2026-03-16T09:00"))
    assert office().add(local("2026-03-13T16:00"), 3 * HOUR, [hold]) == local("2026-03-16T10:00")


def test_nothing_is_due_in_a_hold_without_an_end() -> None:
    start = local("2026-03-11T10:00")
    holds: list[Hold] = [(start + HOUR, None)]
    assert office().add(start, HOUR, holds) == start + HOUR
    assert office().exceeded_at(start, HOUR, holds) is None
    assert office().add(start, 2 * HOUR, holds) is None
    assert office().elapsed(start, start + timedelta(days=30), holds) == HOUR


def test_holds_may_overlap_and_come_in_any_order() -> None:
    start = local("2026-03-11T10:00")
    holds: list[Hold] = [(start + 2 * HOUR, start + 4 * HOUR), (start - HOUR, start + 3 * HOUR)]
    assert office().elapsed(start, start + 5 * HOUR, holds) == HOUR
    assert office().add(start, HOUR, holds) == start + 5 * HOUR


def test_a_hold_that_ends_before_it_begins_covers_nothing() -> None:
    start = local("2026-03-11T10:00")
    assert office().elapsed(start, start + 3 * HOUR, [(start + 2 * HOUR, start + HOUR)]) == 3 * HOUR


def test_segments_tell_the_weekend_the_holidays_and_the_hold() -> None:
    hours = calendar(mon_fri="00:00-24:00")
    hold: Hold = (local("2026-11-27T20:00"), local("2026-12-02T01:00"))
    segments = hours.segments(local("2026-11-27T16:40"), local("2026-12-02T02:00"), [hold])
    assert [(s.kind, s.begin, s.counted) for s in segments] == [
        ("open", local("2026-11-27T16:40"), timedelta(hours=3, minutes=20)),
        ("hold", local("2026-11-27T20:00"), timedelta(0)),
        ("closed", local("2026-11-28T00:00"), timedelta(0)),
        ("holiday", local("2026-11-30T00:00"), timedelta(0)),
        ("holiday", local("2026-12-01T00:00"), timedelta(0)),
        ("hold", local("2026-12-02T00:00"), timedelta(0)),
        ("open", local("2026-12-02T01:00"), HOUR),
    ]
    assert "Andrei" in segments[3].name
    assert "Ziua Națională" in segments[4].name


def test_a_holiday_on_a_sunday_is_a_sunday() -> None:
    easter = office().segments(local("2026-04-11T00:00"), local("2026-04-13T00:00"))
    assert [segment.kind for segment in easter] == ["closed"]


def test_nothing_lies_between_an_instant_and_an_earlier_one() -> None:
    assert office().elapsed(NOON, NOON - HOUR) == timedelta(0)
    assert office().segments(NOON, NOON - HOUR) == []
    assert list(office().spans(NOON, NOON - HOUR)) == []


def test_segments_end_where_midnight_comes_twice() -> None:
    # In St. John's, clocks went from 00:01 back to 23:01 of the day before.
    hours = calendar(mon_fri="09:00-17:00", zone=ZoneInfo("America/St_Johns"), holiday=None)
    start = datetime(2009, 10, 31, 12, tzinfo=UTC)
    (weekend,) = hours.segments(start, start + timedelta(days=1))
    assert weekend.kind == "closed"


def test_a_long_closure_is_waited_out() -> None:
    hours = calendar(
        mon_fri="09:00-18:00", holiday=lambda day: "moving" if 2027 <= day.year <= 2030 else None
    )
    assert hours.add(local("2026-12-31T17:00"), 2 * HOUR) == local("2031-01-01T10:00")


@pytest.mark.parametrize("hours", [calendar(mon="09:00-10:00", holiday=lambda day: "closed for good")])
def test_a_calendar_that_never_opens_says_so(hours: Calendar) -> None:
    with pytest.raises(Refused, match="no open hour within ten years of 2026-03-11"):
        hours.add(NOON, HOUR)
    with pytest.raises(Refused, match="no open hour"):
        hours.next_open(NOON)
    assert hours.elapsed(NOON, NOON + timedelta(days=900)) == timedelta(0)


def test_many_years_are_counted_and_not_all_remembered() -> None:
    hours = around_the_clock()
    start = datetime(1990, 1, 1, tzinfo=UTC)
    assert hours.elapsed(start, datetime(2090, 1, 1, tzinfo=UTC)) == datetime(2090, 1, 1, tzinfo=UTC) - start
    assert len(hours._years) <= 40


def test_instants_need_an_offset() -> None:
    naive = datetime(2026, 3, 11, 10)  # noqa: DTZ001
    with pytest.raises(ValueError, match="2026-03-11 10:00:00 has no offset"):
        office().add(naive, HOUR)
    with pytest.raises(ValueError, match="has no offset"):
        office().elapsed(NOON, naive)
    with pytest.raises(ValueError, match="has no offset"):
        office().add(NOON, HOUR, [(NOON, None), (naive, None)])


def test_business_time_is_not_added_backwards() -> None:
    with pytest.raises(ValueError, match="cannot be added"):
        office().add(NOON, -HOUR)


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_are_out_of_reach(year: int) -> None:
    with pytest.raises(BadInput, match="out of reach"):
        office().add(datetime(year, 6, 1, tzinfo=UTC), HOUR)
