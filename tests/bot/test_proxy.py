"""A machine from which only a proxy leads out: both platforms are reached through it, this machine is not."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.app import App
from bot.config import Settings
from bot.proxy import proxy_for
from bot.slack.connect import connect as connect_slack
from bot.teams.check import look
from bot.teams.connect import connect as connect_teams
from notifications.teams.send import TeamsChat

SLACK = {"slack_bot_token": SecretStr("xoxb-1"), "slack_signing_secret": SecretStr("shh")}
SLACK_THERE = {"slack_api_url": "http://slack.example/api/", "slack_triage_channel": "C1"}
TEAMS = {"teams_app_id": "A1", "teams_app_password": SecretStr("shh"), "teams_tenant_id": "T1"}
TEAMS_THERE = {
    "teams_login_url": "http://login.example/",
    "teams_metadata_url": "http://keys.example/",
    "teams_service_url": "http://teams.example/",
    "teams_triage_channel": "19:1@thread.tacv2",
}


class Proxy:
    """Answers in the name of everybody, and remembers who was meant."""

    def __init__(self) -> None:
        self.asked: set[str | None] = set()
        self.heard = asyncio.Event()

    async def take(self, request: web.BaseRequest) -> web.Response:
        self.asked.add(request.url.host)
        self.heard.set()
        return web.json_response({"access_token": "t1", "expires_in": 3600, "members": []})


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    proxy, site = Proxy(), web.Application()
    site.router.add_route("*", "/{path:.*}", proxy.take)
    async with TestServer(site) as server:
        for name in ("all_proxy", "https_proxy", "http_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.setenv("HTTP_PROXY", str(server.make_url("")).rstrip("/"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,inside.example")
        yield proxy


@pytest.mark.parametrize(
    ("connect", "settings", "host"),
    [
        (connect_slack, SLACK | SLACK_THERE, "slack.example"),
        (connect_teams, TEAMS | TEAMS_THERE, "login.example"),
    ],
)
async def test_a_platform_is_reached_through_the_proxy(
    tmp_path: Path, proxy: Proxy, connect: Any, settings: dict[str, Any], host: str
) -> None:
    app = App(Settings(database_url=f"sqlite:///{tmp_path}/desk.db", **settings))
    await app.prepare()
    site = web.Application()
    await connect(app, site)
    async with asyncio.timeout(10):
        await proxy.heard.wait()
    site.freeze()
    await site.cleanup()
    await app.database.close()
    assert host in proxy.asked


async def test_the_check_of_teams_goes_through_the_proxy_too(proxy: Proxy) -> None:
    settings: dict[str, Any] = TEAMS | TEAMS_THERE
    await look(Settings(**settings))
    assert proxy.asked == {"login.example", "teams.example", "keys.example"}


async def test_the_playground_on_this_machine_is_spoken_to_without_it(
    tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", os.environ["HTTP_PROXY"])
    monkeypatch.delenv("NO_PROXY")
    app = App(Settings(database_url=f"sqlite:///{tmp_path}/desk.db", desk_teams_playground=True))
    await app.prepare()
    site = web.Application()
    await connect_teams(app, site)
    playground, its_site = Proxy(), web.Application()
    its_site.router.add_route("*", "/{path:.*}", playground.take)
    async with TestServer(its_site) as server:
        await cast(TeamsChat, app.chats["teams"]).members(str(server.make_url("/")), "19:1", "T1")
    site.freeze()
    await site.cleanup()
    await app.database.close()
    assert (playground.asked, proxy.asked) == ({"127.0.0.1"}, set())


def test_what_is_excepted_is_reached_directly(proxy: Proxy) -> None:
    assert proxy.asked == set()
    assert proxy_for("http://slack.example/api/") is not None
    assert proxy_for("http://inside.example/api/") is None
    assert proxy_for("https://slack.example/api/") is None
