"""SQLite's checkpoints: what was committed is moved from the log into the database's file."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
import structlog

log = structlog.get_logger()

_BETWEEN = 0.25  # seconds
_BETWEEN_WARNINGS = 60.0  # seconds


class Checkpoints:
    """Makes checkpoints in a thread of its own.

    Left alone, SQLite does so within every commit that finds a thousand pages in the log, and who waits
    for that commit waits for both files.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoints")
        self._running: asyncio.Future[None] | None = None
        self._next = self._next_warning = 0.0

    def committed(self) -> None:
        """Begin a checkpoint, unless one is under way or was a moment ago."""
        now = asyncio.get_running_loop().time()
        if now >= self._next and (self._running is None or self._running.done()):
            self._next = now + _BETWEEN
            self._running = asyncio.ensure_future(self._make(now))

    async def _make(self, now: float) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)
        except (sqlite3.Error, sa.exc.DBAPIError) as error:
            # What is committed is safe in the log, which only grows until one succeeds.
            if now >= self._next_warning:
                self._next_warning = now + _BETWEEN_WARNINGS
                log.warning("sqlite.no_checkpoint", why=str(error))

    def _checkpoint(self) -> None:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")

    async def close(self) -> None:
        """Wait for the one that is under way."""
        if self._running is not None:
            await self._running
        self._thread.shutdown()
