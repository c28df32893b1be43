from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.clock import Clock
from bot.config import Settings
from desk.incoming import Incoming
from handlers import router
from storage import people
from storage.outbox import waiting
from storage.tables import outbox
from tests.desk_in_tests import HOUR, answer_text


@pytest.fixture
async def app(fresh_url: str) -> AsyncIterator[App]:
    app = App(Settings(database_url=fresh_url))
    await app.prepare()
    app.desk.triage = await app.database.write(lambda tx: people.place(tx, "web", "try", "triage", "triage"))
    yield app
    await app.database.close()


def message(**more: str) -> Incoming:
    return Incoming(
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


async def test_what_we_fail_to_handle_is_shown_to_the_team_and_not_lost(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setitem(router.KINDS, "message", broken)
    await app.receive(message())
    await app.receive(message())
    texts = await app.database.read(lambda tx: list(tx.execute(sa.select(outbox.c.message)).scalars()))
    assert len(texts) == 1
    assert "Nu pot crea curse noi" in texts[0]


async def test_a_command_that_we_fail_to_handle_answers_with_a_code(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setitem(router.COMMANDS, "support", broken)
    answer = await app.receive(
        Incoming(platform="web", id="e2", kind="command", workspace="try", user="ion", command="support")
    )
    assert "Spuneți-ne acest cod" in answer_text(answer)
    assert await app.database.read(waiting) == 0


async def test_a_refusal_is_said_in_the_askers_language(app: App) -> None:
    answer = await app.receive(
        Incoming(platform="web", id="e3", kind="command", workspace="try", user="ion", command="ticket")
    )
    assert answer_text(answer).startswith("Numai echipa de suport")


def test_the_clock_only_moves_forward() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(HOUR)
    assert clock.now() - before >= HOUR
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-HOUR)


def test_every_setting_is_documented() -> None:
    readme = Path(__file__).parents[2].joinpath("docs", "settings.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in readme
