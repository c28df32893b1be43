"""Words for Teams, before they become HTML or a card: cleaned, cut, and found safe to follow or to mention.

Text from people stays text: it mentions nobody, formats nothing, and a link in it shows where it leads.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from desk.messages import (
    Block,
    Facts,
    Fine,
    Link,
    Mention,
    Message,
    Quote,
    Rich,
    Text,
)
from notifications.words import LONGEST_URL, NO_BREAK_SPACE, URL, cut, words_of

# What JSON, XML or Teams would refuse: control characters, halves of surrogate pairs, non-characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile(r"\r\n?|[\u2028\u2029]")
_USER = re.compile(r"[\w.:@+-]{3,200}", re.ASCII)
_IN_NAMES = re.compile(r"[<>&\"'*_~`\[\]()\\{}|#]")
_HIDDEN_GAP = re.compile(r"(?<=[ \n]) ")
_LONGEST_NAME, _LONGEST_SUMMARY = 100, 200


def clean(text: str) -> str:
    """Return `text` without what Teams would refuse, its lines ended by line feeds."""
    return _CONTROL.sub("", _LINE_BREAK.sub("\n", text))


def one_line(text: str, longest: int) -> str:
    """Return a label: `text` in one line of at most `longest` characters, "…" for what is missing."""
    return cut(" ".join(clean(text).split()), longest)


def shown(text: str) -> str:
    """Return cleaned text whose indents and double spaces survive where white space is collapsed."""
    return _HIDDEN_GAP.sub(NO_BREAK_SPACE, clean(text))


def linked(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield `text` in pieces, each with the address that it is itself, None where it is only words."""
    begin = 0
    for url in URL.finditer(text):
        if url.start() > begin:
            yield text[begin : url.start()], None
        yield url[0], url[0] if len(url[0]) < LONGEST_URL else None
        begin = url.end()
    if begin < len(text):
        yield text[begin:], None


def address(link: Link) -> str | None:
    """Return where a link leads, None where following it would not be safe."""
    return link.url if len(link.url) < LONGEST_URL and URL.fullmatch(link.url) else None


def name_of(mention: Mention) -> str | None:
    """Return the name that mentions somebody, None for a person of whom Teams does not know.

    It stands in a tag and in Markdown: what either could read as more than a name is left out.
    """
    name = " ".join(_IN_NAMES.sub("", clean(mention.name)).split())
    return cut(name, _LONGEST_NAME) if name and _USER.fullmatch(mention.user) else None


def mentions(rich: Rich) -> bool:
    """Say whether somebody is notified in `rich`."""
    return any(isinstance(part, Mention) and name_of(part) for part in rich)


def entities(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Return who is mentioned in these parts, each once, as Teams wants to be told.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
    """
    named = {
        (part.user, name): None
        for block in blocks
        for part in _inlines(block)
        if isinstance(part, Mention) and (name := name_of(part))
    }
    return [
        {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": user, "name": name}}
        for user, name in named
    ]


def _inlines(block: Block) -> Rich:
    match block:
        case Text(rich=rich) | Fine(rich=rich):
            return rich
        case Facts(facts=facts):
            return tuple(part for fact in facts for part in fact.value)
        case _:
            return ()


def summary(message: Message) -> str:
    """Return the first words of a message in one short line, for the notification."""
    said = " ".join(filter(None, (_said(block, message) for block in message.blocks)))
    return one_line(f"{message.author}: {said}" if message.author else said, _LONGEST_SUMMARY) or "…"


def _said(block: Block, message: Message) -> str:
    match block:
        case Text(rich=rich) | Fine(rich=rich):
            return words_of(rich, message)
        case Quote(text=text):
            return text
        case _:
            return ""
