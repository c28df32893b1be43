"""What breaks on PostgreSQL alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import database as databases
from storage.away import is_away
from storage.database import Database
from storage.transactions import Transaction

CUT = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")
LOCK = sa.text("SELECT pg_advisory_xact_lock(1)")
TAKEN = sa.text("DO $$ BEGIN RAISE unique_violation; END $$")
ONE = sa.text("SELECT 1")


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[Database]:
    database = Database(postgres)
    yield database
    await database.close()


@pytest.fixture
async def server(postgres: str) -> AsyncIterator[AsyncConnection]:
    """A connection of somebody else's."""
    engine = Database(postgres).engine
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


class Work:
    """Runs `first` at its first try, and tells at which try it came to its end."""

    def __init__(self, first: sa.TextClause = CUT, swallows: bool = False) -> None:
        self.tries, self._first, self._swallows = 0, first, swallows

    def __call__(self, tx: Transaction) -> int:
        self.tries += 1
        if self.tries == 1:
            try:
                with tx.connection.begin_nested():
                    tx.execute(self._first)
            except sa.exc.DBAPIError:
                if not self._swallows:
                    raise
        tx.execute(ONE)
        return self.tries


@pytest.mark.parametrize("swallows", [False, True])
async def test_a_connection_that_breaks_under_a_work_costs_one_more_try(
    database: Database, swallows: bool
) -> None:
    assert await database.write(Work(swallows=swallows)) == 2


async def test_what_another_work_stored_a_moment_earlier_is_seen_at_the_next_try(database: Database) -> None:
    assert await database.write(Work(first=TAKEN)) == 2


async def test_what_is_there_already_at_every_try_is_an_error(database: Database) -> None:
    tries = 0

    def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        tx.execute(TAKEN)

    with pytest.raises(sa.exc.IntegrityError):
        await database.write(work)
    assert tries == 4
    assert await database.write(Work(first=ONE)) == 1


async def test_a_connection_that_broke_while_nothing_was_done_costs_nothing(database: Database) -> None:
    def own(tx: Transaction) -> int:
        return int(tx.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())

    mine = await database.write(own)
    other = Database(str(database.url.render_as_string(hide_password=False)))
    await other.write(lambda tx: tx.execute(sa.text(f"SELECT pg_terminate_backend({mine}, 5000)")).scalar())
    await other.close()
    assert await database.write(Work(first=ONE)) == 1


async def test_a_connection_that_always_breaks_is_an_error_that_passes(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as failure:
        await database.write(lambda tx: tx.execute(CUT))
    assert is_away(failure.value)
    assert await database.write(Work(first=ONE)) == 1


async def test_what_broke_while_it_was_committed_is_not_done_twice(database: Database) -> None:
    tries = 0

    def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        # A trigger that waits for the commit, and cuts the connection then.
        tx.execute(sa.text("CREATE TEMPORARY TABLE cut (n integer)"))
        tx.execute(
            sa.text(
                "CREATE FUNCTION pg_temp.cut() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$"
            )
        )
        tx.execute(
            sa.text(
                "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON cut DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION pg_temp.cut()"
            )
        )
        tx.execute(sa.text("INSERT INTO cut VALUES (1)"))

    with pytest.raises(sa.exc.DBAPIError) as failure:
        await database.write(work)
    assert is_away(failure.value)
    assert tries == 1


async def test_a_desk_that_stops_waits_no_longer_for_a_server_that_says_nothing(
    database: Database, server: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.postgres._HURRIED", 0.0)
    await server.execute(LOCK)
    locking = asyncio.create_task(database.write(lambda tx: tx.execute(LOCK)))
    await asyncio.sleep(0)
    database.hurry()
    with pytest.raises(TimeoutError) as failure:
        await asyncio.wait_for(locking, 20)
    assert is_away(failure.value)
    await server.rollback()


async def test_a_server_that_says_nothing_is_given_up_and_asked_again_by_the_next(
    postgres: str, server: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(databases._POSTGRES["connect_args"], "command_timeout", 0.5)
    database = Database(postgres)
    await server.execute(LOCK)
    with pytest.raises(TimeoutError):
        await database.write(lambda tx: tx.execute(LOCK))
    await server.rollback()
    assert await database.write(Work(first=LOCK)) == 1
    await database.close()
