import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from storage import inbox, migrations
from storage.checkpoints import Checkpoints
from storage.database import Database
from storage.sqlite import SqliteWriter
from storage.transactions import Work
from tests.desk_in_tests import MONDAY_TEN


async def test_what_is_committed_is_moved_into_the_file_beside_the_commits(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    # While somebody else has the file open, closing moves nothing.
    with sqlite3.connect(tmp_path / "desk.db") as other:
        other.execute("SELECT count(*) FROM inbox").fetchone()
        await database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN))
        await database.close()
        shutil.copy(tmp_path / "desk.db", tmp_path / "file-alone.db")
    other.close()
    with sqlite3.connect(tmp_path / "file-alone.db") as alone:
        assert alone.execute("SELECT id FROM inbox").fetchall() == [("a",)]
    alone.close()


async def test_while_another_process_writes_the_loop_goes_on_and_the_work_waits(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    await database.write(lambda tx: inbox.first_time(tx, "web", "first", MONDAY_TEN))
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN)))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not writing.done()
        other.execute("COMMIT")
    assert await writing
    await database.close()


# Holds the log of a file as who recovers it after a crash does, until it is told to let go.
# https://www.sqlite.org/walformat.html#wal_locks
_RECOVERS = """
import fcntl, sys
index = open(sys.argv[1], "r+b")
for byte in (120, 122):
    fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
head = index.read(96)
index.seek(0)
index.write(bytes(96))
index.flush()
print("recovering", flush=True)
sys.stdin.read()
index.seek(0)
index.write(head)
"""


async def test_while_another_process_recovers_the_log_the_work_waits(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    await database.write(lambda tx: inbox.first_time(tx, "web", "first", MONDAY_TEN))
    command = [sys.executable, "-c", _RECOVERS, str(tmp_path / "desk.db-shm")]
    other = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    await other.stdout.readline()
    writing = asyncio.create_task(database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN)))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not writing.done()
    await other.communicate(b"done")
    assert await writing
    await database.close()


async def test_checkpoints_that_fail_are_told_of_once_a_minute_and_keep_nobody_from_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Checkpoints, "_checkpoint", fails)
    monkeypatch.setattr("storage.checkpoints._BETWEEN", 0.0)
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    with structlog.testing.capture_logs() as logged:
        for name in "abcdefgh":
            assert await database.write(lambda tx, n=name: inbox.first_time(tx, "web", n, MONDAY_TEN))  # type: ignore[misc]
        await database.close()
    assert [line["event"] for line in logged] == ["sqlite.no_checkpoint"]


async def test_what_another_process_never_ends_is_an_error_and_the_next_work_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite._PATIENCE", 0.0)
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            await database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN))
        other.execute("COMMIT")
    assert await database.write(lambda tx: inbox.first_time(tx, "web", "a", MONDAY_TEN))
    await database.close()


def note(name: str) -> Work[bool]:
    return lambda tx: inbox.first_time(tx, "web", name, MONDAY_TEN)


async def test_a_lock_is_waited_for_once_by_all_that_came_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite._PATIENCE", 0.0)
    begin, waited = SqliteWriter._begin, 0

    async def counted(writer: SqliteWriter) -> sa.RootTransaction:
        nonlocal waited
        waited += 1
        return await begin(writer)

    monkeypatch.setattr(SqliteWriter, "_begin", counted)
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        works = [database.write(note(str(n))) for n in range(20)]
        outcomes = await asyncio.gather(*works, return_exceptions=True)
        other.execute("COMMIT")
    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 20
    assert waited == 1
    await database.close()


async def test_a_desk_that_stops_waits_no_longer_for_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite._PATIENCE", 1000.0)
    monkeypatch.setattr("storage.sqlite._HURRIED", 0.0)
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await migrations.upgrade(database)
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(database.write(note("a")))
        await asyncio.sleep(0)
        database.hurry()
        with pytest.raises(OperationalError, match="locked"):
            await asyncio.wait_for(writing, 10)
        await asyncio.wait_for(database.close(), 10)
        other.execute("COMMIT")


async def test_two_processes_may_begin_on_an_empty_file_at_one_moment(tmp_path: Path) -> None:
    desks = [Database(f"sqlite:///{tmp_path}/desk.db") for _ in range(4)]
    await asyncio.gather(*(migrations.upgrade(desk) for desk in desks))
    assert await desks[0].read(lambda tx: migrations.current(tx.connection)) == migrations.newest()
    for desk in desks:
        await desk.close()
