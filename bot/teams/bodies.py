"""What all of Teams' activities have in common: whose tenant, which conversation, what is attached.

Whatever is missing, or is not what it should be, reads as empty: nothing in here raises.
"""

from hashlib import sha256
from typing import Any

from bot.teams.words import from_html, from_text, quoted_in, sound
from desk.incoming import File, Incoming, Kind

Body = dict[str, Any]

LONGEST_NAME = 200  # characters
_LONGEST_ID = 200  # characters; what the inbox holds
_LONGEST_ADDRESS = 2000  # characters of a file's address
_NO_FILES = ("text/", "messagereference", "forwardedmessagereference", "application/vnd.microsoft.card")
_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"


def part(body: object, *path: str) -> Body:
    """Return the object at `path`."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


def word(body: object, *path: str) -> str:
    """Return the text at `path`."""
    found = part(body, *path[:-1]).get(path[-1])
    return sound(found) if isinstance(found, str) else ""


def items(body: object, *path: str) -> list[Body]:
    """Return the objects of the list at `path`."""
    found = part(body, *path[:-1]).get(path[-1])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def name_of(account: object) -> str:
    """Return what somebody is called."""
    return " ".join(word(account, "name").split())[:LONGEST_NAME]


def language(activity: Body) -> str:
    """Return in which language whoever did it has their Teams: "ro" or "en", "" for any other."""
    client = next((one for one in items(activity, "entities") if word(one, "type") == "clientInfo"), {})
    locale = word(client, "locale") or word(activity, "locale")
    spoken = locale[:2].lower()
    return spoken if spoken in ("ro", "en") and not locale[2:3].isalpha() else ""


def identity(*parts: str) -> str:
    """Return an event's id, made of what is the same when it is delivered again."""
    whole = ":".join(parts)
    if len(whole) <= _LONGEST_ID:
        return whole
    digest = sha256(whole.encode()).hexdigest()
    return f"{whole[: _LONGEST_ID - len(digest) - 1]}:{digest}"


def event_id(activity: Body) -> str:
    """Return what tells this event from the same one of another time."""
    return word(activity, "id") or word(activity, "timestamp")


def workspace(activity: Body) -> str:
    """Return the tenant."""
    return word(activity, "channelData", "tenant", "id") or word(activity, "conversation", "tenantId")


def conversation(activity: Body) -> str:
    """Return the conversation, without the thread in it."""
    return word(activity, "conversation", "id").partition(";messageid=")[0]


def place_type(activity: Body) -> str:
    """Return what the conversation is: personal, groupChat or channel."""
    given = word(activity, "conversation", "conversationType")
    if given in ("personal", "groupChat", "channel"):
        return given
    if part(activity, "channelData", "team"):
        return "channel"
    return "groupChat" if part(activity, "conversation").get("isGroup") else "personal"


def thread_of(activity: Body, message: str) -> str | None:
    """Return the message under which `message` hangs, None outside a thread. Only channels have threads."""
    root = word(activity, "conversation", "id").partition(";messageid=")[2]
    return root if root and root != message and place_type(activity) == "channel" else None


def place_name(activity: Body) -> str:
    """Return what the conversation is called, where Teams says so; a team's own is its General channel."""
    if place_type(activity) == "personal":
        return ""
    data = part(activity, "channelData")
    here, team = conversation(activity), part(data, "team")
    told = (
        part(data, "channel") if word(data, "channel", "id") in ("", here) else {},
        part(activity, "conversation"),
        team if word(team, "id") == here else {},
    )
    return next(filter(None, map(name_of, told)), "")


def address(activity: Body) -> dict[str, str]:
    """Return what it takes to speak in the conversation later."""
    return {
        "service_url": word(activity, "serviceUrl"),
        "bot": word(activity, "recipient", "id"),
        "bot_name": name_of(part(activity, "recipient")),
        "type": place_type(activity),
        "team": word(activity, "channelData", "team", "id"),
    }


def incoming(activity: Body, kind: Kind, identity: str, **more: Any) -> Incoming:
    """Return what the sender of an activity did."""
    direct = place_type(activity) == "personal"
    given: dict[str, Any] = {
        "workspace": workspace(activity),
        "user": word(activity, "from", "id"),
        "user_name": name_of(part(activity, "from")),
        "language": "" if "user" in more else language(activity),  # it is the sender's
        "conversation": conversation(activity),
        "place_name": place_name(activity),
        "home": conversation(activity) if direct else "",
        "address": address(activity),
        "direct": direct,
        "typed": True,
        "threaded": place_type(activity) == "channel",
        "bare_marks": True,  # no bot may ask for the words of a message that somebody reacted to
    }
    return Incoming(platform="teams", id=identity, kind=kind, **(given | more))


def is_a_bot(account: Body, activity: Body) -> bool:
    """Whether an account is the desk or another bot, not a person."""
    user = word(account, "id")
    return user.startswith("28:") or word(account, "role") == "bot" or is_the_desk(account, activity)


def is_the_desk(account: Body, activity: Body) -> bool:
    """Whether an account is the desk itself."""
    return "" != word(account, "id") == word(activity, "recipient", "id")


def text_of(activity: Body) -> tuple[str, bool]:
    """Return what was written, without what it quotes, and whether the desk was mentioned in it."""
    names = _names_of_desk(activity)
    text, markup = word(activity, "text"), _html(activity)
    if markup and (not text.strip() or quoted_in(markup)):
        words = from_html(markup, names)
    elif word(activity, "textFormat") == "xml":
        words = from_html(text, names)
    else:
        words = from_text(text, names)
    return words, bool(names)


def quoted(activity: Body) -> str | None:
    """Return the message that this one quotes, which is how people reply to one in a chat without threads."""
    return quoted_in(_html(activity))


def _names_of_desk(activity: Body) -> set[str]:
    mentions = [
        one
        for one in items(activity, "entities")
        if word(one, "type") == "mention" and is_the_desk(part(one, "mentioned"), activity)
    ]
    inside = {from_text(word(one, "text")).removeprefix("@") for one in mentions}
    return inside | {name_of(part(one, "mentioned")) for one in mentions}


def _html(activity: Body) -> str:
    found = (one for one in items(activity, "attachments") if word(one, "contentType") == "text/html")
    return next((word(one, "content") for one in found), "")


def files_of(message: Body) -> tuple[File, ...]:
    """Return what is attached to a message. What is no file to a person (its own HTML, cards) is left out.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
    """
    return tuple(
        _file(one)
        for one in items(message, "attachments")
        if word(one, "contentType") and not word(one, "contentType").lower().startswith(_NO_FILES)
    )


def _file(attached: Body) -> File:
    kind, content = word(attached, "contentType"), part(attached, "content")
    url, download = _web(word(attached, "contentUrl")), _web(word(content, "downloadUrl"))
    if kind == _DOWNLOAD:
        kind = word(content, "fileType")
    elif kind == "reference":
        kind = ""
    else:
        url, download = "", url  # at the service, which gives it to bots alone
    return File(
        id=word(content, "uniqueId") or word(attached, "id"),
        name=name_of(attached) or kind.partition("/")[0],
        kind=kind[:LONGEST_NAME],
        url=url,
        download=download,
    )


def _web(url: str) -> str:
    return url if url.lower().startswith(("https://", "http://")) and len(url) <= _LONGEST_ADDRESS else ""
