import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from storage.away import is_away
from storage.database import Database
from storage.transactions import Transaction


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file with a table in which every number stands once."""
    with closing(sqlite3.connect(tmp_path / "file.db", isolation_level=None, timeout=0)) as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT)")
        yield connection


def failure(connection: sqlite3.Connection, statement: str) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as raised:
        connection.execute(statement)
    return raised.value


def test_a_locked_full_or_read_only_file_is_away(file: sqlite3.Connection, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "file.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert is_away(failure(file, "BEGIN IMMEDIATE"))
    file.execute("PRAGMA max_page_count = 1")
    assert is_away(failure(file, "INSERT INTO numbers VALUES (1, zeroblob(100000))"))
    file.execute("PRAGMA query_only = 1")
    assert is_away(failure(file, "INSERT INTO numbers VALUES (1, NULL)"))


def test_a_file_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error) as raised:
        sqlite3.connect(tmp_path / "nowhere" / "file.db")
    assert is_away(raised.value)


def test_work_that_the_file_refuses_is_a_mistake(file: sqlite3.Connection) -> None:
    file.execute("INSERT INTO numbers VALUES (1, NULL)")
    assert not is_away(failure(file, "INSERT INTO numbers VALUES (1, NULL)"))
    assert not is_away(failure(file, "INSERT INTO nowhere VALUES (1)"))
    assert not is_away(RuntimeError("a mistake of ours"))


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (asyncpg.AdminShutdownError, True),
        (asyncpg.CannotConnectNowError, True),
        (asyncpg.TooManyConnectionsError, True),
        (asyncpg.DiskFullError, True),
        (asyncpg.DeadlockDetectedError, True),
        (asyncpg.ReadOnlySQLTransactionError, True),
        (ConnectionRefusedError, True),
        (TimeoutError, True),
        (sa.exc.TimeoutError, True),
        (asyncpg.UniqueViolationError, False),
        (asyncpg.UndefinedTableError, False),
        (asyncpg.CharacterNotInRepertoireError, False),
    ],
)
def test_which_errors_of_postgresql_pass(error: type[Exception], away: bool) -> None:
    assert is_away(error("said so")) is away


async def test_a_connection_that_was_cut_is_away(postgres: str) -> None:
    database = Database(postgres)

    def cut(tx: Transaction) -> None:
        tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(sa.exc.DBAPIError) as raised:
        await database.read(cut)
    assert is_away(raised.value)
    await database.close()
