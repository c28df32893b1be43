import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import Clock
from bot.schedule import Schedule
from handlers import timers as handlers
from handlers.context import Desk
from storage import timers
from storage.database import Database
from storage.timers import Timer
from storage.transactions import Transaction, Woken
from tests.desk_in_tests import DAY, HOUR, TestedDesk


class Alarms:
    """A kind of timer for tests: it remembers what fired, and fails as it is told to."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.fired: list[str] = []
        self.fails: set[str] = set()
        self.rang = asyncio.Event()

    def ring(self, tx: Transaction, _desk: Desk, due: list[Timer], _now: object) -> None:
        if any(timer.subject in self.fails for timer in due):
            raise RuntimeError("this one fails")
        self.fired += [timer.subject for timer in due]
        tx.wake("rang", self.clock.now())

    def committed(self, woken: Woken) -> None:
        if "rang" in woken:
            self.rang.set()

    async def set(self, subject: str, after: timedelta) -> None:
        due_at = self.clock.now() + after
        await self.database.write(lambda tx: timers.set_timer(tx, "alarm", subject, due_at))

    async def until(self, *subjects: str) -> None:
        async with asyncio.timeout(10):
            while not set(subjects) <= set(self.fired):
                self.rang.clear()
                if not set(subjects) <= set(self.fired):
                    await self.rang.wait()


@pytest.fixture
def alarms(database: Database, monkeypatch: pytest.MonkeyPatch) -> Alarms:
    alarms = Alarms(database, Clock())
    monkeypatch.setitem(handlers.KINDS, "alarm", alarms.ring)
    return alarms


@pytest.fixture
async def schedule(desk: TestedDesk, database: Database, alarms: Alarms) -> AsyncIterator[Schedule]:
    schedule = Schedule(database, lambda: desk.desk, alarms.clock, timedelta(seconds=5))

    def committed(woken: Woken) -> None:
        alarms.committed(woken)
        if "timers" in woken:
            schedule.wake(woken["timers"])

    database.on_commit = committed
    yield schedule
    await schedule.close()


async def test_what_came_due_while_the_desk_was_down_fires_when_it_starts(
    schedule: Schedule, alarms: Alarms
) -> None:
    await alarms.set("late", -DAY)
    schedule.start()
    await alarms.until("late")
    assert alarms.fired == ["late"]


async def test_an_earlier_timer_moves_the_waking(schedule: Schedule, alarms: Alarms) -> None:
    schedule.start()
    await alarms.set("far", HOUR)
    await alarms.set("near", timedelta(milliseconds=20))
    await alarms.until("near")
    assert alarms.fired == ["near"]


async def test_moving_the_clock_fires_what_has_come(schedule: Schedule, alarms: Alarms) -> None:
    schedule.start()
    await alarms.set("tomorrow", DAY)
    alarms.clock.advance(DAY)
    schedule.wake()
    await alarms.until("tomorrow")


async def test_many_at_once_all_fire_once(schedule: Schedule, alarms: Alarms) -> None:
    names = [str(n) for n in range(250)]
    due_at = alarms.clock.now()
    rows: list[tuple[str, object, dict[str, object]]] = [(name, due_at, {}) for name in names]
    await alarms.database.write(lambda tx: timers.set_timers(tx, "alarm", rows))  # type: ignore[arg-type]
    schedule.start()
    await alarms.until(*names)
    assert sorted(alarms.fired) == sorted(names)


async def test_one_that_fails_does_not_take_the_others_with_it_and_is_tried_again_later(
    schedule: Schedule, alarms: Alarms
) -> None:
    alarms.fails.add("broken")
    for name in ("first", "broken", "last"):
        await alarms.set(name, -HOUR)
    schedule.start()
    await alarms.until("first", "last")
    alarms.fails.clear()
    alarms.clock.advance(timedelta(minutes=1))
    schedule.wake()
    await alarms.until("broken")
    assert sorted(alarms.fired) == ["broken", "first", "last"]


async def test_a_round_that_fails_is_tried_again_soon_not_a_whole_poll_later(
    desk: TestedDesk, alarms: Alarms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.schedule._AFTER_FAILURE", timedelta(milliseconds=10))
    write, failures = alarms.database.write, iter([OSError("the database is away")])

    async def fails_once(work: Any) -> Any:
        for failure in failures:
            raise failure
        return await write(work)

    await alarms.set("due", -HOUR)
    monkeypatch.setattr(alarms.database, "write", fails_once)
    alarms.database.on_commit = alarms.committed
    schedule = Schedule(alarms.database, lambda: desk.desk, alarms.clock, poll=DAY)
    schedule.start()
    await alarms.until("due")
    await schedule.close()


async def test_a_storm_of_wakings_loses_none(schedule: Schedule, alarms: Alarms) -> None:
    schedule.start()
    for n in range(30):
        await alarms.set(f"storm {n}", timedelta(0))
    await alarms.until(*(f"storm {n}" for n in range(30)))
    assert len(alarms.fired) == 30
