import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from pydantic import SecretStr

from bot import server
from bot.app import App
from bot.clock import Clock
from bot.config import Settings
from desk.errors import Refused
from desk.incoming import File, Incoming
from handlers import router, timers
from storage import people, tickets, web_page
from storage import timers as stored_timers
from storage.outbox import waiting
from storage.tables import outbox
from storage.transactions import Transaction
from tests.desk_in_tests import HOUR, answer_text


@pytest.fixture
async def app(fresh_url: str) -> AsyncIterator[App]:
    app = App(Settings(database_url=fresh_url))
    await app.prepare()
    place = await app.database.write(lambda tx: people.place(tx, "web", "try", "triage", "triage"))
    app.desk.triages = (place,)
    yield app
    await app.database.close()


def message() -> Incoming:
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


async def test_a_file_without_words_that_we_fail_to_handle_is_named_to_the_team(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setitem(router.KINDS, "message", broken)
    file = File("F1", "factura.pdf")
    in_channel = {"direct": False, "conversation": "C1", "place_name": "trans-carpati"}
    await app.receive(replace(message(), text="", files=(file,), **in_channel))
    (text,) = await app.database.read(lambda tx: list(tx.execute(sa.select(outbox.c.message)).scalars()))
    assert "factura.pdf" in text
    assert "#trans-carpati" in text


async def test_a_message_that_we_refuse_is_shown_to_the_team_too(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object) -> None:
        raise Refused("There is no tier “{name}”.", name="gold")

    monkeypatch.setitem(router.KINDS, "message", refused)
    assert "gold" in answer_text(await app.receive(message()))
    await app.receive(message())
    texts = await app.database.read(lambda tx: list(tx.execute(sa.select(outbox.c.message)).scalars()))
    assert len(texts) == 1
    assert "Nu pot crea curse noi" in texts[0]


async def test_a_message_that_we_refuse_comes_again_where_nobody_could_be_shown_it(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object) -> None:
        raise Refused("There is no tier “{name}”.", name="gold")

    app.desk.triages = ()
    monkeypatch.setitem(router.KINDS, "message", refused)
    with pytest.raises(Refused):
        await app.receive(message())
    monkeypatch.undo()
    await app.receive(message())
    assert await app.database.read(lambda tx: tickets.get(tx, 1001)) is not None


def shortcut() -> Incoming:
    return replace(message(), kind="mark", shortcut=True)


async def test_who_uses_a_shortcut_is_told_why_it_is_refused_and_nobody_else(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object) -> None:
        raise Refused("There is no tier “{name}”.", name="gold")

    monkeypatch.setitem(router.KINDS, "mark", refused)
    for triages in (app.desk.triages, ()):
        app.desk.triages = triages
        assert "gold" in answer_text(await app.receive(shortcut()))
    assert await app.database.read(waiting) == 0


async def test_a_shortcut_that_we_fail_to_handle_answers_with_a_code(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    app.desk.triages = ()
    monkeypatch.setitem(router.KINDS, "mark", broken)
    assert "Spuneți-ne acest cod" in answer_text(await app.receive(shortcut()))


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


async def test_a_moved_clock_is_kept_over_a_restart_and_what_it_brought_comes_once(app: App) -> None:
    await app.receive(message())
    await app.advance(5 * HOUR)
    fired = await app.database.write(lambda tx: timers.fire(tx, app.desk, app.clock.now(), 50))
    assert {timer.kind for timer in fired} - {"back"} == {"sla"}  # at night, the team also came back

    again = App(app.settings)
    await again.prepare()
    assert again.clock.ahead == 5 * HOUR
    again.desk.triages = app.desk.triages
    assert await again.database.write(lambda tx: timers.fire(tx, again.desk, again.clock.now(), 50)) == []
    await again.database.close()


async def test_a_clock_that_was_moved_while_trying_does_not_count_for_a_chat_platform(app: App) -> None:
    await app.advance(HOUR)
    real = App(Settings(database_url=app.settings.database_url, slack_bot_token=SecretStr("xoxb-1")))
    await real.prepare()
    assert real.clock.ahead == timedelta(0)
    await real.database.close()


@pytest.mark.parametrize(("token", "team"), [(None, {"ana", "mihai"}), (SecretStr("xoxb-1"), set())])
async def test_beside_a_chat_platform_nobody_on_the_try_page_is_an_agent(
    fresh_url: str, token: SecretStr | None, team: set[str]
) -> None:
    app = App(Settings(database_url=fresh_url, desk_try=True, slack_bot_token=token))
    await app.prepare()
    site = await server.build(app)
    assert {agent.user for agent in await app.database.read(people.agents)} == team
    assert app.team_is_on("web") is bool(team)
    site.freeze()
    await site.cleanup()
    await app.database.close()


@pytest.mark.parametrize(
    ("settings", "team"),
    [
        ({"slack_triage_channel": "C1", "teams_triage_channel": "19:1"}, {"slack", "teams"}),
        ({"teams_triage_channel": "19:1"}, {"teams"}),
        ({"teams_app_id": None, "slack_triage_channel": "C1", "teams_triage_channel": "19:1"}, {"slack"}),
        ({"desk_try": True}, set()),
        ({"slack_bot_token": None, "teams_app_id": None}, {"web"}),
        ({"slack_bot_token": None, "teams_app_id": None, "desk_try": False}, set()),
    ],
)
async def test_the_team_is_where_a_channel_is_set_for_it_and_nobody_is_an_agent_elsewhere(
    fresh_url: str, settings: dict[str, Any], team: set[str]
) -> None:
    def meet(tx: Transaction) -> None:
        for platform in ("slack", "teams", "web"):
            people.place(tx, platform, "W", "triage", "triage")
            people.change_person(tx, people.person(tx, platform, "W", "ana").id, agent=True)

    before: dict[str, Any] = {"slack_bot_token": SecretStr("xoxb-1"), "teams_app_id": "A1"}
    app = App(Settings(database_url=fresh_url, **(before | settings)))
    await app.database.write(meet)
    await app.prepare()
    assert {agent.platform for agent in await app.database.read(people.agents)} == team
    assert {place.platform for place in app.desk.triages} == team
    await app.database.close()


async def test_starting_over_sets_the_clock_back_and_goes_on_working(app: App) -> None:
    await app.start()
    await app.receive(message())
    await app.advance(5 * HOUR)
    await asyncio.gather(app.start_over(), app.start_over())
    assert app.clock.ahead == timedelta(0)
    due = await app.database.read(stored_timers.next_due)
    assert due is not None
    assert due - app.clock.now() <= timedelta(days=1)
    again = replace(message(), id="e2", message="m2")
    await app.receive(again)
    assert await app.database.read(lambda tx: tickets.get(tx, 1002)) is not None
    await app.stop()


async def test_all_is_forgotten_while_people_write_and_that_fails_for_nobody(app: App) -> None:
    writing = [
        app.receive(replace(message(), id=f"e{n}", user=f"u{n}", conversation=f"dm:u{n}")) for n in range(8)
    ]
    await app.receive(message())
    await asyncio.gather(*writing[:3], app.database.write(web_page.start_over), *writing[3:])


async def test_starting_over_where_it_may_not_leaves_everything_as_it_is(app: App) -> None:
    await app.start()
    await app.receive(replace(message(), platform="slack"))
    await app.advance(HOUR)
    with pytest.raises(Refused):
        await app.start_over()
    assert app.clock.ahead == HOUR
    assert await app.database.read(lambda tx: tickets.get(tx, 1001)) is not None
    await app.stop()


def test_every_setting_is_documented() -> None:
    readme = Path(__file__).parents[2].joinpath("docs", "settings.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in readme
