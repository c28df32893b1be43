"""The database: how work is done in it, on SQLite and on PostgreSQL.

Work that writes is a plain function of a transaction. It cannot await, so no network call can slip into
it. Each fails alone, and each caller hears of its result after the commit. How works are run, SQLite
(`storage.sqlite`) and PostgreSQL (`storage.postgres`) each have their own way.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.transactions import Transaction, Waiting, Woken, Work
from storage.writer import PATIENCE, Writer

T = TypeVar("T")

_ANY: dict[str, Any] = {"hide_parameters": True}  # errors are logged, and what people wrote is not
_POSTGRES: dict[str, Any] = {
    "pool_pre_ping": True,
    "connect_args": {"timeout": PATIENCE, "command_timeout": PATIENCE},
}


class Database:
    """One database: `write` in a transaction, `read` beside it."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.on_commit: Callable[[Woken], object] = dict
        self._writer: Writer | None = None
        self._closed = False
        self.engine = self._open()

    def _open(self) -> AsyncEngine:
        if self.url.get_backend_name() == "sqlite":
            from storage import sqlite

            self.url = self.url.set(drivername="sqlite+aiosqlite")
            engine = create_async_engine(self.url, **_ANY)
            sqlite.prepare(engine.sync_engine, begin="BEGIN")
            sqlite.open_first(engine.sync_engine)
            return engine
        self.url = self.url.set(drivername="postgresql+asyncpg")
        return create_async_engine(self.url, pool_size=8, max_overflow=8, **_POSTGRES, **_ANY)

    def beside(self) -> AsyncEngine:
        """Return an engine for those who read and write with queries of their own. They dispose of it.

        On SQLite its transactions begin as writing ones: one that had read first would be refused to write
        after somebody else's commit, however long it waited.
        """
        if self.url.get_backend_name() != "sqlite":
            return create_async_engine(self.url, **_POSTGRES, **_ANY)
        from storage import sqlite

        engine = create_async_engine(self.url, **_ANY)
        sqlite.prepare(engine.sync_engine, begin="BEGIN IMMEDIATE")
        return engine

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction and return its result once it is committed.

        What `work` raises is raised here, with nothing of it stored; `ConnectionError` after `close`.
        """
        if self._closed:
            raise ConnectionError("the database is closed")
        if self._writer is None:
            self._writer = self._start_writer()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.put(Waiting(work, future))
        return await future

    def _start_writer(self) -> Writer:
        if self.url.get_backend_name() == "sqlite":
            from storage.sqlite import SqliteWriter

            return SqliteWriter(self.url, self._committed)
        from storage.postgres import PostgresWriter

        return PostgresWriter(self.engine, self._committed)

    def _committed(self, woken: Woken) -> None:
        if woken:
            self.on_commit(woken)

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, on a connection beside the writer's.

        Raises `TimeoutError` when the database does not answer.
        """
        async with asyncio.timeout(PATIENCE), self.engine.connect() as connection:
            return await connection.run_sync(lambda sync: work(Transaction(sync)))

    def hurry(self) -> None:
        """Say that the desk is stopping: what cannot be written soon fails."""
        if self._writer is not None:
            self._writer.hurry()

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        self._closed = True
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        await self.engine.dispose()
