"""PostgreSQL: each work is a transaction of its own, and a few of them run side by side.

A group would hold the locks of its first work until its last one ends, while another process holds what
that one needs: two desks would wait for each other all the time. Commits that come together are put on
the disk together by the server.
"""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.transactions import Waiting, Woken, run_alone
from storage.writer import Writer

# What another work can do to this one: a deadlock, or a change that we did not see. Doing it again mends it.
_AGAIN = {"40P01", "40001"}
_TRIES = 4


class PostgresWriter(Writer):
    """Writes on some connections of a pool. Works that nobody awaits one by one may overtake each other."""

    largest_group = 1
    side_by_side = 4

    def __init__(self, engine: AsyncEngine, committed: Callable[[Woken], None]) -> None:
        super().__init__(committed)
        self._engine = engine

    async def run_group(self, group: list[Waiting]) -> Woken:
        """Run the one work; again, when another one got in its way."""
        (waiting,) = group
        async with self._engine.connect() as connection:
            for _ in range(_TRIES - 1):
                try:
                    waiting.result, woken = await connection.run_sync(run_alone, waiting.work)
                except Exception as error:
                    if not _worth_another_try(error):
                        raise
                else:
                    return woken
            waiting.result, woken = await connection.run_sync(run_alone, waiting.work)
        return woken


def _worth_another_try(error: Exception) -> bool:
    causes = (error, error.__cause__)
    return any(isinstance(it, DBAPIError) and getattr(it.orig, "sqlstate", None) in _AGAIN for it in causes)
