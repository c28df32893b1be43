"""What `desk check` says about Slack, against a Slack on this machine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Settings
from bot.finding import Finding
from bot.slack.check import look
from tests.bot.test_slack_http import FakeSlack

ONE = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "shh", "slack_triage_channel": "C1"}
MANY = {
    "slack_client_id": "1.2",
    "slack_client_secret": "shh",
    "slack_signing_secret": "shh",
    "slack_triage_channel": "T1/C1",
}


@pytest.fixture
def fake() -> FakeSlack:
    fake = FakeSlack()
    fake.answers["auth.test"] = {"team": "Alfa", "user": "dispecer"}
    fake.answers["conversations.info"] = {"channel": {"name": "support-triage", "is_private": True}}
    return fake


@pytest.fixture
async def api(fake: FakeSlack) -> AsyncIterator[str]:
    site = web.Application()
    site.router.add_route("*", "/api/{method}", fake.handle)
    async with TestServer(site) as server:
        yield str(server.make_url("/api/"))


async def found(api: str, settings: dict[str, Any], **changes: Any) -> dict[str, Finding]:
    """Return what is found, by what was looked at."""
    looked = await look(Settings(**(settings | {"slack_api_url": api} | changes)))
    return {one.what: one for one in looked}


async def test_a_slack_desk_that_works_has_nothing_to_mend(api: str) -> None:
    for settings in (ONE, MANY, ONE | {"slack_signing_secret": None, "slack_app_token": "xapp-1"}):
        assert [one for one in (await found(api, settings)).values() if not one.ok or one.mend] == []


async def test_a_client_id_needs_its_secret(api: str) -> None:
    slack = (await found(api, MANY, slack_client_secret=None))["slack"]
    assert not slack.ok
    assert "nobody can install the app" in slack.found
    assert "Set SLACK_CLIENT_SECRET" in slack.mend


async def test_of_many_workspaces_the_teams_must_be_named(api: str) -> None:
    channel = (await found(api, MANY, slack_triage_channel="C1"))["channel"]
    assert not channel.ok
    assert "SLACK_TRIAGE_CHANNEL=T.../C1" in channel.mend


async def test_the_token_of_socket_mode_is_tried(api: str, fake: FakeSlack) -> None:
    fake.answers["apps.connections.open"] = {"ok": False, "error": "invalid_auth"}
    requests = (await found(api, ONE, slack_app_token="xapp-1-secret"))["requests"]
    assert (requests.ok, requests.found) == (False, "Slack refuses SLACK_APP_TOKEN: invalid_auth")
    assert "connections:write" in requests.mend
    fake.down = True
    assert "HTTP 503" in (await found(api, ONE, slack_app_token="xapp-1-secret"))["requests"].found


async def test_a_channel_that_anybody_may_join_is_told_of(api: str, fake: FakeSlack) -> None:
    fake.answers["conversations.info"] = {"channel": {"name": "support", "is_private": False}}
    channel = (await found(api, ONE))["channel"]
    assert (channel.ok, channel.found) == (True, "#support")
    assert "make it private" in channel.mend


async def test_a_slack_that_does_not_answer_is_no_wrong_token() -> None:
    for one in (await found("http://127.0.0.1:1/", ONE, slack_app_token="xapp-1")).values():
        assert (one.ok, one.mend) == (False, "Check the network, and SLACK_API_URL.")
