"""What people do with the desk's cards and forms in Teams, translated.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
"""

from collections.abc import Callable

from bot.teams.bodies import (
    Body,
    event_id,
    files_of,
    identity,
    incoming,
    items,
    part,
    thread_of,
    word,
)
from bot.teams.words import from_html, from_text, sound
from desk.incoming import Incoming
from notifications.teams.buttons import value_of
from notifications.teams.form import fields_of

OPEN_TICKET = "openTicket"
"""The message action of the app's manifest, by its command's id."""


def invoked(activity: Body) -> Incoming | None:
    """Translate an invoke, which waits for an answer of its own."""
    reader = _INVOKES.get(word(activity, "name"))
    return reader(activity) if reader else None


def executed(activity: Body) -> Incoming | None:
    """Translate a press of a card's button, or a card's asking for what it shows to its reader (Live)."""
    action = part(activity, "value", "action")
    return _action(activity, part(action, "data"), word(action, "verb"))


def asked(activity: Body) -> Incoming | None:
    """Translate a button that opens a form, or a form that was sent."""
    return _action(activity, part(activity, "value", "data"))


def submitted(activity: Body) -> Incoming | None:
    """Translate a press where cards know no verbs: a message without words."""
    return _action(activity, part(activity, "value"))


def _action(activity: Body, data: Body, verb: str = "") -> Incoming | None:
    command, card = verb or word(data, "action"), word(activity, "replyToId")
    if not command:
        return None
    return incoming(
        activity,
        "action",
        identity("action", word(activity, "conversation", "id"), event_id(activity)),
        command=command,
        subject=sound(value_of(data)).strip(),
        fields={name: sound(typed).strip() for name, typed in fields_of(data).items()},
        message=card or None,
        thread=thread_of(activity, card),
    )


def chosen(activity: Body) -> Incoming | None:
    """Translate the message action "Open a ticket".

    Teams names the message's writer by the id of their account (Entra), not by the one under which they
    speak with the desk: `author` is the latter only where they chose the action themselves.
    """
    message = part(activity, "value", "messagePayload")
    written, writer = word(message, "id"), word(message, "from", "user", "id")
    if word(activity, "value", "commandId") != OPEN_TICKET or not written or not writer:
        return None
    mine = writer == word(activity, "from", "aadObjectId")
    root = word(message, "replyToId")
    return incoming(
        activity,
        "mark",
        identity("mark", word(activity, "conversation", "id"), written, event_id(activity)),
        message=written,
        thread=root if root and root != written else thread_of(activity, written),
        author=word(activity, "from", "id") if mine else writer,
        text=_text(message, activity),
        files=files_of(message),
        shortcut=True,
    )


def _text(message: Body, activity: Body) -> str:
    me = word(activity, "recipient", "id").removeprefix("28:")
    names = {
        word(one, "mentionText")
        for one in items(message, "mentions")
        if me and word(one, "mentioned", "application", "id") == me
    }
    read = from_html if word(message, "body", "contentType") == "html" else from_text
    return read(word(message, "body", "content"), names)


_INVOKES: dict[str, Callable[[Body], Incoming | None]] = {
    "adaptiveCard/action": executed,
    "task/fetch": asked,
    "task/submit": asked,
    "composeExtension/fetchTask": chosen,
    "composeExtension/submitAction": chosen,
}
