"""The neutral message in Slack's dress, within Slack's limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks and, for all blocks of a message together, what
https://github.com/slackapi/bolt-js/issues/2509 found.
"""

from typing import Any
from zlib import crc32

import msgspec
from msgspec.structs import replace

from desk.messages import Block, Bold, Buttons, Facts, Fine, Message, Quote, Rich, Table, Text
from desk.wording import sentence as _
from desk.wording import words
from notifications.slack.parts import Element, columns, draw, size
from notifications.slack.text import cut, mrkdwn_chunks, words_of

MOST_BLOCKS = 50
LONGEST_MESSAGE = 13_000  # characters of all blocks as JSON
LONGEST_FALLBACK = 3000
_encode = msgspec.json.Encoder().encode
_THE_REST = _("The rest is in the ticket.")


def render(message: Message) -> dict[str, Any]:
    """Return the `blocks` of a message, and its `text` for notifications and screen readers.

    What is too long is cut with "…", and a line says where the rest is.
    """
    parts: list[Block] = [Text((Bold(message.author),))] if message.author else []
    blocks = _fitting([*parts, *message.blocks], message)
    return {"blocks": blocks, "text": _fallback(message)}


def _fitting(parts: list[Block], message: Message) -> list[Element]:
    """Render everything where it fits."""
    rendered = [(part, draw(part, message)) for part in parts]
    blocks = _with_ids([block for _part, drawn in rendered for block in drawn])
    if len(blocks) > MOST_BLOCKS or size(blocks) > LONGEST_MESSAGE:
        return _with_ids(_shrunk(rendered, message))
    return blocks


def _shrunk(rendered: list[tuple[Block, list[Element]]], message: Message) -> list[Element]:
    """Return the buttons whole, and of the rest as much as there is room for."""
    rest = draw(Fine((words(message.language)(_THE_REST),)), message)
    buttons = [block for part, drawn in rendered if isinstance(part, Buttons) for block in drawn]
    room, places = LONGEST_MESSAGE - size(buttons + rest) - 50 * len(buttons), MOST_BLOCKS - len(buttons) - 1
    blocks: list[Element] = []
    full = False
    for part, drawn in rendered:
        if isinstance(part, Buttons):
            blocks += drawn
        elif not full:
            full = size(drawn) > room or len(drawn) > places
            shown = drawn if not full else [*_cut(part, message, room, places), *rest]
            room, places = room - size(shown), places - len(shown)
            blocks += shown
    return blocks[:MOST_BLOCKS]


def _with_ids(blocks: list[Element]) -> list[Element]:
    """Name the blocks of buttons: a menu shows what was chosen in it until its block has another name."""
    if not any(block["type"] == "actions" for block in blocks):
        return blocks
    version = crc32(_encode(blocks))
    return [
        block | {"block_id": f"do-{version:08x}-{place}"} if block["type"] == "actions" else block
        for place, block in enumerate(blocks)
    ]


def _cut(part: Block, message: Message, room: int, places: int) -> list[Element]:
    """Render the beginning of `part` that fits, nothing if nearly nothing would."""
    longest = room
    while longest > 100:
        drawn = draw(_shortened(part, longest, message), message)
        if size(drawn) <= room and len(drawn) <= places:
            return drawn
        longest = longest * 3 // 4
    return []


def _shortened(part: Block, longest: int, message: Message) -> Block:
    match part:
        case Text(rich=rich) | Fine(rich=rich):
            return replace(part, rich=_beginning(rich, longest, message))
        case Quote(text=text):
            return Quote(cut(text, longest))
        case Table(rows=rows):
            return replace(part, rows=rows[: longest // 100])
        case Facts(facts=facts):
            return Facts(facts[: longest // 1000])
        case Buttons():
            return part


def _beginning(rich: Rich, longest: int, message: Message) -> Rich:
    kept: Rich = ()
    for part in rich:
        words_in_it = words_of((part,), message)
        if len(words_in_it) > longest:
            return (*kept, cut(words_in_it, max(longest, 1)))
        kept, longest = (*kept, part), longest - len(words_in_it)
    return kept


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
