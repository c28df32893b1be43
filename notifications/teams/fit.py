"""What does not fit into one activity is cut with "…", and a line says where the rest is."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from desk.messages import Block, Buttons, Facts, Fine, Message, Quote, Rich, Table, Text
from desk.wording import sentence as _
from desk.wording import words
from notifications.teams.buttons import size
from notifications.teams.text import cut, words_in

_THE_REST = _("The rest is in the ticket.")
_LEAST = 50  # characters: less of a text is not worth showing

Draw = Callable[[Block, Message], list[Any]]


def fitted(parts: Iterable[Block], message: Message, draw: Draw, room: int) -> list[Any]:
    """Return what `draw` makes of all parts, cut to `room` bytes of JSON in UTF-16."""
    drawn = [(part, draw(part, message)) for part in parts]
    everything = [element for _part, elements in drawn for element in elements]
    return everything if size(everything) <= room else _shrunk(drawn, message, draw, room)


def _shrunk(drawn: list[tuple[Block, list[Any]]], message: Message, draw: Draw, room: int) -> list[Any]:
    rest = draw(Fine((words(message.language)(_THE_REST),)), message)
    room -= size(rest)
    kept: list[Any] = []
    for part, elements in drawn:
        if size(elements) > room:
            return [*kept, *_beginning_of(part, message, draw, room), *rest]
        kept += elements
        room -= size(elements)
    return [*kept, *rest]


def _beginning_of(part: Block, message: Message, draw: Draw, room: int) -> list[Any]:
    """Draw the beginning of `part` that fits, nothing if nearly nothing would."""
    longest = room
    while longest > _LEAST:
        elements = draw(_shortened(part, longest, message), message)
        if size(elements) <= room:
            return elements
        longest = longest * 4 // 5
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
        said = words_in(part, message)
        if len(said) > longest:
            return (*kept, cut(said, max(longest, 1)))
        kept, longest = (*kept, part), longest - len(said)
    return kept
