"""What people do with the desk in Slack, translated: commands, shortcuts, buttons, forms.

https://docs.slack.dev/reference/interaction-payloads
"""

from collections.abc import Callable
from typing import Any

from bot.slack.bodies import Body, files_of, from_a_person, text_of, thread_of, workspace
from bot.slack.channels import shown
from bot.slack.events import event
from bot.slack.words import unescape
from bot.sound import sound
from desk.incoming import Incoming
from notifications.slack.parts import action_of

# The shortcuts of manifest.json, by their callback ids.
OPEN_TICKET, ASK_FOR_SUPPORT = "open_ticket", "ask_for_support"


def translate(body: Body, emoji: str) -> Incoming | None:
    """Return what somebody did, None if it is nothing to us. `emoji` makes a ticket of a message."""
    if "command" in body and "type" not in body:
        return command(body)
    kind = body.get("type")
    if kind == "event_callback":
        return event(body, emoji)
    reader = _INTERACTIONS.get(str(kind))
    return reader(body) if reader else None


def command(body: Body) -> Incoming:
    """Translate a slash command. A retried one has the trigger of the first."""
    channel = str(body.get("channel_id", ""))
    return Incoming(
        platform="slack",
        id=f"command:{body.get('trigger_id')}",
        kind="command",
        workspace=workspace(body),
        user=str(body.get("user_id")),
        conversation=channel,
        command=str(body.get("command", "")).lstrip("/"),
        text=unescape(str(body.get("text", "")), ids=True).strip(),
        direct=channel.startswith("D"),
        place_name=shown(body.get("channel_name")),
    )


def shortcut(body: Body) -> Incoming | None:
    """Translate the shortcut that anybody finds beside the message field."""
    if body.get("callback_id") != ASK_FOR_SUPPORT:
        return None
    return _interaction(body, "command", command="support")


def message_shortcut(body: Body) -> Incoming | None:
    """Translate the shortcut in a message's menu."""
    message: Body = body.get("message") or {}
    if body.get("callback_id") != OPEN_TICKET or not from_a_person(body, message):
        return None
    return _interaction(
        body,
        "mark",
        message=str(message.get("ts")),
        thread=thread_of(message),
        author=str(message["user"]),
        text=unescape(text_of(message)),
        files=files_of(message),
        shortcut=True,
    )


def action(body: Body) -> Incoming | None:
    """Translate a press of a button or a choice from a menu."""
    acts = body.get("actions") or [{}]
    used: Body = acts[0]
    chosen = (used.get("selected_option") or {}).get("value")
    if not used.get("action_id") or (chosen is None and used.get("type") == "static_select"):
        return None
    subject = chosen if chosen is not None else used.get("value")
    shown: Body = {**(body.get("container") or {}), **(body.get("message") or {})}
    return _interaction(
        body,
        "action",
        command=action_of(str(used["action_id"])),
        subject=str(subject or ""),
        message=shown.get("ts") or shown.get("message_ts"),
        thread=shown.get("thread_ts"),
    )


def submission(body: Body) -> Incoming:
    """Translate a form that was filled in and sent."""
    view: Body = body.get("view") or {}
    values: Body = (view.get("state") or {}).get("values") or {}
    fields = {block: _value(next(iter(inputs.values()), {})) for block, inputs in values.items()}
    name, subject = str(view.get("callback_id", "")), str(view.get("private_metadata") or "")
    return _interaction(body, "action", command=name, subject=subject, fields=fields)


def _value(typed: Body) -> str:
    chosen = (typed.get("selected_option") or {}).get("value")
    # What is typed into a field is plain already.
    return sound(str(chosen if chosen is not None else typed.get("value") or ""))


def _interaction(body: Body, kind: Any, **what: Any) -> Incoming:
    channel = str(
        (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or ""
    )
    trigger = body.get("trigger_id") or (body.get("view") or {}).get("id")
    return Incoming(
        platform="slack",
        id=f"{body['type']}:{trigger}",
        kind=kind,
        workspace=workspace(body),
        user=str((body.get("user") or {}).get("id")),
        conversation=channel,
        direct=channel.startswith("D"),
        place_name=shown((body.get("channel") or {}).get("name")),
        **what,
    )


_INTERACTIONS: dict[str, Callable[[Body], Incoming | None]] = {
    "block_actions": action,
    "view_submission": submission,
    "shortcut": shortcut,
    "message_action": message_shortcut,
}
