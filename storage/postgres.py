"""PostgreSQL: works are run in groups on one connection, as on SQLite; other processes do the same."""

import asyncio
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.transactions import LARGEST_GROUP, Waiting, Woken, merge, run_alone, run_together, settle

# What another process can do to us: a deadlock, or a change that we did not see. Doing it again mends it.
_AGAIN = {"40P01", "40001"}
_TRIES = 3


class PostgresWriter:
    """The task that writes."""

    def __init__(self, engine: AsyncEngine, committed: Callable[[Woken], None]) -> None:
        self._engine = engine
        self._committed = committed
        self._queue: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(), name="postgres-writer")

    def put(self, waiting: Waiting) -> None:
        """Take a work in."""
        self._queue.put_nowait(waiting)

    async def close(self) -> None:
        """Finish what was taken in, then end the task."""
        self._queue.put_nowait(None)
        await self._task

    async def _run(self) -> None:
        while group := await self._next_group():
            try:
                woken = await self._run_group(group)
            except Exception as error:  # the server is not there: nobody gets an acknowledgement
                woken = {}
                for waiting in group:
                    waiting.error = error
            settle(group)
            self._committed(woken)

    async def _next_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        waiting = await self._queue.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) == LARGEST_GROUP or self._queue.empty():
                return group
            waiting = self._queue.get_nowait()
        if group:
            self._queue.put_nowait(None)  # closing: first this group, then the end
        return group

    async def _run_group(self, group: list[Waiting]) -> Woken:
        async with self._engine.connect() as connection:
            try:
                woken = await connection.run_sync(run_together, group)
            except DBAPIError:
                woken = await connection.run_sync(run_alone, group)
            for _ in range(_TRIES):
                unlucky = [waiting for waiting in group if _worth_another_try(waiting.error)]
                if not unlucky:
                    break
                merge(woken, await connection.run_sync(run_alone, unlucky))
            return woken


def _worth_another_try(error: BaseException | None) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _AGAIN
