"""SQLite: one thread writes, and everything it does between two commits costs one hop to it.

aiosqlite makes a hop for every statement, which costs ten times the statement itself; so it serves the
readers, and the writer's works run whole inside the thread.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from storage.transactions import LARGEST_GROUP, Waiting, Woken, run_alone, run_together, settle

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


def prepare(engine: sa.Engine, begin: str) -> None:
    """Make every connection of `engine` durable and checked, and open its transactions with `begin`."""

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # We say BEGIN ourselves: left alone, the driver would begin only before the first write,
        # and a read before it would see an older state than the write.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def say_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


class SqliteWriter:
    """The thread that writes."""

    def __init__(self, url: sa.URL, committed: Callable[[Woken], None]) -> None:
        self._engine = sa.create_engine(url.set(drivername="sqlite"), poolclass=sa.pool.NullPool)
        prepare(self._engine, begin="BEGIN IMMEDIATE")
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._closed = asyncio.Event()
        threading.Thread(target=self._run, name="sqlite-writer", daemon=True).start()

    def put(self, waiting: Waiting) -> None:
        """Take a work in."""
        self._queue.put(waiting)

    async def close(self) -> None:
        """Finish what was taken in, then end the thread."""
        self._queue.put(None)
        await self._closed.wait()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while group := self._next_group():
                self._run_group(connection, group)
        self._engine.dispose()
        self._loop.call_soon_threadsafe(self._closed.set)

    def _next_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        waiting = self._queue.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) == LARGEST_GROUP or self._queue.empty():
                return group
            waiting = self._queue.get()
        if group:
            self._queue.put(None)  # closing: first this group, then the end
        return group

    def _run_group(self, connection: sa.Connection, group: list[Waiting]) -> None:
        try:
            woken = run_together(connection, group)
        except Exception:
            woken = run_alone(connection, group)
        self._loop.call_soon_threadsafe(self._tell, group, woken)

    def _tell(self, group: list[Waiting], woken: Woken) -> None:
        settle(group)
        self._committed(woken)
