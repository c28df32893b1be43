import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import inbox, migrations, people, plans
from storage.database import Database
from storage.tables import inbox as inbox_table
from storage.transactions import Transaction, Woken
from storage.web_tables import web_posts
from tests.desk_in_tests import MONDAY_TEN


async def seen(database: Database) -> list[str]:
    query = sa.select(inbox_table.c.id).order_by(inbox_table.c.id)
    return await database.read(lambda tx: list(tx.execute(query).scalars()))


async def test_what_was_written_is_read(database: Database) -> None:
    assert await database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN)) is True
    assert await database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN)) is False
    assert await seen(database) == ["a"]


async def test_a_work_that_fails_leaves_nothing_and_takes_nobody_with_it(database: Database) -> None:
    def bad(tx: Transaction) -> None:
        inbox.first_time(tx, "web", "bad", MONDAY_TEN)
        raise RuntimeError("no")

    def good(name: str) -> asyncio.Task[bool]:
        return asyncio.ensure_future(database.write(lambda tx: inbox.first_time(tx, "web", name, MONDAY_TEN)))

    outcomes = await asyncio.gather(good("a"), database.write(bad), good("b"), return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["bool", "RuntimeError", "bool"]
    assert await seen(database) == ["a", "b"]


async def test_a_statement_that_the_database_refuses_takes_nobody_with_it(database: Database) -> None:
    def bad(tx: Transaction) -> None:
        tx.execute(sa.text("INSERT INTO nowhere VALUES (1)"))

    outcomes = await asyncio.gather(
        database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN)),
        database.write(bad),
        database.write(lambda tx: inbox.first_time(tx, "web", "b", MONDAY_TEN)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], sa.exc.DBAPIError)
    assert await seen(database) == ["a", "b"]


async def test_a_naive_instant_is_refused_before_it_reaches_the_database(database: Database) -> None:
    with pytest.raises((ValueError, sa.exc.StatementError), match="has no time zone"):
        await database.write(lambda tx: inbox.first_time(tx, "web", "a", datetime(2026, 1, 1)))  # noqa: DTZ001


async def test_many_writers_at_once_all_commit(database: Database) -> None:
    works = [
        database.write(lambda tx, n=n: inbox.first_time(tx, "web", f"{n:03}", MONDAY_TEN))  # type: ignore[misc]
        for n in range(200)
    ]
    assert all(await asyncio.gather(*works))
    assert len(await seen(database)) == 200


async def test_those_who_gave_up_waiting_do_no_harm(database: Database) -> None:
    task = asyncio.ensure_future(database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN)))
    await asyncio.sleep(0)
    task.cancel()
    assert await database.write(lambda tx: inbox.first_time(tx, "web", "b", MONDAY_TEN)) is True
    assert "b" in await seen(database)


async def test_closing_finishes_what_was_taken_in(fresh_url: str) -> None:
    database = Database(fresh_url)
    works = [
        asyncio.ensure_future(database.write(lambda tx, n=n: inbox.first_time(tx, "web", str(n), MONDAY_TEN)))  # type: ignore[misc]
        for n in range(20)
    ]
    await asyncio.sleep(0)
    await database.close()
    assert all(await asyncio.gather(*works))


async def test_an_error_of_who_is_told_of_a_commit_keeps_nobody_from_writing(database: Database) -> None:
    def raises(_woken: Woken) -> None:
        raise RuntimeError("a mistake of theirs")

    def work(tx: Transaction, name: str) -> bool:
        tx.wake("timers", MONDAY_TEN)
        return inbox.first_time(tx, "web", name, MONDAY_TEN)

    database.on_commit = raises
    for name in "abcdefgh":  # more than run side by side
        async with asyncio.timeout(10):
            assert await database.write(lambda tx, n=name: work(tx, n))  # type: ignore[misc]


async def test_what_is_prepared_is_the_same_for_the_writer_and_for_readers(database: Database) -> None:
    def work(tx: Transaction) -> people.Person:
        return people.person(tx, "web", "try", "ion")

    written = await database.write(work)
    assert await database.read(work) == written
    assert await database.read(people.all_customers) == []


async def test_a_plan_that_two_processes_bring_at_once_is_one_version(fresh_url: str) -> None:
    one, other = Database(fresh_url), Database(fresh_url)
    versions = await asyncio.gather(
        *(each.write(lambda tx: plans.remember(tx, "text", "digest", MONDAY_TEN)) for each in (one, other))
    )
    assert len(set(versions)) == 1
    await one.close()
    await other.close()


async def test_an_error_of_the_database_repeats_nothing_that_was_to_be_stored(database: Database) -> None:
    def work(tx: Transaction) -> None:
        tx.execute(sa.text("INSERT INTO nowhere (text) VALUES (:text)"), {"text": "our secret"})

    with pytest.raises(sa.exc.DBAPIError) as failure:
        await database.write(work)
    assert "our secret" not in str(failure.value)
    with pytest.raises(sa.exc.DBAPIError) as failure:
        await database.read(work)
    assert "our secret" not in str(failure.value)
    beside = database.beside()
    async with beside.connect() as connection:
        with pytest.raises(sa.exc.DBAPIError) as failure:
            await connection.run_sync(lambda sync: work(Transaction(sync)))
    assert "our secret" not in str(failure.value)
    await beside.dispose()


async def test_the_newest_version_is_what_the_migrations_lead_to(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert migrations.newest() == ScriptDirectory.from_config(config).get_current_head()
    assert await database.read(lambda tx: migrations.current(tx.connection)) == migrations.newest()


async def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    def work(tx: Transaction) -> list[Any]:
        # To SQLite a length means nothing: columns are not widened there.
        compared = MigrationContext.configure(tx.connection, opts={"compare_type": tx.postgres})
        return list(compare_metadata(compared, web_posts.metadata))

    # Installations are kept in tables of the Slack SDK's own.
    assert [one for one in await database.read(work) if "slack_" not in str(one)] == []


async def test_an_empty_database_has_no_version(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert await database.read(lambda tx: migrations.current(tx.connection)) is None
    await database.close()
