"""Workspaces that install the app themselves: their tokens, renewed by one process or by two."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import connect as slack
from bot.slack.edge import Edge
from bot.slack.http import installing, routes
from bot.slack.installs import Installs
from notifications.chat import SendError
from notifications.slack.send import SlackChat
from storage import inbox
from storage.database import Database
from tests.bot.test_slack_http import NOW, SECRET, Desk, event, message
from tests.desk_in_tests import MONDAY_TEN

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth")
TWELVE_HOURS = 12 * 3600


@dataclass
class Slack:
    """oauth.v2.access: gives a workspace its token for a code, and renews it for a token used once."""

    url: str = ""
    renewals: int = 0
    down: bool = False
    used: set[str] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    met: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(1))

    async def access(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.asked.set()
        await self.met.wait()
        if self.down:
            return web.Response(status=503)
        if form.get("grant_type") != "refresh_token":
            return web.json_response(self._installed("T1"))
        token = str(form["refresh_token"])
        if token in self.used:
            return web.json_response({"ok": False, "error": "invalid_refresh_token"})
        self.used.add(token)
        self.renewals += 1
        new = {"access_token": f"xoxe.{self.renewals}", "refresh_token": f"refresh-{self.renewals}"}
        return web.json_response({"ok": True, "token_type": "bot", "expires_in": TWELVE_HOURS, **new})

    def _installed(self, team: str) -> dict[str, object]:
        return {
            "ok": True,
            "app_id": "A1",
            "access_token": f"xoxb-{team}",
            "bot_user_id": "U0BOT",
            "scope": "chat:write",
            "team": {"id": team, "name": "Test"},
            "enterprise": {"id": "E1", "name": "Org"},
            "authed_user": {"id": "U1"},
            "token_type": "bot",
            "is_enterprise_install": False,
        }

    async def test(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B1"})


@pytest.fixture
async def fake() -> AsyncIterator[Slack]:
    fake = Slack()
    site = web.Application()
    site.router.add_post("/api/oauth.v2.access", fake.access)
    site.router.add_post("/api/auth.test", fake.test)
    async with TestServer(site) as server:
        fake.url = str(server.make_url("/api/"))
        yield fake


class Process:
    """One process of the desk, as far as installations go."""

    def __init__(self, fake: Slack, database: Database) -> None:
        self.session = aiohttp.ClientSession()
        self.client = AsyncWebClient(base_url=fake.url, session=self.session, retry_handlers=[])
        self.engine = database.beside()
        self.installs = Installs(self.client, self.engine, "client", "secret")

    async def close(self) -> None:
        await self.installs.close()
        await self.session.close()


@pytest.fixture
async def processes(fake: Slack, database: Database) -> AsyncIterator[list[Process]]:
    """Two processes on one database in which nobody has installed the app yet."""
    two = [Process(fake, database) for _ in range(2)]
    store, states = two[0].installs._store, two[0].installs._states
    await two[0].installs.prepare()
    async with two[0].engine.begin() as connection:
        for table in (store.bots, store.installations, states.oauth_states):
            await connection.execute(table.delete())
    yield two
    for process in two:
        await process.close()


async def install(process: Process, *, ends_in: int, refresh: str = "refresh-0") -> None:
    """Have the app installed in T1 with a rotating token that ends so many seconds from now."""
    await process.installs._store.async_save_bot(
        Bot(
            app_id="A1",
            team_id="T1",
            bot_token="xoxe.0",
            bot_id="B1",
            bot_user_id="U0BOT",
            bot_refresh_token=refresh,
            bot_token_expires_at=int(time.time()) + ends_in,
            installed_at=float(NOW),
        )
    )


async def test_a_workspace_without_the_app_has_no_token(processes: list[Process]) -> None:
    await processes[0].installs.prepare()
    with pytest.raises(SendError, match="not installed") as caught:
        await processes[0].installs.token_for("T1")
    assert not caught.value.temporary


async def test_a_token_is_renewed_two_hours_before_it_ends(processes: list[Process], fake: Slack) -> None:
    await install(processes[0], ends_in=7300)
    assert await processes[0].installs.token_for("T1") == "xoxe.0"
    await install(processes[1], ends_in=7100)
    assert await processes[1].installs.token_for("T1") == "xoxe.1"
    assert fake.renewals == 1


async def test_within_a_process_a_token_is_renewed_once(processes: list[Process], fake: Slack) -> None:
    await install(processes[0], ends_in=60)
    tokens = await asyncio.gather(*(processes[0].installs.token_for("T1") for _ in range(5)))
    assert (set(tokens), fake.renewals) == ({"xoxe.1"}, 1)


async def test_a_letter_that_is_given_up_meanwhile_loses_no_token(
    processes: list[Process], fake: Slack
) -> None:
    await install(processes[0], ends_in=60)
    fake.met = asyncio.Barrier(2)
    asking = asyncio.create_task(processes[0].installs.token_for("T1"))
    async with asyncio.timeout(10):
        await fake.asked.wait()
        asking.cancel()
        await fake.met.wait()
        fake.met = asyncio.Barrier(1)
        while await processes[1].installs.token_for("T1") != "xoxe.1":
            processes[1].installs._tokens.clear()
    assert fake.renewals == 1


async def test_two_processes_that_renew_at_once_both_have_a_token_that_holds(
    processes: list[Process], fake: Slack
) -> None:
    await install(processes[0], ends_in=60)
    fake.met = asyncio.Barrier(2)  # neither is answered before both have asked
    tokens = await asyncio.gather(*(process.installs.token_for("T1") for process in processes))
    assert fake.renewals == 1
    assert "xoxe.1" in tokens
    assert set(tokens) <= {"xoxe.0", "xoxe.1"}


async def test_who_comes_late_to_a_renewal_takes_what_the_other_stored(
    processes: list[Process], fake: Slack
) -> None:
    await install(processes[0], ends_in=-60)
    read = await processes[1].installs._bot("T1")
    assert await processes[0].installs.token_for("T1") == "xoxe.1"
    taken = await processes[1].installs._without_renewal(read, RuntimeError("invalid_refresh_token"))
    assert taken.bot_token == "xoxe.1"


async def test_a_token_that_holds_is_used_while_slack_does_not_renew_it(
    processes: list[Process], fake: Slack
) -> None:
    fake.down = True
    await install(processes[0], ends_in=60)
    assert await processes[0].installs.token_for("T1") == "xoxe.0"


async def test_a_token_that_has_ended_is_waited_for(processes: list[Process], fake: Slack) -> None:
    fake.down = True
    await install(processes[0], ends_in=-1)
    with pytest.raises(SendError) as caught:
        await processes[0].installs.token_for("T1")
    assert caught.value.temporary
    fake.down = False
    assert await processes[0].installs.token_for("T1") == "xoxe.1"


async def test_tokens_are_stored_while_the_desk_is_writing(
    processes: list[Process], database: Database
) -> None:
    async def write(n: int) -> None:
        await database.write(lambda tx: inbox.first_time(tx, "web", str(n), MONDAY_TEN))

    renewals = [install(processes[n % 2], ends_in=n, refresh=f"refresh-{n}") for n in range(20)]
    await asyncio.gather(*renewals, *(write(n) for n in range(100)))


async def test_a_workspace_installs_and_removes_the_app(processes: list[Process], fake: Slack) -> None:
    process, desk = processes[0], Desk()
    installs = process.installs
    chat = SlackChat(process.session, installs.token_for, fake.url)
    app = slack.build(Edge(desk.receive, chat, "ticket", installs.forget), process.client, installs.token_for)
    server = web.Application()
    server.add_routes([*routes(app, SECRET, now=lambda: NOW), *installing(installs.oauth)])
    async with TestClient(TestServer(server)) as client:
        page = await client.get("/slack/install")
        assert page.status == 200
        state = page.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        cookie = {"Cookie": f"slack-app-oauth-state={state}"}
        assert (await message(client)).status == 500
        wrong = await client.get(f"/slack/oauth_redirect?code=1&state={state}x", headers=cookie)
        assert wrong.status == 400
        done = await client.get(f"/slack/oauth_redirect?code=1&state={state}", headers=cookie)
        assert done.status == 200
        assert await installs.token_for("T1") == "xoxb-T1"
        assert (await message(client)).status == 200
        assert (await event(client, type="app_uninstalled")).status == 200
        with pytest.raises(SendError):
            await installs.token_for("T1")
