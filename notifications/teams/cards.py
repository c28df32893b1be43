"""A message as an Adaptive Card 1.5, the newest that Teams takes from a bot.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#adaptive-card
"""

from collections.abc import Iterator
from typing import Any

from desk.messages import Block, Buttons, Live, Message
from notifications.fit import fitted
from notifications.teams.buttons import actions, size
from notifications.teams.parts import draw
from notifications.teams.runs import Element
from notifications.teams.text import entities, summary

MOST_VIEWERS = 60  # of whom Teams asks for a card anew
_CARD = "application/vnd.microsoft.card.adaptive"
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def card(message: Message, parts: list[Block], room: int) -> Element:
    """Return `parts` of a message as a card's attachment of at most `room` bytes; its buttons stay whole."""
    # All stand at the foot of a card: those that stood there already come first.
    buttons = [part for part in reversed(parts) if isinstance(part, Buttons)]
    content: dict[str, Any] = {"fallbackText": summary(message)}
    if drawn := actions(buttons, message):
        content["actions"] = drawn
    if message.live is not None:
        content["refresh"] = _refresh(message.live)
    mentioned = entities(parts)
    left = room - size(attachment([], **content | _notifying(mentioned)))
    body = fitted(parts, message, draw, lambda said: size(said) <= left)
    return attachment(body, **content | _notifying(still_said(mentioned, body)))


def _refresh(live: Live) -> Element:
    action = {"type": "Action.Execute", "verb": live.action, "data": {"value": live.value}}
    viewers = {"userIds": list(live.viewers[:MOST_VIEWERS])} if live.viewers else {}
    return {"action": action} | viewers


def _notifying(mentioned: list[dict[str, Any]]) -> dict[str, Any]:
    return {"msteams": {"entities": mentioned}} if mentioned else {}


def still_said(mentioned: list[dict[str, Any]], drawn: list[Any]) -> list[dict[str, Any]]:
    """Return those of `mentioned` whose name was not cut off."""
    said = list(_strings(drawn))
    return [entity for entity in mentioned if any(entity["text"] in text for text in said)]


def _strings(drawn: Any) -> Iterator[str]:
    if isinstance(drawn, str):
        yield drawn
    elif isinstance(drawn, (list, dict)):
        for part in drawn.values() if isinstance(drawn, dict) else drawn:
            yield from _strings(part)


def attachment(body: list[Element], **more: Any) -> Element:
    """Return a card with this body as what is attached to an activity or put into a dialog."""
    content = {"type": "AdaptiveCard", "$schema": _SCHEMA, "version": "1.5", "body": body}
    return {"contentType": _CARD, "content": content | more}
