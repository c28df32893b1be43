import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage import inbox, migrations
from storage.database import Database
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
