"""manifest.json against Slack's rules and against what the code does.

https://docs.slack.dev/reference/app-manifest
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.slack.actions import ASK_FOR_SUPPORT, OPEN_TICKET
from bot.slack.installs import SCOPES
from handlers import router, support

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "https://YOUR-DESK.example"

# https://docs.slack.dev/reference/events
EVENT_SCOPES: dict[str, set[str]] = {
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "tokens_revoked": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "reaction_added": {"reactions:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
}
# https://docs.slack.dev/reference/methods
METHOD_SCOPES: dict[str, set[str]] = {
    "auth.test": set(),
    "chat.postMessage": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "views.open": set(),
    "conversations.history": {
        "channels:history",
        "groups:history",
        "im:history",
        "mpim:history",
        "metadata.message:read",
    },
    "conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "users.info": {"users:read", "users:read.email"},
    "files.info": {"files:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.delete": {"files:write"},
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    return found


def called() -> set[str]:
    """The Web API methods that stand in our code."""
    files = [*(ROOT / "bot" / "slack").glob("*.py"), *(ROOT / "notifications" / "slack").glob("*.py")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    named = set(re.findall(r"\"((?:auth|chat|conversations|files|users|views)\.[a-zA-Z]+)\"", code))
    calls = re.findall(r"client\.((?:auth|chat|conversations|users|views)_[a-z_]+)\(", code)
    return named | {call.replace("_", ".", 1) for call in calls}


def test_texts_have_slacks_lengths(manifest: dict[str, Any]) -> None:
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 < len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-fA-F]{6}", shown["background_color"])
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80


def test_every_command_that_exists_is_declared(manifest: dict[str, Any]) -> None:
    commands = manifest["features"]["slash_commands"]
    names = [one["command"] for one in commands]
    assert len(set(names)) == len(names) <= 50
    assert {f"/{name}" for name in (*router.TEAM_COMMANDS, *router.COMMANDS)} <= set(names)
    for one in commands:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", one["command"])
        assert 0 < len(one["description"]) <= 2000
        assert len(one["usage_hint"]) <= 1000
        # Without it, a person mentioned in a command arrives without their id.
        assert one["should_escape"] is True


def test_every_word_of_a_usage_hint_is_one_of_its_command(manifest: dict[str, Any]) -> None:
    families = {**router.TEAM_COMMANDS, "support": support.COMMANDS}
    for one in manifest["features"]["slash_commands"]:
        known = {*families[one["command"].removeprefix("/")], "help"}
        hints = [hint for hint in one["usage_hint"].split(" | ") if not hint.startswith("[")]
        assert {hint.split()[0] for hint in hints} <= known


def test_shortcuts_lead_into_the_code(manifest: dict[str, Any]) -> None:
    shortcuts = {one["type"]: one for one in manifest["features"]["shortcuts"]}
    assert shortcuts["message"]["callback_id"] == OPEN_TICKET
    assert shortcuts["global"]["callback_id"] == ASK_FOR_SUPPORT
    for one in shortcuts.values():
        assert len(one["name"]) <= 24
        assert len(one["description"]) <= 150
        assert len(one["callback_id"]) <= 255


def test_every_scope_is_needed_and_every_need_is_met(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    methods = called()
    assert "chat.update" in methods
    assert "conversations.replies" in methods
    assert methods <= set(METHOD_SCOPES)
    needed = {"commands"}.union(*(EVENT_SCOPES[name] for name in events))
    needed = needed.union(*(METHOD_SCOPES[name] for name in methods))
    assert set(scopes) == needed
    assert tuple(scopes) == SCOPES == tuple(sorted(scopes))


def test_every_address_is_a_placeholder_of_ours(manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest)
    assert set(re.findall(r"https://[^/\"]+", text)) == {PLACEHOLDER}
    assert manifest["oauth_config"]["redirect_urls"] == [f"{PLACEHOLDER}/slack/oauth_redirect"]
    settings = manifest["settings"]
    assert settings["interactivity"]["is_enabled"] is True
    for url in (settings["interactivity"]["request_url"], settings["event_subscriptions"]["request_url"]):
        assert url == f"{PLACEHOLDER}/slack/events"


def test_one_can_write_to_the_desk(manifest: dict[str, Any]) -> None:
    assert manifest["features"]["bot_user"]["always_online"] is True
    home = manifest["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
    assert "socket_mode_enabled" in manifest["settings"]
