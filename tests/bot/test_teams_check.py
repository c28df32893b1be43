"""What `desk check` says about Teams, against a Microsoft on this machine."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web
from typer.testing import CliRunner

from bot.__main__ import app
from bot.config import Settings
from tests.bot.teams_keys import APP, TENANT, KeyServer, public_key

SECRET, CHANNEL = "s3cr3t~value", "19:triage@thread.tacv2"


@dataclass
class Microsoft:
    """Signs the desk in, hands out keys and tells who is in a channel, or refuses what the test says."""

    keys: KeyServer = field(default_factory=KeyServer)
    members: list[dict[str, Any]] = field(default_factory=list)
    refuses: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def application(self) -> web.Application:
        site = self.keys.application()
        site.add_routes([web.post("/{tenant}/oauth2/v2.0/token", self._token)])
        site.add_routes([web.get("/v3/conversations/{channel}/pagedmembers", self._members)])
        return site

    async def _token(self, request: web.Request) -> web.Response:
        return self._answer("token", request, {"access_token": "t1", "expires_in": 3600})

    async def _members(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t1"
        return self._answer("members", request, {"members": self.members})

    def _answer(self, what: str, request: web.Request, told: Any) -> web.Response:
        self.asked.append(request.path)
        status, answer = self.refuses.get(what, (200, told))
        return web.json_response(answer, status=status)


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    """In a thread of its own: the command runs a loop of its own, too."""
    fake, loop = Microsoft(), asyncio.new_event_loop()
    fake.members = [{"id": "29:ana"}, {"id": "29:mihai"}, {"id": f"28:{APP}"}]

    async def open_it() -> web.AppRunner:
        runner = web.AppRunner(fake.application())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        return runner

    runner = loop.run_until_complete(open_it())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield fake
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(runner.cleanup())
    loop.close()


@pytest.fixture(autouse=True)
def configured(microsoft: Microsoft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    settings = {
        "TEAMS_APP_ID": APP,
        "TEAMS_APP_PASSWORD": SECRET,
        "TEAMS_TENANT_ID": TENANT,
        "TEAMS_TRIAGE_CHANNEL": CHANNEL,
        "TEAMS_SERVICE_URL": microsoft.url,
        "TEAMS_LOGIN_URL": microsoft.url,
        "TEAMS_METADATA_URL": f"{microsoft.url}metadata",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield
    structlog.reset_defaults()


Found = dict[str, dict[str, Any]]


def check() -> tuple[int, Found]:
    """Return the exit code and what was found of Teams. The secret is nowhere in it."""
    result = CliRunner().invoke(app, ["check", "--json"])
    assert SECRET not in result.output
    found = {one["what"]: one for one in json.loads(result.output)}
    return result.exit_code, {what: one for what, one in found.items() if what in WHAT}


WHAT = ("teams", "token", "keys", "channel")


def test_all_is_well_where_microsoft_answers(microsoft: Microsoft) -> None:
    code, found = check()
    assert code == 0
    assert all(one["ok"] and not one["mend"] for one in found.values())
    assert found.keys() == set(WHAT)
    assert found["channel"]["found"] == f"{CHANNEL}, 2 people"
    assert f"/{TENANT}/oauth2/v2.0/token" in microsoft.asked


def test_a_missing_password_is_named_and_nothing_is_asked_with_it(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEAMS_APP_PASSWORD")
    code, found = check()
    assert code == 1
    assert "TEAMS_APP_PASSWORD" in found["teams"]["mend"]
    assert microsoft.asked == []
    assert found["keys"]["ok"]


def test_a_missing_app_id_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMS_APP_ID")
    code, found = check()
    assert code == 1
    assert "TEAMS_APP_ID" in found["teams"]["mend"]


@pytest.mark.parametrize(
    ("status", "error", "setting"),
    [
        (401, "invalid_client", "TEAMS_APP_PASSWORD"),
        (400, "unauthorized_client", "TEAMS_APP_ID"),
        (400, "invalid_request", "TEAMS_TENANT_ID"),
        (503, "", "TEAMS_LOGIN_URL"),
    ],
)
def test_a_refused_token_says_which_setting_to_mend(
    microsoft: Microsoft, status: int, error: str, setting: str
) -> None:
    microsoft.refuses["token"] = status, {"error": error, "error_description": SECRET}
    code, found = check()
    assert code == 1
    assert not found["token"]["ok"]
    assert setting in found["token"]["mend"]
    assert "channel" not in found


def test_a_sign_in_service_out_of_reach_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_LOGIN_URL", "http://127.0.0.1:1/")
    assert "TEAMS_LOGIN_URL" in check()[1]["token"]["mend"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "nonsense"])
def test_metadata_out_of_reach_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_METADATA_URL", url)
    code, found = check()
    assert code == 1
    assert url in found["keys"]["found"]
    assert "TEAMS_METADATA_URL" in found["keys"]["mend"]


def test_keys_that_may_not_speak_for_teams_are_no_keys(microsoft: Microsoft) -> None:
    microsoft.keys.keys = [public_key("one", endorsements=["webchat"])]
    code, found = check()
    assert code == 1
    assert "TEAMS_METADATA_URL" in found["keys"]["mend"]


@pytest.mark.parametrize(
    ("status", "error", "mend"),
    [
        (403, "BotNotInConversationRoster", "Add the app Dispecer"),
        (404, "ConversationNotFound", "TEAMS_TRIAGE_CHANNEL"),
        (400, "InvalidBotApiHost", "TEAMS_SERVICE_URL"),
        (502, "", "TEAMS_SERVICE_URL"),
    ],
)
def test_a_channel_that_cannot_be_read_says_what_to_do(
    microsoft: Microsoft, status: int, error: str, mend: str
) -> None:
    microsoft.refuses["members"] = status, {"error": {"code": error}}
    code, found = check()
    assert code == 1
    assert not found["channel"]["ok"]
    assert mend in found["channel"]["mend"]


def test_a_channel_with_nobody_in_it_is_a_warning(microsoft: Microsoft) -> None:
    microsoft.members = [{"id": f"28:{APP}"}]
    code, found = check()
    assert code == 0
    assert "Invite" in found["channel"]["mend"]


def test_the_channel_of_a_bot_of_many_organisations_names_its_own(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEAMS_TENANT_ID")
    code, found = check()
    assert code == 1
    assert "TEAMS_TENANT_ID" in found["channel"]["mend"]
    monkeypatch.setenv("TEAMS_TRIAGE_CHANNEL", f"{TENANT}/{CHANNEL}")
    assert check()[0] == 0
    assert "/botframework.com/oauth2/v2.0/token" in microsoft.asked


@pytest.mark.parametrize(("slack", "code"), [("", 1), ("C1", 0)])
def test_without_a_channel_nobody_takes_up_tickets_unless_the_team_is_in_slack(
    slack: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEAMS_TRIAGE_CHANNEL")
    monkeypatch.setenv("SLACK_TRIAGE_CHANNEL", slack)
    got, found = check()
    assert got == code
    assert "TEAMS_TRIAGE_CHANNEL" in found["channel"]["mend"]


def test_the_playground_is_said_clearly(microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TRIAGE_CHANNEL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("DESK_TEAMS_PLAYGROUND", "1")
    code, found = check()
    assert code == 0
    assert "Playground on this machine" in found["teams"]["found"]
    assert microsoft.asked == []


def test_beside_an_app_id_the_playground_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TEAMS_PLAYGROUND", "1")
    assert "means nothing" in check()[1]["teams"]["mend"]
