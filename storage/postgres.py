"""PostgreSQL: each work is a transaction of its own, and a few of them run side by side.

A group would hold the locks of its first work until its last one ends, while another process holds what
that one needs: two desks would wait for each other all the time. Commits that come together are put on
the disk together by the server.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.transactions import Transaction, Waiting, Woken, Work, run_alone
from storage.writer import Writer

# What another work can do to this one: a deadlock, a change that we did not see, or the same name a moment
# earlier. Done again, this one sees it.
_AGAIN = {"40P01", "40001", "23505"}
_TRIES = 4
_HURRIED = 3.0  # seconds for the server to answer, once the desk is stopping


class PostgresWriter(Writer):
    """Writes on some connections of a pool. Works that nobody awaits one by one may overtake each other."""

    largest_group = 1
    side_by_side = 4

    def __init__(self, engine: AsyncEngine, committed: Callable[[Woken], None]) -> None:
        super().__init__(committed)
        self._engine = engine
        self._patience: float | None = None
        self._running: set[asyncio.Timeout] = set()

    def hurry(self) -> None:
        """Wait for the server for a few seconds only, also where we wait already."""
        self._patience = _HURRIED
        latest = asyncio.get_running_loop().time() + self._patience
        for limit in self._running:
            limit.reschedule(latest)

    async def run_group(self, group: list[Waiting]) -> Woken:
        """Run the one work. Raises `TimeoutError` when the server does not answer for too long."""
        (waiting,) = group
        async with asyncio.timeout(self._patience) as limit:
            self._running.add(limit)
            try:
                return await self._run_one(waiting)
            finally:
                self._running.discard(limit)

    async def _run_one(self, waiting: Waiting) -> Woken:
        """Run a work; again, when another one got in its way or the connection broke under it."""
        tries = 0
        async with self._engine.connect() as connection:
            while True:
                tries += 1
                work = _Watched(waiting.work)
                try:
                    waiting.result, woken = await connection.run_sync(run_alone, work)
                except Exception as error:
                    if tries == _TRIES or not _worth_another_try(error, work.ended):
                        raise
                else:
                    return woken


class _Watched:
    """A work that tells whether it came to its end, that is, whether it was to be committed."""

    def __init__(self, work: Work[Any]) -> None:
        self._work = work
        self.ended = False

    def __call__(self, tx: Transaction) -> Any:
        result = self._work(tx)
        self.ended = True
        return result


def _worth_another_try(error: Exception, ended: bool) -> bool:
    causes = (error, error.__cause__)
    if any(isinstance(it, DBAPIError) and getattr(it.orig, "sqlstate", None) in _AGAIN for it in causes):
        return True
    # What broke while it was committed may be committed.
    return not ended and any(_broke(it) for it in causes)


def _broke(error: BaseException | None) -> bool:
    return isinstance(error, PendingRollbackError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
