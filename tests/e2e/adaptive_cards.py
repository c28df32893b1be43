"""What people see on an Adaptive Card, and what they can press."""

from collections.abc import Iterator
from typing import Any

Card = dict[str, Any]

_SHOWN = ("text", "title", "value", "label", "placeholder", "altText", "errorMessage")


def words(card: Card) -> str:
    """Return the texts and labels of a card, a line each, in the order in which they are seen."""
    return "\n".join(_texts({name: card.get(name) for name in ("body", "actions")}))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for inner in node:
            yield from _texts(inner)
    elif isinstance(node, dict):
        for name, inner in node.items():
            if name in _SHOWN and isinstance(inner, str):
                yield inner
            elif name not in ("data", "fallback", "refresh", "msteams"):
                yield from _texts(inner)


def actions(card: Card) -> list[Card]:
    """Return what can be pressed on a card: Action.Execute and Action.Submit, menus' too."""
    return list(_actions({name: card.get(name) for name in ("body", "actions", "selectAction")}))


def _actions(node: Any) -> Iterator[Card]:
    if isinstance(node, list):
        for inner in node:
            yield from _actions(inner)
    elif isinstance(node, dict):
        if node.get("type") in ("Action.Execute", "Action.Submit"):
            yield node
        else:
            yield from _actions([inner for name, inner in node.items() if name not in ("data", "fallback")])


def verb(action: Card) -> str:
    """Return which action of the desk's it is."""
    return str(action.get("verb") or (action.get("data") or {}).get("action") or "")


def action_of(card: Card, name: str) -> Card:
    """Return the action `name` of a card; fail where there is none."""
    found = next((one for one in actions(card) if verb(one) == name), None)
    assert found is not None, f"there is no {name}, but {[verb(one) for one in actions(card)]}: {words(card)}"
    return found


def opens_dialog(action: Card) -> bool:
    """Whether pressing it opens a dialog."""
    marked = (action.get("data") or {}).get("msteams") or {}
    return bool(marked.get("type") == "task/fetch")


def inputs(card: Card) -> dict[str, str]:
    """Return what stands in a card's inputs before anybody fills them in, by their ids."""
    return dict(_inputs(card.get("body")))


def _inputs(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for inner in node:
            yield from _inputs(inner)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("Input."):
            yield str(node["id"]), str(node.get("value") or "")
        else:
            yield from _inputs(list(node.values()))
