"""What Slack would refuse, or show badly. https://docs.slack.dev/reference/block-kit/blocks"""

import json
from collections.abc import Iterator
from typing import Any

from slack_sdk.models import JsonObject
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

MOST_BLOCKS, MOST_VIEW_BLOCKS, LONGEST_OPTION, LONGEST_MESSAGE = 50, 100, 75, 13_200
POSTS = frozenset({"chat.postMessage", "chat.update", "chat.postEphemeral"})


def mistakes_in(what: str, body: dict[str, Any]) -> list[str]:
    """Return what is wrong with a message or a form: the limits of Block Kit, walked to the last element."""
    if "view" in body:
        return _mistakes_in_view(body["view"])
    if what not in POSTS and "blocks" not in body:
        return []
    blocks, found = body.get("blocks") or [], []
    if not str(body.get("text") or "").strip():
        found.append("no text for notifications and screen readers")
    if len(blocks) > MOST_BLOCKS:
        found.append(f"{len(blocks)} blocks")
    if (characters := len(_compact(blocks))) >= LONGEST_MESSAGE:
        found.append(f"{characters} characters of blocks")
    return found + _mistakes_in_blocks(blocks)


def _compact(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))


def _mistakes_in_view(view: dict[str, Any]) -> list[str]:
    blocks = view.get("blocks") or []
    found = [f"{len(blocks)} blocks in a view"] if len(blocks) > MOST_VIEW_BLOCKS else []
    return found + _refused(View(**view)) + _mistakes_in_blocks(blocks)


def _mistakes_in_blocks(blocks: list[dict[str, Any]]) -> list[str]:
    found = []
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(names) != len(set(names)):
        found.append(f"a block_id twice: {names}")
    for block in blocks:
        parsed = Block.parse(block)
        if parsed is None:
            found.append(f"no such block: {block}")
            continue
        found += [mistake for part in _parts(parsed) for mistake in _refused(part)]
        found += _mistakes_in_menus(block)
        actions = [str(element.get("action_id")) for element in block.get("elements") or ()]
        if block["type"] == "actions" and len(actions) != len(set(actions)):
            found.append(f"an action_id twice: {actions}")
    return found


def _mistakes_in_menus(node: Any) -> list[str]:
    if isinstance(node, list):
        return [mistake for inner in node for mistake in _mistakes_in_menus(inner)]
    if not isinstance(node, dict):
        return []
    found = [
        f"an option of {len(option['text']['text'])} characters"
        for option in node.get("options") or ()
        if len(option["text"]["text"]) > LONGEST_OPTION or len(str(option.get("value", ""))) > 150
    ]
    return found + _mistakes_in_menus(list(node.values()))


def _parts(part: Any) -> Iterator[JsonObject]:
    if isinstance(part, JsonObject):
        yield part
        for inner in vars(part).values():
            yield from _parts(inner)
    elif isinstance(part, (list, tuple)):
        for inner in part:
            yield from _parts(inner)


def _refused(part: JsonObject) -> list[str]:
    try:
        part.validate_json()
    except Exception as error:
        return [f"{type(part).__name__}: {error}"]
    return []
