"""Slack's markup in what people write, made plain text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sound import sound

# https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
_MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_EMOJI = re.compile(r":([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):")


def unescape(text: str, *, ids: bool = False) -> str:
    """Return the plain words of Slack's `text`: names for mentions, addresses for links.

    With `ids`, a mentioned person is named by their id, which a command can look up.
    """

    def plain(found: re.Match[str]) -> str:
        sign, target, label = found[1], found[2], found[3]
        match sign:
            case "@":
                return "@" + (target if ids or not label else label.removeprefix("@"))
            case "#":
                return "#" + (label or target)
            case "!":
                return label or "@" + target.partition("^")[0]
            case _:
                return _link(target, label)

    words = _MARKUP.sub(plain, text)
    for entity, character in _ENTITIES:
        words = words.replace(entity, character)
    return sound(words)


def _link(target: str, label: str | None) -> str:
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return (
        address
        if not label or label in (address, target, target.partition("://")[2])
        else f"{label} ({address})"
    )


def without_mention(text: str, user: str | None) -> tuple[str, bool]:
    """Return Slack's `text` without mentions of `user`, and whether there were any."""
    if user is None or f"<@{user}" not in text:
        return text, False
    rest = re.sub(rf"<@{re.escape(user)}(?:\|[^<>]*)?>[:,]?[^\S\n]*", "", text)
    return rest.strip(), True


def with_emoji(text: str, blocks: object) -> str:
    """Return `text` with its ":codes:" as the characters that the message's rich text gives for them."""
    if ":" not in text:
        return text
    known = dict(_emoji(blocks))
    return _EMOJI.sub(lambda found: known.get(found[1], found[0]), text) if known else text


def _emoji(node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for inner in node:
            yield from _emoji(inner)
    elif isinstance(node, Mapping):
        if node.get("type") == "emoji" and isinstance(node.get("unicode"), str):
            yield _named(node)
        else:
            yield from _emoji(node.get("elements"))


def _named(emoji: Mapping[str, Any]) -> tuple[str, str]:
    tone = f"::skin-tone-{emoji['skin_tone']}" if emoji.get("skin_tone") else ""
    try:
        return f"{emoji.get('name')}{tone}", "".join(
            chr(int(code, 16)) for code in emoji["unicode"].split("-")
        )
    except (ValueError, OverflowError):
        return "", ""
