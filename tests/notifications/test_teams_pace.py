"""How fast the desk may speak in Teams: no limit is ever exceeded."""

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.pace import Pace as Kept
from notifications.teams.send import TeamsChat
from tests.desk_in_tests import MONDAY_TEN


class Pace:
    """A clock, and what the outbox says of when a place may be spoken in."""

    def __init__(self) -> None:
        self.now = MONDAY_TEN
        self.kept = Kept()
        self.begun: list[datetime] = []

    def post(self, takes: float = 0.0) -> None:
        """Post as soon as may be; the answer comes after `takes` seconds, and the post some time before."""
        self.begun.append(self.now)
        self.now += timedelta(seconds=takes)
        self.now = max(self.now, self.kept.next_at(1, TeamsChat.limits, self.now))

    def assert_held(self) -> None:
        for seconds, most in ((1, 7), (2, 8), (30, 60), (3600, 1800)):
            window = timedelta(seconds=seconds)
            for last, at in enumerate(self.begun):
                within = last + 1 - bisect_left(self.begun, at - window)  # both ends count
                assert within <= most, f"{within} in {seconds} s until {at}"


@pytest.mark.parametrize("takes", [0.0, 0.2, 5.0])
def test_two_hours_of_continuous_posting_exceed_no_limit(takes: float) -> None:
    pace = Pace()
    while pace.now < MONDAY_TEN + timedelta(hours=2):
        pace.post(takes)
    pace.assert_held()
    assert len(pace.begun) > (3000 if takes < 1 else 1400)


@pytest.mark.parametrize("idle", [1.0, 2.0, 29.0, 61.0, 600.0, 1800.0, 3600.0, 7200.0])
def test_after_idle_times_no_limit_is_exceeded_either(idle: float) -> None:
    pace = Pace()
    for _ in range(6):
        for _ in range(400):
            pace.post()
        pace.now += timedelta(seconds=idle)
    pace.assert_held()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 80), st.floats(0, 900), st.floats(0, 2)), max_size=40))
def test_no_rhythm_exceeds_a_limit(rhythm: list[tuple[int, float, float]]) -> None:
    pace = Pace()
    for posts, idle, takes in rhythm:
        for _ in range(posts):
            pace.post(takes)
        pace.now += timedelta(seconds=idle)
    pace.assert_held()


class Times:
    """A loop's clock for the limiter: it stands until somebody would have to wait."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
        return self.now

    def is_closed(self) -> bool:
        return False


async def test_a_tenant_is_asked_thirty_times_a_second_and_no_more(chat: TeamsChat) -> None:
    limiter, times = chat._connector._limiter("T1"), Times()
    limiter._event_loop = cast(Any, times)
    asked: list[float] = []
    while len(asked) < 200:
        if limiter.has_capacity():
            limiter._level += 1
            asked.append(times.now)
        else:
            times.now += 0.001
    assert max(last + 1 - bisect_left(asked, at - 1.0) for last, at in enumerate(asked)) <= 30


async def test_each_tenant_has_its_own_turn_and_few_are_remembered(
    chat: TeamsChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.teams.connector._TENANTS_REMEMBERED", 2)
    first, second = chat._connector._limiter("T1"), chat._connector._limiter("T2")
    assert first is not second
    assert chat._connector._limiter("T1") is first
    assert chat._connector._limiter("T3") is not first
    assert list(chat._connector._limiters) == ["T1", "T3"]
