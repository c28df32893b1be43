"""Works wait in a line until they are run, and each caller hears of its own once it is committed."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import structlog

from storage.transactions import Waiting, Woken, settle

log = structlog.get_logger()

# A server that was cut off says nothing, and the system would find out only after a quarter of an hour.
PATIENCE = 30.0  # seconds for a database to answer a statement


class Writer(ABC):
    """Runs works in transactions, begun in the order they came. `committed` is told what they woke.

    Each database has its own way: how many works may share a commit, and how many groups run side by side.
    """

    largest_group: ClassVar[int]
    side_by_side: ClassVar[int]

    def __init__(self, committed: Callable[[Woken], None]) -> None:
        self._committed = committed
        self._queue: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._run(), name="writer") for _ in range(self.side_by_side)]

    def put(self, waiting: Waiting) -> None:
        """Take a work in; its future is settled after the commit."""
        self._queue.put_nowait(waiting)

    async def close(self) -> None:
        """Finish what was taken in, and take no more."""
        self._queue.put_nowait(None)
        await asyncio.gather(*self._tasks)

    def hurry(self) -> None:  # noqa: B027 - most have nobody to wait for
        """Wait no longer than a moment for what keeps us from writing: the desk is stopping."""

    @abstractmethod
    async def run_group(self, group: list[Waiting]) -> Woken:
        """Run the works of a group and commit them; return what they woke.

        What fails alone keeps its error. Raises when the database cannot be reached.
        """

    async def _run(self) -> None:
        while group := await self._next_group():
            try:
                woken = await self.run_group(group)
            except Exception as error:  # the database is not there: nobody gets an acknowledgement
                woken = {}
                for waiting in group:
                    waiting.error = error
            settle(group)
            self._tell(woken)

    def _tell(self, woken: Woken) -> None:
        try:
            self._committed(woken)
        except Exception:  # it is committed: who is told of it must not keep others from writing
            log.exception("writer.not_told", woken=list(woken))

    async def _next_group(self) -> list[Waiting]:
        """Wait for the works that are run next; none once the writer is closed."""
        group: list[Waiting] = []
        waiting = await self._queue.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) == self.largest_group or self._queue.empty():
                return group
            waiting = self._queue.get_nowait()
        self._queue.put_nowait(None)  # closing: this group and the others beside it, then the end
        return group
