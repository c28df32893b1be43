"""The database: how work is done in it, on SQLite and on PostgreSQL.

Work that writes is a plain function of a transaction. It cannot await, so no network call can slip into
it. Works that arrive together share one commit: each has a savepoint of its own and fails alone, and
each caller hears of its result after the commit.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

T = TypeVar("T")

# More than this in one commit would make the first wait for the last.
LARGEST_GROUP = 64


@dataclass(slots=True)
class Transaction:
    """An open transaction. `woken` names what somebody should look at once it is committed."""

    connection: sa.Connection
    woken: set[str] = field(default_factory=set)

    def execute(self, statement: sa.Executable, values: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run one statement; a list of `values` runs it once for each, in one go."""
        return self.connection.execute(statement, values)

    @property
    def postgres(self) -> bool:
        """Whether rows can and must be locked one by one; on SQLite the whole file is ours."""
        return self.connection.dialect.name == "postgresql"


Work = Callable[[Transaction], T]


@dataclass(slots=True)
class Waiting:
    """A work and the future of the one who waits for it."""

    work: Work[Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Tell the one who waits, unless they have gone."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer(Protocol):
    """Runs works in transactions, in the order they came."""

    def put(self, waiting: Waiting) -> None:
        """Take a work in; `settle` is called on the event loop after the commit."""

    async def close(self) -> None:
        """Finish what was taken in and let go of the database."""


class Database:
    """One database: `write` in a transaction, `read` beside it."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.on_commit: Callable[[set[str]], object] = set
        self._writer: Writer | None = None
        self.engine = self._open()

    def _open(self) -> AsyncEngine:
        if self.url.get_backend_name() == "sqlite":
            from storage import sqlite

            self.url = self.url.set(drivername="sqlite+aiosqlite")
            engine = create_async_engine(self.url)
            sqlite.prepare(engine.sync_engine, begin="BEGIN")
            return engine
        self.url = self.url.set(drivername="postgresql+asyncpg")
        return create_async_engine(self.url, pool_size=8, max_overflow=8, pool_pre_ping=True)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction and return its result once it is committed.

        What `work` raises is raised here, with nothing of it stored.
        """
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

    def _committed(self, woken: set[str]) -> None:
        if woken:
            self.on_commit(woken)

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, on a connection beside the writer's."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(lambda sync: work(Transaction(sync)))

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        await self.engine.dispose()


def run_together(connection: sa.Connection, group: Sequence[Waiting]) -> set[str]:
    """Run the works of `group` in one transaction and commit it; each that fails is undone alone.

    Returns what was woken. Raises when the transaction as a whole failed; then nothing of it is stored.
    """
    woken: set[str] = set()
    with connection.begin():
        for waiting in group:
            transaction = Transaction(connection)
            connection.exec_driver_sql("SAVEPOINT work")
            try:
                waiting.result = waiting.work(transaction)
            except Exception as error:
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
                waiting.error = error
            else:
                woken |= transaction.woken
            connection.exec_driver_sql("RELEASE SAVEPOINT work")
    return woken


def run_alone(connection: sa.Connection, group: Sequence[Waiting]) -> set[str]:
    """Run each work of `group` in a transaction of its own: what is done when they could not go together."""
    woken: set[str] = set()
    for waiting in group:
        waiting.error = None
        try:
            woken |= _run_one(connection, waiting)
        except Exception as error:
            waiting.error = error
    return woken


def _run_one(connection: sa.Connection, waiting: Waiting) -> set[str]:
    with connection.begin():
        transaction = Transaction(connection)
        waiting.result = waiting.work(transaction)
    return transaction.woken


def settle(group: Sequence[Waiting]) -> None:
    """Tell everybody in `group` how it went."""
    for waiting in group:
        waiting.settle()
