"""A database of an older version, and what becomes of what it holds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine

from storage import letters, migrations, people, tickets
from storage import tables as today
from storage.database import Database
from storage.transactions import Transaction
from tests.desk_in_tests import MONDAY_TEN

FIRST = "0001"
Rows = dict[str, list[Any]]

# What the program decodes; any other text is as good as the next.
_TEXTS = {
    "message": '{"blocks":[],"language":"ro","zone":"UTC"}',
    "status": "received",
    "kind": "said",
    "tags": "[]",
    "data": "{}",
    "event": "{}",
    "key": "opened:1",
    "suggestion": "{}",
}
_EMPTY = {"done_at", "leased_until"}  # its letter still waits


@pytest.fixture(params=["sqlite", "postgres"])
async def older(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the first version, a row in each of its tables."""
    url = sa.make_url(f"sqlite:///{tmp_path / 'older.db'}")
    if request.param == "postgres":
        url = sa.make_url(request.getfixturevalue("postgres")).set(database="older")
        await _on_server(url, "CREATE DATABASE older")
    database = Database(url.render_as_string(hide_password=False))
    await move(database, command.upgrade)
    await database.write(fill)
    yield database
    await database.close()
    if request.param == "postgres":
        await _on_server(url, "DROP DATABASE older")


async def _on_server(url: sa.URL, statement: str) -> None:
    server = url.set(drivername="postgresql+asyncpg", database="postgres")
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(statement))
    await engine.dispose()


async def move(database: Database, way: Any) -> None:
    """Go up, or down, to the first version."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")

    def work(connection: sa.Connection) -> None:
        config.attributes["connection"] = connection
        way(config, FIRST)

    engine = database.beside()
    async with engine.begin() as connection:
        await connection.run_sync(work)
    await engine.dispose()


async def update(database: Database) -> None:
    """Start the newest version on it: another process, with connections of its own."""
    await migrations.upgrade(database)
    await database.engine.dispose()


def as_it_is(tx: Transaction) -> sa.MetaData:
    """Return the tables that the database has."""
    found = sa.MetaData()
    found.reflect(tx.connection)
    return found


def fill(tx: Transaction) -> None:
    """Store a row in each table, which refers to the first row of every other."""
    for table in as_it_is(tx).sorted_tables:
        if table.name != "alembic_version":
            tx.execute(sa.insert(table), {column.name: _any(column) for column in table.columns})


def _any(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    if column.name in _EMPTY:
        return None
    if kind is str:
        return _TEXTS.get(column.name, "ro")
    return MONDAY_TEN if kind is type(MONDAY_TEN) else kind(1)


def rows(tx: Transaction, of: sa.MetaData | None = None) -> Rows:
    """Return what the tables hold, as they are or were at another time."""
    found = (of or as_it_is(tx)).sorted_tables
    return {t.name: list(tx.execute(sa.select(t))) for t in found if t.name != "alembic_version"}


async def test_a_filled_database_of_the_first_version_keeps_all_it_holds_on_its_way_to_the_newest(
    older: Database,
) -> None:
    were, held = await older.read(lambda tx: (as_it_is(tx), rows(tx)))
    assert {len(each) for each in held.values()} == {1}
    await update(older)
    assert await older.read(lambda tx: migrations.current(tx.connection)) == migrations.newest()
    assert await older.read(lambda tx: rows(tx, were)) == held


async def test_the_desk_reads_what_was_stored_before_an_update(older: Database) -> None:
    await update(older)
    (place,) = await older.read(lambda tx: list(people.places_by_id(tx, {1}).values()))
    assert (place.conversation, place.closed, place.address) == ("ro", False, None)
    ticket = await older.read(lambda tx: tickets.get(tx, 1))
    assert ticket is not None
    assert ticket.place_id == place.id
    (letter,) = await older.write(lambda tx: letters.claim(tx, MONDAY_TEN, MONDAY_TEN, 10))
    assert letter.conversation == "ro"
    read = await older.read(lambda tx: rows(tx, today.metadata))
    assert {"offers", "early", "web_posts"} <= {name for name, each in read.items() if each}
    assert [(post.ticket_id, post.brought) for post in read["posts"]] == [(1, None)]


async def test_a_filled_database_goes_back_to_the_first_version_too(older: Database) -> None:
    were, held = await older.read(lambda tx: (as_it_is(tx), rows(tx)))
    await update(older)
    await move(older, command.downgrade)
    assert await older.read(lambda tx: rows(tx, were)) == held
