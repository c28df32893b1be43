"""The schedule: wakes when the next timer is due, and fires what has come."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from bot.clock import Clock
from handlers import timers as handlers
from handlers.context import Desk
from storage import timers
from storage.database import Database
from storage.transactions import Transaction

log = structlog.get_logger()

# How many timers share a transaction: enough to be quick, few enough that a message can get in between.
_TOGETHER = 100
_AFTER_FAILURE = timedelta(seconds=1)
_JOB = "next timer"


class Schedule:
    """One APScheduler job sleeps until the earliest timer is due, and is moved when an earlier one is stored.

    It never sleeps longer than `poll`: with several processes, another one may have stored a timer and died.
    """

    def __init__(self, database: Database, desk: Callable[[], Desk], clock: Clock, poll: timedelta) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock
        self._poll = poll
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._firing = False
        self._again = False
        self._closed = False
        self._until: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to fire timers; those that came due while the desk was down fire at once."""
        self._scheduler.start()
        self.wake()

    def wake(self, at: datetime | None = None) -> None:
        """Say that a timer was stored that is due `at`; without an instant, that the clock was moved."""
        if self._firing:
            self._again = True
        elif at is None or self._until is None or at < self._until:
            self._sleep_until(max(at, self._clock.now()) if at else self._clock.now())

    async def close(self) -> None:
        """Finish what is being fired, and fire no more."""
        self._closed = True  # it may ring once more, if that was about to happen
        self._scheduler.shutdown(wait=False)
        if self._task is not None:
            await self._task

    def _sleep_until(self, at: datetime) -> None:
        # The default grace of a second would drop a timer that is found late, and the default of one
        # instance would drop a wake-up that comes while the last one is just ending: none may be dropped.
        self._until = at
        trigger = DateTrigger(self._clock.real(at))
        options = {"replace_existing": True, "misfire_grace_time": None, "max_instances": 3}
        self._scheduler.add_job(self._ring, trigger, id=_JOB, **options)

    async def _ring(self) -> None:
        """Begin to fire: in a task of its own, which the scheduler does not cancel when it ends."""
        if self._closed:
            return
        if self._firing:
            self._again = True
            return
        self._firing = True
        self._task = asyncio.create_task(self._fire())

    async def _fire(self) -> None:
        try:
            due = await self._fire_due()
        except Exception:
            log.exception("schedule.failed")
            due, self._again = self._clock.now() + _AFTER_FAILURE, False
        finally:
            self._firing = False
        now = self._clock.now()
        latest = now + self._poll
        self._sleep_until(now if self._again else min(due or latest, latest))

    async def _fire_due(self) -> datetime | None:
        """Fire all that has come, and return when the next timer is due."""
        while True:
            self._again = False
            try:
                fired, due = await self._database.write(self._work)
            except handlers.TimerFailed as failure:
                await self._one_by_one(failure)
                continue
            if fired < _TOGETHER:
                return due

    def _work(self, tx: Transaction, most: int = _TOGETHER) -> tuple[int, datetime | None]:
        claimed = handlers.fire(tx, self._desk(), self._clock.now(), most)
        return len(claimed), timers.next_due(tx) if len(claimed) < most else None

    async def _one_by_one(self, first: handlers.TimerFailed) -> None:
        """One of a batch failed and took the others with it: fire them alone, and put that one back."""
        log.warning("schedule.batch_failed", reason=type(first.__cause__).__name__)
        for _ in range(_TOGETHER):
            try:
                fired, _due = await self._database.write(lambda tx: self._work(tx, most=1))
            except handlers.TimerFailed as failure:
                log.exception("schedule.timer_failed", timer=str(failure))
                await self._postpone(failure)
                continue
            if fired == 0:
                return

    async def _postpone(self, failure: handlers.TimerFailed) -> None:
        now = self._clock.now()
        await self._database.write(lambda tx: handlers.postpone(tx, self._desk(), failure, now))
