"""What all of Slack's payloads have in common: whose workspace, whose message, what is attached."""

from typing import Any

from bot.slack.words import unescape, with_emoji
from desk.incoming import File

Body = dict[str, Any]


def workspace(body: Body) -> str:
    """Return the workspace of our installation, which in a shared channel is not always the sender's."""
    installs = body.get("authorizations") or []
    view = body.get("view") or {}
    team = body.get("team") or {}
    user = body.get("user") or {}
    return str(
        (installs[0].get("team_id") if installs else None)
        or view.get("app_installed_team_id")
        or team.get("id")
        or body.get("team_id")
        or user.get("team_id")
        or ""
    )


def me(body: Body) -> str | None:
    """Return the desk's own user id, where the payload tells."""
    installs = body.get("authorizations") or []
    return installs[0].get("user_id") if installs and installs[0].get("is_bot", True) else None


def from_a_person(body: Body, message: Body) -> bool:
    """Whether a person wrote `message`, not the desk, another app or Slack."""
    return by_a_person(message, me(body))


def by_a_person(message: Body, me: str | None) -> bool:
    """Whether a person other than `me` wrote `message`."""
    user = message.get("user")
    return bool(user) and user not in (me, "USLACKBOT") and not message.get("bot_id")


def thread_of(message: Body) -> str | None:
    """Return the message that `message` hangs under, None outside a thread."""
    root = message.get("thread_ts")
    return str(root) if root and root != message.get("ts") else None


def direct(told: Body, channel: str) -> bool:
    """Whether it happened in a direct message to the desk."""
    return told.get("channel_type") == "im" or channel.startswith("D")


def text_of(message: Body) -> str:
    """Return what was written, in Slack's markup, its emoji as characters."""
    return with_emoji(str(message.get("text") or ""), message.get("blocks"))


def files_of(message: Body) -> tuple[File, ...]:
    """Return what is attached to a message."""
    return tuple(_file(file) for file in message.get("files") or ())


def _file(file: Body) -> File:
    return File(
        id=str(file.get("id", "")),
        name=unescape(str(file.get("title") or file.get("name") or "")),
        kind=str(file.get("mimetype") or ""),
        size=int(file.get("size") or 0),
        url=str(file.get("permalink") or file.get("url_private") or ""),
    )


def first_field(body: Body) -> str | None:
    """Return the name of the first field of the form that was sent."""
    blocks = (body.get("view") or {}).get("blocks") or ()
    return next((str(block["block_id"]) for block in blocks if block.get("type") == "input"), None)


def removed(body: Body) -> bool:
    """Whether a workspace removed the app. People's own tokens may go without that."""
    event = body.get("event") or {}
    if event.get("type") == "tokens_revoked":
        return bool((event.get("tokens") or {}).get("bot"))
    return event.get("type") == "app_uninstalled"
