import subprocess
import sys
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desk.durations import duration, in_hours
from desk.errors import BadInput
from desk.plan import Plan, default, digest, load, parse
from desk.weeks import DAY, days_of, read_span, read_week

SHIPPED = (Path(__file__).parents[2] / "desk/plan.toml").read_text("utf-8")
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return default()


def edited(old: str, new: str) -> Plan:
    assert SHIPPED.count(old) == 1
    return parse(SHIPPED.replace(old, new))


@pytest.mark.parametrize(
    ("tier", "first_response", "resolution", "price"),
    [
        ("basic", 48, 5 * 24, "included"),
        ("standard", 24, 2 * 24, "EUR 100 / month"),
        ("premium", 4, 24, "EUR 300 / month"),
        ("enterprise", 1, 8, "custom"),
    ],
)
def test_the_shipped_tiers_are_those_of_the_source_document(
    plan: Plan, tier: str, first_response: int, resolution: int, price: str
) -> None:
    found = plan.tiers[tier]
    assert (found.first_response, found.resolution) == (first_response * HOUR, resolution * HOUR)
    assert found.price == price


@pytest.mark.parametrize(
    ("priority", "first_response", "resolution"),
    [("P1", 1, 4), ("P2", 4, 24), ("P3", 24, 3 * 24), ("P4", 48, 5 * 24)],
)
def test_the_shipped_priorities_are_those_of_the_source_document(
    plan: Plan, priority: str, first_response: int, resolution: int
) -> None:
    found = plan.priorities[priority]
    assert (found.first_response, found.resolution) == (first_response * HOUR, resolution * HOUR)


def test_only_p1_and_enterprise_run_around_the_clock(plan: Plan) -> None:
    assert [key for key, tier in plan.tiers.items() if tier.calendar == "always"] == ["enterprise"]
    assert [key for key, priority in plan.priorities.items() if priority.calendar] == ["P1"]
    assert plan.calendars["always"].week == (((0, DAY),),) * 7
    assert not plan.calendars["always"].holidays
    assert plan.calendars["working-days"].week == (((0, DAY),),) * 5 + ((), ())
    assert plan.calendars["staffed"].week == (((9 * 60, 18 * 60),),) * 5 + ((), ())


def test_the_rest_of_the_shipped_plan_is_typed(plan: Plan) -> None:
    assert (plan.sla.combine, plan.sla.warn_at, plan.sla.next_response) == ("strictest", 75, "first_response")
    assert plan.tickets.reopen_within == timedelta(days=7)
    assert plan.levels["l1"].handover == time(9)
    assert plan.levels["l1"].since == date(2026, 1, 5)
    assert [step.tell for step in plan.escalation[0].steps] == ["l1", "l2", "lead"]
    assert plan.channels["phone"].name.say("ro") == "Telefon"
    assert plan.channels["phone"].name.say("en") == "Phone"


def test_mappings_keep_the_order_of_the_file(plan: Plan) -> None:
    assert list(plan.tiers) == ["basic", "standard", "premium", "enterprise"]
    assert list(plan.levels) == ["l1", "l2", "lead"]


def test_a_plan_never_changes(plan: Plan) -> None:
    with pytest.raises(ValidationError):
        plan.name = "Other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        plan.tiers["gold"] = plan.tiers["basic"]  # type: ignore[index]


def test_the_next_response_may_have_its_own_target() -> None:
    changed = edited('next_response = "first_response"', 'next_response = "8 h"')
    assert changed.sla.next_response == 8 * HOUR


def test_a_cell_of_the_targets_may_be_overridden() -> None:
    changed = edited(
        "overrides = []", 'overrides = [{ tier = "premium", priority = "P2", resolution = "12 h" }]'
    )
    assert changed.sla.overrides[0].resolution == 12 * HOUR
    assert changed.sla.overrides[0].first_response is None


def test_days_off_carry_their_romanian_names(plan: Plan) -> None:
    assert plan.holiday(date(2026, 1, 1)) == "Anul Nou"
    assert plan.holiday(date(2026, 11, 30)) == "Sf. Andrei"
    assert plan.holiday(date(2026, 1, 7)) == "Sf. Ioan Botezătorul"
    assert plan.holiday(date(2026, 6, 1)) == "Rusaliile; Ziua Copilului"
    assert plan.holiday(date(2026, 12, 1)) == "Ziua Națională a României"
    assert plan.holiday(date(2026, 12, 2)) is None


def test_easter_is_the_orthodox_one(plan: Plan) -> None:
    assert plan.holiday(date(2027, 4, 30)) == "Vinerea Mare"
    assert plan.holiday(date(2027, 3, 28)) is None  # the western one


