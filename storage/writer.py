"""One task writes: what arrives together is run in one group, and each caller hears of its own work."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from storage.transactions import LARGEST_GROUP, Waiting, Woken, settle


class Writer(ABC):
    """Runs works in transactions, in the order they came. `committed` is told what they woke."""

    def __init__(self, committed: Callable[[Woken], None]) -> None:
        self._committed = committed
        self._queue: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(), name="writer")

    def put(self, waiting: Waiting) -> None:
        """Take a work in; its future is settled after the commit."""
        self._queue.put_nowait(waiting)

    async def close(self) -> None:
        """Finish what was taken in, and take no more."""
        self._queue.put_nowait(None)
        await self._task

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
