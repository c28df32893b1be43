"""A transaction, and how works run in one: alone, or each in a savepoint of its own."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from storage.prepared import Prepared, Rows

T = TypeVar("T")

Woken = dict[str, datetime]


@dataclass(slots=True)
class Transaction:
    """An open transaction. `woken` names what somebody should look at once it is committed, and when."""

    connection: sa.Connection
    woken: Woken = field(default_factory=dict)

    def wake(self, what: str, at: datetime) -> None:
        """Have somebody look at `what` at an instant; the earliest one counts."""
        self.woken[what] = min(at, self.woken.get(what, at))

    def execute(self, statement: sa.Executable, values: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run one statement; a list of `values` runs it once for each, in one go."""
        return self.connection.execute(statement, values)

    def run(self, statement: Prepared, values: Any = None) -> Rows:
        """Run a prepared statement; a list of `values` runs it once for each, in one go."""
        return statement.run(self.connection, values)

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


_SAVEPOINT = Prepared(sa.text("SAVEPOINT work"))
_BACK = Prepared(sa.text("ROLLBACK TO SAVEPOINT work"))
_RELEASE = Prepared(sa.text("RELEASE SAVEPOINT work"))


def run_each(connection: sa.Connection, group: Sequence[Waiting]) -> Woken:
    """Run the works of `group` in the open transaction; each that fails is undone alone.

    Returns what was woken. What a work raises that has no company is raised here.
    """
    if len(group) == 1:
        alone = Transaction(connection)
        group[0].result = group[0].work(alone)
        return alone.woken
    woken: Woken = {}
    for waiting in group:
        transaction = Transaction(connection)
        _SAVEPOINT.run(connection, None)
        try:
            waiting.result = waiting.work(transaction)
        except Exception as error:
            _BACK.run(connection, None)
            waiting.error = error
        else:
            merge(woken, transaction.woken)
        _RELEASE.run(connection, None)
    return woken


def run_alone(connection: sa.Connection, work: Work[T]) -> tuple[T, Woken]:
    """Run a work in a transaction of its own and commit it; return its result and what it woke."""
    with connection.begin():
        transaction = Transaction(connection)
        result = work(transaction)
    return result, transaction.woken


def merge(woken: Woken, more: Woken) -> None:
    """Add `more` to `woken`, keeping the earliest instant of each."""
    for what, at in more.items():
        woken[what] = min(at, woken.get(what, at))


def settle(group: Sequence[Waiting]) -> None:
    """Tell everybody in `group` how it went."""
    for waiting in group:
        waiting.settle()
