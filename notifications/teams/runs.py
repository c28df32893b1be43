"""Words in the runs of a card's RichTextBlock, where no Markdown is read; as a TextBlock where one notifies.

Teams looks for mentions in TextBlocks alone, and reads Markdown there. Not every client takes a backslash
(https://github.com/microsoft/AdaptiveCards/issues/5590): what would format gives way to what looks like it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from desk.messages import Bold, Code, Inline, Link, Mention, Message, Rich, When
from notifications.teams.text import (
    address,
    clean,
    linked,
    mentions,
    name_of,
    one_line,
    shown,
)
from notifications.words import LOOKS_LIKE, distance, instant, words_in

Element = dict[str, Any]

_LONGEST_LABEL = 300
_BOLD: Element = {"weight": "Bolder"}
# Clients fill in {{DATE(...)}} in any run, and look for <at> in a card that mentions somebody.
_READ_BY_CLIENTS = re.compile(r"(?<=\{)(?=\{)|(?<=<)(?=/?at>)")
_FORMATS = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|[*~`]")
_OPENS = re.compile(r"(?<=[\\&<\]!])|(?<=\{)(?=\{)")
_BEGINS = re.compile(r"^(?=[\s\d#>=|+-])", re.MULTILINE)  # a heading, a list, a quotation
_ZERO_WIDTH_SPACE = "\u200b"


def paragraph(rich: Rich, message: Message, **look: Any) -> list[Element]:
    """Return `rich` as one element in which every word has this `look`; none if it says nothing."""
    if mentions(rich):
        return [{"type": "TextBlock", "text": _markdown(rich, message), "wrap": True} | look]
    runs = [run | look for run in _joined(chain.from_iterable(_runs(part, message) for part in rich))]
    if not "".join(run["text"] for run in runs).strip():
        return []
    return [{"type": "RichTextBlock", "inlines": runs}]


def _joined(runs: Iterable[tuple[str, Element]]) -> Iterator[Element]:
    """Put words of the same look into one run, except where a client would read them together."""
    for look, alike in groupby(runs, key=itemgetter(1)):
        for text in _READ_BY_CLIENTS.split("".join(text for text, _look in alike)):
            if text:
                yield {"type": "TextRun", "text": text} | look


def _runs(part: Inline, message: Message) -> Iterator[tuple[str, Element]]:
    match part:
        case str():
            yield from ((words, _leading(url)) for words, url in linked(shown(part)))
        case Bold(text=text):
            yield shown(text), _BOLD
        case Code(text=text):
            yield shown(text), {"fontType": "Monospace"}
        case When(bold=bold):
            yield instant(part, message), _BOLD if bold else {}
            yield distance(part, message), {}
        case Mention(name=name):
            yield shown(name), {}
        case Link(text=text):
            yield one_line(text, _LONGEST_LABEL), _leading(address(part))


def _leading(url: str | None) -> Element:
    if url is None:
        return {}
    return {"color": "Accent", "selectAction": {"type": "Action.OpenUrl", "url": url}}


def _markdown(rich: Rich, message: Message) -> str:
    text = "".join(_marked(part, message) for part in rich).strip("\n")
    return _BEGINS.sub(_ZERO_WIDTH_SPACE, text).replace("\n", "\n\n")


def _marked(part: Inline, message: Message) -> str:
    match part:
        case Mention():
            known = name_of(part)
            return f"<at>{known}</at>" if known else _disarmed(part.name)
        case Bold(text=text) if one_line(text, _LONGEST_LABEL):
            return f"**{_disarmed(one_line(text, _LONGEST_LABEL))}**"
        case When(bold=True):
            return f"**{instant(part, message)}**{distance(part, message)}"
        case _:
            return _disarmed(words_in(part, message))


def _disarmed(text: str) -> str:
    words = _FORMATS.sub(lambda found: LOOKS_LIKE[found[0]], clean(text))
    return _OPENS.sub(_ZERO_WIDTH_SPACE, words)
