"""The neutral message in Slack's dress, within Slack's limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks and, for all blocks of a message together, what
https://github.com/slackapi/bolt-js/issues/2509 found.
"""

from typing import Any
from zlib import crc32

import msgspec

from desk.messages import Block, Bold, Buttons, Facts, Fine, Message, Quote, Table, Text
from notifications.fit import fitted
from notifications.slack.parts import Element, columns, draw, size
from notifications.slack.text import mrkdwn_chunks
from notifications.words import words_of

MOST_BLOCKS = 50
LONGEST_MESSAGE = 13_000  # characters of all blocks as JSON
LONGEST_FALLBACK = 3000
_encode = msgspec.json.Encoder().encode
_LONGEST_ID = 50  # characters that the name of a block of buttons takes


def render(message: Message) -> dict[str, Any]:
    """Return the `blocks` of a message, and its `text` for notifications and screen readers.

    What is too long is cut with "…", and a line says where the rest is.
    """
    parts: list[Block] = [Text((Bold(message.author),))] if message.author else []
    blocks = fitted([*parts, *message.blocks], message, draw, _fit)[:MOST_BLOCKS]
    return {"blocks": _with_ids(blocks), "text": _fallback(message)}


def _fit(blocks: list[Element]) -> bool:
    if len(blocks) > MOST_BLOCKS:
        return False
    named: int = sum(block["type"] == "actions" for block in blocks)
    return size(blocks) <= LONGEST_MESSAGE - _LONGEST_ID * named


def _with_ids(blocks: list[Element]) -> list[Element]:
    """Name the blocks of buttons: a menu shows what was chosen in it until its block has another name."""
    if not any(block["type"] == "actions" for block in blocks):
        return blocks
    version = crc32(_encode(blocks))
    return [
        block | {"block_id": f"do-{version:08x}-{place}"} if block["type"] == "actions" else block
        for place, block in enumerate(blocks)
    ]


def _fallback(message: Message) -> str:
    lines = [message.author] if message.author else []
    for part in message.blocks:
        match part:
            case Text(rich=rich) | Fine(rich=rich):
                lines.append(words_of(rich, message))
            case Quote(text=text):
                lines.append(text)
            case Facts(facts=facts):
                lines += [f"{fact.label}: {words_of(fact.value, message)}" for fact in facts]
            case Table():
                lines += columns(part)
            case Buttons():
                pass
    return (mrkdwn_chunks(("\n".join(lines),), message, LONGEST_FALLBACK) or ["…"])[0]
