"""What does not fit into one post is cut with "…", and a line says where the rest is."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from msgspec.structs import replace

from desk.messages import Block, Buttons, Facts, Fine, Message, Quote, Rich, Table, Text
from desk.wording import sentence as _
from desk.wording import words
from notifications.words import cut, words_in

_THE_REST = _("The rest is in the ticket.")
_MOST, _LEAST = 13_000, 50  # characters: more of a text fits nowhere, less is not worth showing

Draw = Callable[[Block, Message], list[Any]]
Fits = Callable[[list[Any]], bool]
_Drawn = list[tuple[Block, list[Any]]]


def fitted(parts: Iterable[Block], message: Message, draw: Draw, fits: Fits) -> list[Any]:
    """Return what `draw` makes of all parts, as much as `fits` into one post.

    Buttons stay whole, and so does the small print at the end: it tells of the files.
    """
    drawn = [(part, draw(part, message)) for part in parts]
    everything = [element for _part, elements in drawn for element in elements]
    return everything if fits(everything) else _shrunk(drawn, message, draw, fits)


def _shrunk(drawn: _Drawn, message: Message, draw: Draw, fits: Fits) -> list[Any]:
    rest, whole = draw(Fine((words(message.language)(_THE_REST),)), message), _whole(drawn, fits)
    kept: list[Any] = []
    full = False
    for place, (part, elements) in enumerate(drawn):
        if place in whole:
            kept += elements
        elif not full:
            around = [*kept, *rest, *_at(drawn, [later for later in whole if later > place])]
            full = not fits([*around, *elements])
            kept += [*_beginning_of(part, message, draw, fits, around), *rest] if full else elements
    return kept


def _whole(drawn: _Drawn, fits: Fits) -> list[int]:
    """Return the places of what is not cut: of the buttons, and of last lines that leave half of the room."""
    end = len(drawn)
    while end and isinstance(drawn[end - 1][0], (Fine, Buttons)):
        end -= 1
    buttons = [place for place, (part, _elements) in enumerate(drawn) if isinstance(part, Buttons)]
    lines = [place for place in range(end, len(drawn)) if place not in buttons]
    while lines and not fits(_at(drawn, [*buttons, *lines, *lines])):
        lines.pop()
    return sorted([*buttons, *lines])


def _at(drawn: _Drawn, places: Collection[int]) -> list[Any]:
    return [element for place in places for element in drawn[place][1]]


def _beginning_of(part: Block, message: Message, draw: Draw, fits: Fits, around: list[Any]) -> list[Any]:
    """Draw the beginning of `part` that fits, nothing if nearly nothing would."""
    longest = _MOST
    while longest > _LEAST:
        elements = draw(_shortened(part, longest, message), message)
        if fits([*around, *elements]):
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