def test_own_days_off_are_added_and_worked_holidays_left_out() -> None:
    text = SHIPPED.replace("days = []  ", 'days = [{ date = 2026-12-24, name = "Ajun" }]  ')
    changed = parse(text.replace("without = []  ", "without = [2026-12-01]  "))
    assert changed.holiday(date(2026, 12, 24)) == "Ajun"
    assert changed.holiday(date(2025, 12, 24)) is None
    assert changed.holiday(date(2026, 12, 1)) is None
    assert changed.holiday(date(2027, 12, 1)) == "Ziua Națională a României"


def test_without_a_country_only_own_days_are_off() -> None:
    changed = edited('country = "RO"\n', "")
    assert changed.holiday(date(2026, 12, 1)) is None


def test_another_country_has_its_own_days_off() -> None:
    changed = edited('country = "RO"', 'country = "DE"')
    assert changed.holiday(date(2026, 10, 3)) == "Tag der Deutschen Einheit"


def test_the_days_off_of_a_year_stand_in_order(plan: Plan) -> None:
    days = list(plan.days_off(2026))
    assert days == sorted(days)
    assert {day.year for day in days} == {2026}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0 min", 0),
        ("30 min", 30),
        ("4 h", 240),
        ("48 h", 48 * 60),
        ("2 d", 48 * 60),
        ("1 w", 7 * 24 * 60),
        ("1 h 30 min", 90),
        (" 4h ", 240),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, minutes: int) -> None:
    assert duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "2 dys", "h", "4", "-4 h", "1.5 h", "4 h or so", "٤ h", "9" * 9 + " w", "3661 d"]
)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        duration(text)


@given(st.integers(0, 99_999))
def test_hours_and_minutes_read_back_as_they_were_written(minutes: int) -> None:
    assert duration(in_hours(timedelta(minutes=minutes))) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", [0]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("mon,wed", [0, 2]),
        ("mon-tue, sat", [0, 1, 5]),
        ("fri-mon", [4, 5, 6, 0]),
        ("SAT", [5]),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: list[int]) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09:00-18:00", (540, 1080)),
        ("00:00-24:00", (0, 1440)),
        ("22:00-06:00", (1320, 1800)),
        ("22:00-24:00", (1320, 1440)),
        ("22:00-00:00", (1320, 1440)),
        ("09:00 - 18:00", (540, 1080)),
    ],
)
def test_spans_are_minutes_of_the_day_and_may_run_over_midnight(text: str, span: tuple[int, int]) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "9-18", "09:00", "24:00-25:00", "24:00-02:00", "09:60-10:00", "09:00-09:00", 9, None]
)
def test_what_is_not_a_span_is_refused(text: object) -> None:
    with pytest.raises(BadInput):
        read_span(text)


def test_a_day_may_have_a_break_and_the_spans_stand_in_order() -> None:
    week, mistakes = read_week({"mon-fri": ["14:00-18:00", "09:00-13:00"], "sat": ["10:00-12:00"]})
    assert not mistakes
    assert week[0] == ((540, 780), (840, 1080))
    assert week[5:] == (((600, 720),), ())


def test_spans_may_touch_also_over_midnight() -> None:
    assert not read_week({"mon-sun": ["00:00-12:00", "12:00-24:00"]})[1]
    assert not read_week({"mon-sun": ["06:00-22:00", "22:00-06:00"]})[1]


@pytest.mark.parametrize(
    "days",
    [
        {"mon": ["09:00-13:00", "12:00-18:00"]},
        {"mon-fri": ["09:00-18:00"], "fri": ["09:00-13:00"]},
        {"mon": ["22:00-06:00"], "tue": ["05:00-12:00"]},
        {"sun": ["22:00-06:00"], "mon": ["05:00-12:00"]},
        {"mon": ["00:00-24:00", "08:00-09:00", "10:00-11:00"]},
    ],
)
def test_spans_that_overlap_are_refused(days: dict[str, object]) -> None:
    assert any("overlaps" in mistake.text for mistake in read_week(days)[1])


def test_a_digest_tells_one_text_from_another() -> None:
    assert digest(SHIPPED) == digest(SHIPPED)
    assert digest(SHIPPED) != digest(SHIPPED + "\n")
    assert len(digest("")) == 64


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SHIPPED.replace("\n", "\r\n").encode())
    assert load(file) == default()


def test_loading_the_plan_loads_no_library_that_is_seldom_needed() -> None:
    program = "import sys, desk.plan; desk.plan.default(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"holidays", "babel", "rapidfuzz"} & set(loaded.stdout.split())
