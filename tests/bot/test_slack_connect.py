"""A desk that starts while Slack, or its own database, does not answer yet."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import team
from bot.app import App
from bot.config import Settings
from bot.slack import connect as slack
from bot.slack.people import code
from notifications.chat import SendError
from storage import people
from tests.bot.test_slack_http import SECRET, FakeSlack, signed


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def fake() -> FakeSlack:
    """A Slack in which U1 is in the triage channel."""
    return FakeSlack()


@pytest.fixture
async def api(fake: FakeSlack) -> AsyncIterator[str]:
    """Its address."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/api/"))


async def prepared(folder: Path, api: str, **settings: str) -> App:
    secret = {
        name: SecretStr(value) if name != "slack_client_id" else value for name, value in settings.items()
    }
    url = f"sqlite:///{folder}/desk.db"
    app = App(Settings(database_url=url, slack_triage_channel="T1/C1", slack_api_url=api, **secret))  # type: ignore[arg-type]
    await app.prepare()
    return app


async def test_what_is_no_json_is_told_by_its_status(session: aiohttp.ClientSession) -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.Response(status=503, text="busy" if "auth" in request.path else "")

    site = web.Application()
    site.router.add_route("*", "/api/{method}", busy)
    async with TestServer(site) as server:
        client = AsyncWebClient("xoxb-1", str(server.make_url("/api/")), session=session, retry_handlers=[])
        with pytest.raises(SlackApiError) as failure:
            await client.auth_test()
        with pytest.raises(SlackApiError) as empty:
            await client.api_test()
    assert code(failure.value) == code(empty.value) == "HTTP 503"
    assert code(TimeoutError()) == "TimeoutError"
    assert code(SendError("Install the app again.")) == "Install the app again."


async def test_a_database_that_fails_once_does_not_keep_the_team_from_its_desk(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "AGAIN", 0.001)
    app = await prepared(tmp_path, api, slack_bot_token="xoxb-1")
    settle, staff, staffed, calls = app.settle_team, app.staff_team, asyncio.Event(), list[str]()

    async def fails_once(platform: str, workspace: str, conversation: str) -> None:
        calls.append(conversation)
        if len(calls) == 1:
            raise OperationalError("UPDATE", {}, Exception("the server is closing"))
        await settle(platform, workspace, conversation)

    async def then_staffed(platform: str, users: Collection[str]) -> None:
        await staff(platform, users)
        staffed.set()

    monkeypatch.setattr(app, "settle_team", fails_once)
    monkeypatch.setattr(app, "staff_team", then_staffed)
    site = web.Application()
    await slack.connect(app, site)
    async with asyncio.timeout(10):
        await staffed.wait()
    assert [agent.user for agent in await app.database.read(people.agents)] == ["U1"]
    site.freeze()
    await site.cleanup()
    await app.database.close()


async def test_who_left_the_channel_unnoticed_is_an_agent_until_slack_is_asked_anew(
    tmp_path: Path, api: str, fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "ANEW", 0.001)
    app = await prepared(tmp_path, api, slack_bot_token="xoxb-1", slack_signing_secret="shh")
    staff, staffed = app.staff_team, asyncio.Event()

    async def then_staffed(platform: str, users: Collection[str]) -> None:
        await staff(platform, users)
        if fake.answers["conversations.members"]["members"] == ["U2"] == list(users):
            staffed.set()
        fake.answers["conversations.members"] = {"members": ["U2"]}

    monkeypatch.setattr(app, "staff_team", then_staffed)
    site = web.Application()
    await slack.connect(app, site)
    async with asyncio.timeout(10):
        await staffed.wait()
    assert [agent.user for agent in await app.database.read(people.agents)] == ["U2"]
    site.freeze()
    await site.cleanup()
    await app.database.close()


async def test_a_joined_that_comes_after_the_left_that_undid_it_makes_nobody_an_agent(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await prepared(tmp_path, api, slack_bot_token="xoxb-1", slack_signing_secret=SECRET)
    staff, staffed = app.staff_team, asyncio.Queue[None]()

    async def then_staffed(platform: str, users: Collection[str]) -> None:
        await staff(platform, users)
        staffed.put_nowait(None)

    monkeypatch.setattr(app, "staff_team", then_staffed)
    site = web.Application()
    await slack.connect(app, site)
    async with TestClient(TestServer(site)) as client, asyncio.timeout(10):
        await staffed.get()
        for kind in ("member_left_channel", "member_joined_channel"):
            told = {"type": kind, "user": "U9", "channel": "C1"}
            sent = {"type": "event_callback", "team_id": "T1", "event_id": kind, "event": told}
            raw = json.dumps(sent).encode()
            headers = {**signed(raw, str(int(time.time()))), "Content-Type": "application/json"}
            assert (await client.post("/slack/events", data=raw, headers=headers)).status == 200
            await staffed.get()
        assert [agent.user for agent in await app.database.read(people.agents)] == ["U1"]
    await app.database.close()


async def test_the_app_can_be_installed_also_where_requests_come_over_socket_mode(
    tmp_path: Path, api: str
) -> None:
    app = await prepared(
        tmp_path, api, slack_client_id="1.2", slack_client_secret="shh", slack_app_token="xapp-1"
    )
    site = web.Application()
    await slack.connect(app, site)
    paths = {resource.canonical for resource in site.router.resources()}
    assert {"/slack/install", "/slack/oauth_redirect"} <= paths
    assert "/slack/events" not in paths
    site.freeze()
    await site.cleanup()
    await app.database.close()


async def test_the_log_says_in_words_why_the_team_is_unknown(tmp_path: Path, api: str) -> None:
    many = {"slack_client_id": "1.2", "slack_client_secret": "shh", "slack_signing_secret": "shh"}
    app = await prepared(tmp_path, api, **many)
    site = web.Application()
    with capture_logs() as logs:
        await slack.connect(app, site)
        async with asyncio.timeout(10):
            while not logs:  # noqa: ASYNC110 - what is waited for happens in a thread of the database
                await asyncio.sleep(0.005)
    (line,) = logs
    assert line["event"] == "team.unknown"
    assert "not installed" in line["why"]
    site.freeze()
    await site.cleanup()
    await app.database.close()
