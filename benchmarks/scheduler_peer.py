"""The usual way: one APScheduler job for each deadline, in its SQLAlchemy job store."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from benchmarks.machine import megabytes
from benchmarks.stall import Lateness, watched

_GIVE_UP = 90.0
_ran: list[datetime] = []


async def job() -> None:
    """Do nothing but note when: a desk would still have to store its effects."""
    _ran.append(datetime.now(UTC))


async def burst(path: Path, many: int, grace: bool) -> Lateness:
    """Run `many` jobs that are due at one instant, with the default grace of a second or without an end."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it has a line for every job that it drops
    engine, found = sa.create_engine(f"sqlite:///{path}"), Lateness(many)
    sa.event.listen(engine, "connect", _configure)
    scheduler = AsyncIOScheduler(timezone="UTC", jobstores={"default": SQLAlchemyJobStore(engine=engine)})
    scheduler.start(paused=True)
    over = _over(scheduler, many)
    found.before = megabytes()
    due = datetime.now(UTC) + timedelta(seconds=5 + many / 300)
    for number in range(many):
        options: dict[str, Any] = {} if grace else {"misfire_grace_time": None}
        scheduler.add_job(job, DateTrigger(due), id=str(number), **options)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds() - 1)
    async with watched(found):
        scheduler.resume()
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), _GIVE_UP)
        await asyncio.sleep(0.2)
    found.late = [(at - due).total_seconds() for at in _ran]
    found.happened, found.after = len(_ran), megabytes()
    scheduler.shutdown(wait=False)
    return found


def _over(scheduler: AsyncIOScheduler, many: int) -> asyncio.Event:
    """Return what is set when every job ran or was dropped."""
    over, left = asyncio.Event(), [None] * many

    def one_less(_event: object) -> None:
        left.pop()
        if not left:
            over.set()

    scheduler.add_listener(one_less, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED | EVENT_JOB_ERROR)
    return over


def _configure(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")  # until the jobs are stored
