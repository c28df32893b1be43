"""How open hours are said."""

import pytest

from desk.plan import default
from desk.week_said import say_calendar, say_week, say_zone
from desk.weeks import read_week
from desk.wording import words


@pytest.mark.parametrize(
    ("days", "romanian", "english"),
    [
        ({"mon-fri": ["09:00-18:00"]}, "luni–vineri 09:00–18:00", "Monday–Friday 09:00–18:00"),
        ({"mon-sun": ["00:00-24:00"]}, "luni–duminică zi și noapte", "Monday–Sunday day and night"),
        (
            {"mon-thu": ["08:00-12:00", "13:00-17:00"], "fri": ["08:00-12:00"], "sun": ["22:00-06:00"]},
            "luni–joi 08:00–12:00, 13:00–17:00; vineri 08:00–12:00; duminică 22:00–06:00",
            "Monday–Thursday 08:00–12:00, 13:00–17:00; Friday 08:00–12:00; Sunday 22:00–06:00",
        ),
    ],
)
def test_days_with_the_same_hours_stand_together(
    days: dict[str, object], romanian: str, english: str
) -> None:
    week, mistakes = read_week(days)
    assert not mistakes
    assert (say_week(week, words("ro")), say_week(week, words("en"))) == (romanian, english)


def test_a_calendar_without_a_name_is_called_by_its_hours() -> None:
    plan = default()
    spec = plan.calendars["staffed"].model_copy(update={"name": None})
    nameless = plan.model_copy(update={"calendars": {"staffed": spec}})
    assert say_calendar(plan, "staffed", words("en")) == "chat and phone hours"
    assert say_calendar(nameless, "staffed", words("en")) == "Monday–Friday 09:00–18:00"


def test_it_is_said_whose_clock_is_meant() -> None:
    assert say_zone(default(), words("ro")) == "ora din București"
    assert say_zone(default(), words("en")) == "Bucharest time"
