"""Events of Slack's, translated; None for what is ignored. https://docs.slack.dev/reference/events"""

from msgspec.structs import replace

from bot.slack.bodies import (
    Body,
    by_a_person,
    direct,
    files_of,
    from_a_person,
    me,
    text_of,
    thread_of,
    workspace,
)
from bot.slack.words import unescape, without_mention
from desk.incoming import Incoming, Line

# Subtypes that are people's messages. Everything else is a notice of Slack's or a bot's.
_PEOPLES = frozenset({None, "file_share", "thread_broadcast", "me_message"})


def event(body: Body, emoji: str) -> Incoming | None:
    """Translate an event of the Events API."""
    told: Body = body.get("event") or {}
    match told.get("type"):
        case "message":
            return _message_event(body, told)
        case "app_mention":
            return _message(body, told, mentioned=True)
        case "reaction_added" if str(told.get("reaction", "")).partition("::")[0] == emoji:
            return _reaction(body, told)
        case "member_joined_channel" | "member_left_channel" as kind:
            return _member(body, told, kind)
    return None


def _message_event(body: Body, told: Body) -> Incoming | None:
    match told.get("subtype"):
        case "message_changed":
            return _edited(body, told)
        case "message_deleted":
            return _deleted(body, told, told.get("previous_message") or {}, told.get("deleted_ts"))
        case subtype if subtype in _PEOPLES:
            return _message(body, told)
    return None


def _message(body: Body, told: Body, mentioned: bool = False) -> Incoming | None:
    if not from_a_person(body, told):
        return None
    if mentioned and told.get("edited"):
        return None  # Slack tells of the edit itself, too.
    return _incoming(body, told, told, f"message:{told.get('channel')}:{told.get('ts')}", mentioned)


def _edited(body: Body, told: Body) -> Incoming | None:
    now: Body = told.get("message") or {}
    before: Body = told.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return _deleted(body, told, before, now.get("ts"))
    # Slack also tells us when it added a preview of a link, or counted a reply.
    same = now.get("text") == before.get("text") and files_of(now) == files_of(before)
    if same or now.get("subtype") not in _PEOPLES or not from_a_person(body, now):
        return None
    version = (now.get("edited") or {}).get("ts") or told.get("event_ts")
    found = _incoming(body, told, now, f"edited:{told.get('channel')}:{now.get('ts')}:{version}")
    return replace(found, kind="edited")


def _incoming(body: Body, told: Body, message: Body, identity: str, mentioned: bool = False) -> Incoming:
    words, called = without_mention(text_of(message), me(body))
    channel, ts = str(told.get("channel", "")), str(message.get("ts", ""))
    return Incoming(
        platform="slack",
        id=identity,
        kind="message",
        workspace=workspace(body),
        user=str(message["user"]),
        conversation=channel,
        thread=thread_of(message),
        message=ts,
        text=unescape(words),
        files=files_of(message),
        direct=direct(told, channel),
        mentioned=mentioned or called,
    )


def _deleted(body: Body, told: Body, before: Body, ts: str | None) -> Incoming | None:
    if not ts or not from_a_person(body, before):
        return None
    channel = str(told.get("channel", ""))
    return Incoming(
        platform="slack",
        id=f"deleted:{channel}:{ts}",
        kind="deleted",
        workspace=workspace(body),
        user=str(before["user"]),
        conversation=channel,
        thread=thread_of(before),
        message=ts,
        direct=direct(told, channel),
    )


def _reaction(body: Body, told: Body) -> Incoming | None:
    item: Body = told.get("item") or {}
    author = told.get("item_user")
    if item.get("type") != "message" or author is None or author == me(body):
        return None
    return Incoming(
        platform="slack",
        id=str(body.get("event_id")),
        kind="mark",
        workspace=workspace(body),
        user=str(told.get("user")),
        conversation=str(item.get("channel")),
        message=str(item.get("ts")),
        author=str(author),
    )


def with_thread(mark: Incoming, messages: list[Body], me: str | None) -> Incoming | None:
    """Return a mark with its message's text and thread so far, from conversations.replies.

    None when the message is gone, or is not a person's.
    """
    marked = next((message for message in messages if message.get("ts") == mark.message), None)
    if marked is None or not by_a_person(marked, me):
        return None
    others = [message for message in messages if message is not marked and by_a_person(message, me)]
    return replace(
        mark,
        text=unescape(without_mention(text_of(marked), me)[0]),
        files=files_of(marked),
        thread=thread_of(marked),
        author=str(marked["user"]),
        earlier=tuple(_line(message, me) for message in others),
    )


def _line(message: Body, me: str | None) -> Line:
    words = unescape(without_mention(text_of(message), me)[0])
    return Line(str(message["user"]), str(message.get("ts")), words, files_of(message))


def _member(body: Body, told: Body, kind: str) -> Incoming | None:
    user = told.get("user")
    if not user or user == me(body):
        return None
    return Incoming(
        platform="slack",
        id=str(body.get("event_id")),
        kind="joined" if kind == "member_joined_channel" else "left",
        workspace=workspace(body),
        user=str(user),
        conversation=str(told.get("channel")),
    )
