"""How instants and lengths are said."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.instants import say_distance, say_duration, say_instant
from desk.wording import Language

NOW = datetime(2026, 11, 30, 9, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "said"), [("ro", "luni 30 nov., 14:20"), ("en", "Monday 30 Nov, 14:20")]
)
def test_an_instant_is_said_with_its_weekday_in_the_readers_zone(language: Language, said: str) -> None:
    assert say_instant(datetime(2026, 11, 30, 12, 20, tzinfo=UTC), "Europe/Bucharest", language) == said


def test_the_zone_decides_the_day() -> None:
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert say_instant(at, "Europe/Bucharest", "en") == "Tuesday 1 Dec, 01:30"
    assert say_instant(at, "America/New_York", "en") == "Monday 30 Nov, 18:30"


def test_both_sides_of_the_autumn_hour_are_told() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert say_instant(first, "Europe/Bucharest", "en") == "Sunday 31 Oct, 03:30"
    assert say_instant(first + timedelta(hours=1), "Europe/Bucharest", "en") == "Sunday 31 Oct, 03:30"


@pytest.mark.parametrize(
    ("minutes", "romanian", "english"),
    [
        (0, "acum", "now"),
        (0.9, "acum", "now"),
        (-0.9, "acum", "now"),
        (1, "peste 1 min", "in 1 min"),
        (58, "peste 58 min", "in 58 min"),
        (-4, "acum 4 min", "4 min ago"),
        (60, "peste 1 h", "in 1 h"),
        (130, "peste 2 h 10 min", "in 2 h 10 min"),
        (180, "peste 3 h", "in 3 h"),
        (239, "peste 3 h 59 min", "in 3 h 59 min"),
        (57.2, "peste 58 min", "in 58 min"),
        (-4.9, "acum 4 min", "4 min ago"),
        (4 * 60 - 0.1, "peste 4 h", "in 4 h"),  # as was promised a moment ago
        (47 * 60 + 59, "peste 47 h 59 min", "in 47 h 59 min"),
        (7 * 24 * 60 - 1, "peste 6 zile 23 h", "in 6 days 23 h"),
        (7 * 24 * 60 - 0.5, "peste 7 zile", "in 7 days"),
        (48 * 60, "peste 2 zile", "in 2 days"),
        (-20 * 24 * 60, "acum 20 de zile", "20 days ago"),
        (101 * 24 * 60, "peste 101 zile", "in 101 days"),
    ],
)
def test_how_far_away_it_is(minutes: float, romanian: str, english: str) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert (say_distance(at, NOW, "ro"), say_distance(at, NOW, "en")) == (romanian, english)


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "1 oră"), (2, "2 ore"), (19, "19 ore"), (20, "20 de ore"), (21, "21 de ore"), (47, "47 de ore")],
)
def test_hours_in_full_have_their_right_plural(hours: int, said: str) -> None:
    assert say_duration(timedelta(hours=hours), "ro", long=True) == said


@pytest.mark.parametrize(
    ("length", "short", "long"),
    [
        (timedelta(0), "0 min", "0 minute"),
        (timedelta(minutes=1), "1 min", "1 minut"),
        (timedelta(minutes=20), "20 min", "20 de minute"),
        (timedelta(hours=2, minutes=10), "2 h 10 min", "2 ore 10 minute"),
        (timedelta(hours=24), "24 h", "24 de ore"),
        (timedelta(days=2), "2 zile", "2 zile"),
        (timedelta(days=2, minutes=5), "2 zile", "2 zile"),
        (timedelta(days=2, hours=3, minutes=5), "2 zile 3 h", "2 zile 3 ore"),
        (timedelta(days=119), "119 zile", "119 zile"),
        (timedelta(days=120), "120 de zile", "120 de zile"),
        (timedelta(days=200), "200 de zile", "200 de zile"),
        (-timedelta(minutes=3), "3 min", "3 minute"),
    ],
)
def test_a_length_has_at_most_two_units(length: timedelta, short: str, long: str) -> None:
    assert say_duration(length, "ro") == short
    assert say_duration(length, "ro", long=True) == long


def test_english_counts_simply() -> None:
    assert say_duration(timedelta(days=20, hours=1), "en", long=True) == "20 days 1 hour"
    assert say_duration(timedelta(hours=1, minutes=2), "en", long=True) == "1 hour 2 minutes"


@given(st.timedeltas(timedelta(0), timedelta(days=4000)), st.sampled_from(["en", "ro"]), st.booleans())
def test_nobody_is_told_of_more_time_than_there_is(length: timedelta, language: Language, long: bool) -> None:
    said = say_duration(length, language, long=long)
    told = timedelta(0)
    words = said.replace(" de ", " ").split()
    for count, unit in zip(words[::2], words[1::2], strict=True):
        told += int(count) * {
            "m": timedelta(minutes=1),
            "h": timedelta(hours=1),
            "o": timedelta(hours=1),
        }.get(unit[0], timedelta(days=1))
    assert (
        timedelta(0)
        <= length - told
        < (timedelta(hours=1) if length >= timedelta(days=2) else timedelta(minutes=1))
    )


def test_loading_the_module_does_not_load_babel() -> None:
    code = "import sys, desk.instants; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
