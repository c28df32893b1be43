import shutil
import sqlite3
from pathlib import Path

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
