"""What becomes of events while the database cannot be used: they come again, and are handled then."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from bot.app import App
from bot.config import Settings
from desk.errors import Refused
from desk.incoming import Incoming, Kind
from handlers import router
from storage import people, tickets
from storage.outbox import waiting
from storage.tables import outbox
from storage.transactions import Transaction
from tests.desk_in_tests import answer_text

MESSAGE = Incoming(
    platform="web",
    id="e1",
    kind="message",
    workspace="try",
    user="ion",
    conversation="dm:ion",
    message="m1",
    text="Nu pot crea curse noi",
    direct=True,
)
COMMAND = Incoming(
    platform="web",
    id="e2",
    kind="command",
    workspace="try",
    user="ion",
    conversation="dm:ion",
    command="support",
    text="status",
)


@pytest.fixture
async def app(empty_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    monkeypatch.setattr("storage.sqlite._PATIENCE", 0.0)
    path = tmp_path / "desk.db"
    shutil.copy(empty_sqlite, path)
    app = App(Settings(database_url=f"sqlite:///{path}"))
    await app.prepare()
    place = await app.database.write(lambda tx: people.place(tx, "web", "try", "triage", "triage"))
    app.desk.triages = (place,)
    yield app
    await app.database.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def path_of(app: App) -> Path:
    return Path(app.database.url.database or "")


async def notes(app: App) -> list[str]:
    """Return what the team was shown because it could not be handled."""
    texts = await app.database.read(lambda tx: list(tx.execute(sa.select(outbox.c.message)).scalars()))
    return [text for text in texts if text and "nu a putut fi" in text]


@pytest.mark.parametrize("kind", ["message", "edited", "deleted", "mark"])
async def test_what_comes_while_the_file_is_locked_is_not_acknowledged(app: App, kind: Kind) -> None:
    with locked(path_of(app)), pytest.raises(sa.exc.OperationalError, match="locked"):
        await app.receive(replace(MESSAGE, kind=kind))
    assert await app.database.read(waiting) == 0


async def test_what_came_while_the_file_was_locked_is_a_ticket_when_it_comes_again(app: App) -> None:
    with locked(path_of(app)), pytest.raises(sa.exc.OperationalError):
        await app.receive(MESSAGE)
    await app.receive(MESSAGE)
    assert await app.database.read(lambda tx: tickets.get(tx, 1001)) is not None
    assert await notes(app) == []


async def test_a_lock_that_ends_before_the_team_could_be_told_makes_no_note_of_a_message(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = sqlite3.OperationalError("database is locked")
    lock.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    monkeypatch.setitem(router.KINDS, "message", raising(sa.exc.OperationalError("INSERT", {}, lock)))
    with pytest.raises(sa.exc.OperationalError):
        await app.receive(MESSAGE)
    assert await notes(app) == []


async def test_a_command_while_the_file_is_locked_answers_that_nothing_was_changed(app: App) -> None:
    with locked(path_of(app)):
        answer = await app.receive(COMMAND)
    assert "nu s-a schimbat nimic" in answer_text(answer)


def raising(error: Exception) -> Callable[..., None]:
    def work(*_arguments: object) -> None:
        raise error

    return work


async def test_a_message_that_we_refuse_while_the_file_is_locked_comes_again(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock: AbstractContextManager[None] = locked(path_of(app))

    async def refuse_then_lock(*_arguments: object) -> bool:
        monkeypatch.undo()
        monkeypatch.setattr("storage.sqlite._PATIENCE", 0.0)
        lock.__enter__()
        raise Refused("There is no tier “{name}”.", name="gold")

    monkeypatch.setattr(app.database, "write", refuse_then_lock)
    with pytest.raises(sa.exc.OperationalError, match="locked"):
        await app.receive(MESSAGE)
    lock.__exit__(None, None, None)
    await app.receive(MESSAGE)
    assert await app.database.read(lambda tx: tickets.get(tx, 1001)) is not None


async def test_what_does_not_fit_on_a_full_disk_is_a_ticket_once_there_is_room(app: App) -> None:
    await app.database.write(lambda tx: most_pages(tx, 1))
    long = replace(MESSAGE, text="Nu pot crea curse noi. " * 500)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await app.receive(long)
    await app.database.write(lambda tx: most_pages(tx, 1_000_000))
    await app.receive(long)
    assert await app.database.read(lambda tx: tickets.get(tx, 1001)) is not None
    assert await notes(app) == []


def most_pages(tx: Transaction, most: int) -> None:
    """Let the writer's file grow no further than this, or than it is."""
    tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")
