"""PostgreSQL: works are run in groups on one connection, as on SQLite; other processes do the same."""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.transactions import Waiting, Woken, merge, run_alone, run_together
from storage.writer import Writer

# What another process can do to us: a deadlock, or a change that we did not see. Doing it again mends it.
_AGAIN = {"40P01", "40001"}
_TRIES = 3


class PostgresWriter(Writer):
    """Writes on one connection of a pool."""

    def __init__(self, engine: AsyncEngine, committed: Callable[[Woken], None]) -> None:
        super().__init__(committed)
        self._engine = engine

    async def run_group(self, group: list[Waiting]) -> Woken:
        """Run the works together; those that another process got in the way of, once more."""
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
