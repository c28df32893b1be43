"""Teams' activities, translated. https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability"""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from bot.teams.actions import invoked, submitted
from bot.teams.bodies import (
    Body,
    address,
    conversation,
    event_id,
    files_of,
    identity,
    incoming,
    is_a_bot,
    is_the_desk,
    items,
    language,
    name_of,
    part,
    place_name,
    place_type,
    quoted,
    text_of,
    thread_of,
    word,
    workspace,
)
from bot.teams.emoji import same_emoji
from desk.incoming import Incoming


class Presence(Struct, frozen=True):
    """The desk itself was added to a conversation, or removed from it, by `user`. Teams may say so twice."""

    added: bool
    workspace: str
    conversation: str
    user: str
    user_name: str
    language: str
    direct: bool
    place_name: str
    address: dict[str, str]


Told = tuple[Incoming | Presence, ...]


def translate(activity: Body, emoji: str) -> Told:
    """Return what a verified activity tells, nothing if that is nothing to us.

    `emoji` makes a ticket of a message. An activity of another channel of Azure's is ignored: there, people
    name themselves as they like.
    """
    kind = word(activity, "type")
    if word(activity, "channelId") != "msteams" or not conversation(activity):
        return ()
    if kind in _PRESENCES:
        return _PRESENCES[kind](activity)
    if not word(activity, "from", "id") or is_a_bot(part(activity, "from"), activity):
        return ()
    if kind == "messageReaction":
        return _reaction(activity, emoji)
    reader = _READERS.get(kind)
    found = reader(activity) if reader else None
    return () if found is None else (found,)


def _message(activity: Body) -> Incoming | None:
    written = word(activity, "id")
    text, mentioned = text_of(activity)
    if not text and part(activity, "value"):
        return submitted(activity)
    files = files_of(activity)
    if not written or not (text or files or mentioned):
        return None
    return incoming(
        activity,
        "message",
        identity("message", conversation(activity), written),
        message=written,
        thread=thread_of(activity, written),
        quotes=quoted(activity),
        text=text,
        files=files,
        mentioned=mentioned,
    )


def _edited(activity: Body) -> Incoming | None:
    text, mentioned = text_of(activity)
    files = files_of(activity)
    if word(activity, "channelData", "eventType") not in ("editMessage", "undeleteMessage"):
        return None
    if not (text or files):
        return None
    now = {"text": text, "files": files, "mentioned": mentioned, "quotes": quoted(activity)}
    return _changed(activity, "edited", **now)


def _deleted(activity: Body) -> Incoming | None:
    return _changed(activity, "deleted")


def _changed(activity: Body, kind: Literal["edited", "deleted"], **now: Any) -> Incoming | None:
    # The id is the message's, the time is the change's: what was taken back can come again.
    written, version = word(activity, "id"), word(activity, "timestamp")
    if not written:
        return None
    event = identity(kind, conversation(activity), written, version)
    return incoming(activity, kind, event, message=written, thread=thread_of(activity, written), **now)


def _reaction(activity: Body, emoji: str) -> Told:
    marked, user = word(activity, "replyToId"), word(activity, "from", "id")
    added = items(activity, "reactionsAdded")
    if not marked or not any(same_emoji(word(one, "type"), emoji) for one in added):
        return ()
    mark = incoming(
        activity,
        "mark",
        identity("mark", conversation(activity), marked, user, event_id(activity)),
        message=marked,
        thread=thread_of(activity, marked),
    )
    return (mark,)


def _members(activity: Body) -> Told:
    came = [_moved(activity, one, added=True) for one in items(activity, "membersAdded")]
    went = [_moved(activity, one, added=False) for one in items(activity, "membersRemoved")]
    return tuple(one for one in (*came, *went) if one is not None)


def _moved(activity: Body, account: Body, added: bool) -> Incoming | Presence | None:
    if is_the_desk(account, activity):
        return _presence(activity, added)
    user = word(account, "id")
    if not user or is_a_bot(account, activity):
        return None
    kind: Literal["joined", "left"] = "joined" if added else "left"
    event = identity(kind, conversation(activity), user, event_id(activity))
    return incoming(activity, kind, event, user=user, user_name=name_of(account))


def _installation(activity: Body) -> Told:
    # "add-upgrade" and "remove-upgrade" tell of a new version of the app.
    action = word(activity, "action").partition("-")[0]
    return (_presence(activity, action == "add"),) if action in ("add", "remove") else ()


def _presence(activity: Body, added: bool) -> Presence:
    return Presence(
        added=added,
        workspace=workspace(activity),
        conversation=conversation(activity),
        user=word(activity, "from", "id"),
        user_name=name_of(part(activity, "from")),
        language=language(activity),
        direct=place_type(activity) == "personal",
        place_name=place_name(activity),
        address=address(activity),
    )


_PRESENCES: dict[str, Callable[[Body], Told]] = {
    "conversationUpdate": _members,
    "installationUpdate": _installation,
}
_READERS: dict[str, Callable[[Body], Incoming | None]] = {
    "message": _message,
    "messageUpdate": _edited,
    "messageDelete": _deleted,
    "invoke": invoked,
}
