"""The neutral message in Teams' dress: an activity of text, or of one card where there is more than words."""

from typing import Any

from desk.messages import Block, Bold, Buttons, Facts, Message, Table, Text
from notifications.fit import fitted
from notifications.teams.buttons import size
from notifications.teams.cards import card, still_said
from notifications.teams.html import paragraphs
from notifications.teams.text import entities, one_line, summary

# Bytes of JSON in UTF-16. Teams promises to take 28 KB in the strictest of its places; what the sender adds
# (to whom, in which conversation) must fit beside it.
LARGEST = 26_000
_LONGEST_NAME = 100
_ONLY_IN_CARDS = (Buttons, Facts, Table)


def render(message: Message) -> dict[str, Any]:
    """Return a message as a Bot Framework activity, with a `summary` for the notification.

    What is too long is cut with "…", and a line says where the rest is.
    """
    activity = {"type": "message", "summary": summary(message)}
    if message.live is not None or any(isinstance(part, _ONLY_IN_CARDS) for part in message.blocks):
        return activity | {"attachments": [_card(message, size(activity))]}
    return activity | _text(message, size(activity))


def render_card(message: Message) -> dict[str, Any]:
    """Return a message as an Adaptive Card, whatever is in it: what a pressed button may be answered with."""
    content: dict[str, Any] = _card(message, 0)["content"]
    return content


def _card(message: Message, taken: int) -> dict[str, Any]:
    return card(message, _parts(message), LARGEST - taken - size({"attachments": []}))


def _text(message: Message, taken: int) -> dict[str, Any]:
    parts = _parts(message)
    mentioned = entities(parts)
    taken += size({"textFormat": "xml", "text": "", "entities": mentioned})
    said = fitted(parts, message, paragraphs, lambda said: size(said) <= LARGEST - taken)
    body = {"textFormat": "xml", "text": "".join(said) or "<p>…</p>"}
    notified = still_said(mentioned, said)
    return body | {"entities": notified} if notified else body


def _parts(message: Message) -> list[Block]:
    if message.author is None:
        return list(message.blocks)
    return [Text((Bold(one_line(message.author, _LONGEST_NAME)),)), *message.blocks]
