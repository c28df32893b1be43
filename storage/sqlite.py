"""SQLite: works run on the event loop, and are committed in a thread.

aiosqlite makes a hop for every statement, which costs ten times the statement itself; so it serves the
readers. A statement of the writer's takes some microseconds, and only the commit waits for the disk.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from storage.checkpoints import Checkpoints
from storage.transactions import Waiting, Woken, merge, run_each
from storage.writer import Writer

T = TypeVar("T")

_PRAGMAS = (
    "PRAGMA busy_timeout=10000",  # first: what follows may find another process at the file
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # What undoes a statement alone is kept beside the file by default, that is, in one more file each time.
    "PRAGMA temp_store=MEMORY",
    # `Checkpoints` come before; this bounds the log when they cannot keep up.
    "PRAGMA wal_autocheckpoint=20000",
)

_PATIENCE, _STEP = 10.0, 0.005  # seconds: how long another process may write, and how often we look
_HURRIED = 1.0  # seconds: the same, once the desk is stopping


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


def open_first(engine: sa.Engine) -> None:
    """Let a file that cannot be opened fail before aiosqlite begins a thread for it.

    It would leave that thread behind, to complain about an event loop that is closed by then.
    """

    @sa.event.listens_for(engine, "do_connect")
    def try_to_open(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        sqlite3.connect(*arguments, **options).close()


class SqliteWriter(Writer):
    """Writes on one connection, which never waits by itself: it would hold up the event loop."""

    largest_group = 64  # more in one commit would make the first wait for the last
    side_by_side = 1

    def __init__(self, url: sa.URL, committed: Callable[[Woken], None]) -> None:
        super().__init__(committed)
        elsewhere = {"check_same_thread": False}  # one after the other, never at once
        self._engine = sa.create_engine(
            url.set(drivername="sqlite"),
            poolclass=sa.pool.NullPool,
            connect_args=elsewhere,
            hide_parameters=True,
        )
        prepare(self._engine, begin="BEGIN IMMEDIATE")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._checkpoints = Checkpoints(self._engine)
        self._connection: sa.Connection | None = None
        self._patience = _PATIENCE

    def hurry(self) -> None:
        """Wait for another process for a second only, also where we wait already."""
        self._patience = min(self._patience, _HURRIED)

    async def run_group(self, group: list[Waiting]) -> Woken:
        """Run the works together, or each alone when they cannot be committed together."""
        transaction = await self._begin()
        try:
            return await self._commit(transaction, group)
        except Exception:
            if len(group) == 1:
                raise
        return await self._one_by_one(group)

    async def _one_by_one(self, group: list[Waiting]) -> Woken:
        woken: Woken = {}
        for at, waiting in enumerate(group):
            try:
                transaction = await self._begin()
            except Exception as error:  # the others would wait for as long, one after the other
                for left in group[at:]:
                    left.error = error
                break
            waiting.error = None
            try:
                merge(woken, await self._commit(transaction, [waiting]))
            except Exception as error:
                waiting.error = error
        return woken

    async def _commit(self, transaction: sa.RootTransaction, group: list[Waiting]) -> Woken:
        try:
            woken = run_each(transaction.connection, group)
            await self._away(transaction.commit)
        except BaseException:
            await self._away(transaction.rollback)
            raise
        self._checkpoints.committed()
        return woken

    async def _begin(self) -> sa.RootTransaction:
        """Begin a transaction, once no other process writes. Raises when one does so for too long."""
        if self._connection is None:
            self._connection = await self._away(self._open)
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            try:
                return self._connection.begin()
            except sa.exc.OperationalError as error:
                if not _is_busy(error) or loop.time() > began + self._patience:
                    raise
            await asyncio.sleep(_STEP)

    def _open(self) -> sa.Connection:
        connection = self._engine.connect()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA busy_timeout=0")
        return connection

    async def close(self) -> None:
        """Finish what was taken in, and close the connection."""
        await super().close()
        await self._checkpoints.close()
        if self._connection is not None:
            await self._away(self._connection.close)
        self._thread.shutdown()

    def _away(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work)


def _is_busy(error: sa.exc.OperationalError) -> bool:
    # The low byte is the kind: another process may also be recovering the log (SQLITE_BUSY_RECOVERY).
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY
