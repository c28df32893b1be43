"""The elements of an Adaptive Card for each part of a message but its buttons.

Only what Teams draws on a phone too: its Table stays blank there, so a table is rows of columns.
https://github.com/microsoft/AdaptiveCards/issues/8853
"""

from typing import Any

from desk.messages import Block, Buttons, Fact, Facts, Fine, Message, Quote, Table, Text
from notifications.teams.runs import Element, paragraph
from notifications.teams.text import clean, one_line

_SMALL: dict[str, Any] = {"size": "Small", "isSubtle": True}
_LONGEST_LABEL, _LONGEST_CELL = 75, 120
_WIDEST, _NARROWEST = 24, 12  # characters of a column, as far as its share of the width goes


def draw(part: Block, message: Message) -> list[Element]:
    """Return the elements of one part; none for a part that says nothing, and none for buttons."""
    match part:
        case Text(rich=rich):
            return paragraph(rich, message)
        case Fine(rich=rich):
            return [element | {"spacing": "Small"} for element in paragraph(rich, message, **_SMALL)]
        case Quote(text=text):
            said = paragraph((clean(text).strip("\n"),), message)
            return [{"type": "Container", "style": "emphasis", "items": said}] if said else []
        case Facts(facts=facts):
            pairs = [facts[i : i + 2] for i in range(0, len(facts), 2)]
            return [_side_by_side(pair, message) for pair in pairs]
        case Table():
            return _rows(part, message)
        case Buttons():
            return []


def _side_by_side(pair: tuple[Fact, ...], message: Message) -> Element:
    columns = [_column(_fact(fact, message)) for fact in pair]
    return _columns([*columns, _column([])][:2]) | {"spacing": "Small"}


def _fact(fact: Fact, message: Message) -> list[Element]:
    label = paragraph((one_line(fact.label, _LONGEST_LABEL) or "—",), message, **_SMALL)
    value = paragraph(fact.value, message) or paragraph(("—",), message)
    return [*label, *(element | {"spacing": "None"} for element in value)]


def _rows(table: Table, message: Message) -> list[Element]:
    many = len(table.headings)
    if not many:
        return []
    cells = [_cells(row, many) for row in (table.headings, *table.rows)]
    widths = [_width(column) for column in zip(*cells, strict=True)]
    heading, *rows = cells
    said = [_row([paragraph((cell,), message, **_SMALL) for cell in heading], widths)]
    said += [_row([paragraph((cell,), message) for cell in row], widths) for row in rows]
    return [row | {"spacing": "Small"} for row in said]


def _cells(row: tuple[str, ...], many: int) -> list[str]:
    said = [one_line(cell, _LONGEST_CELL) for cell in row[:many]]
    return said + [""] * (many - len(said))


def _width(column: tuple[str, ...]) -> int:
    """Return the share of the width that a column takes: as its longest cell, within reason."""
    return max(_NARROWEST, min(_WIDEST, max(map(len, column))))


def _row(cells: list[list[Element]], widths: list[int]) -> Element:
    return _columns([_column(cell) | {"width": width} for cell, width in zip(cells, widths, strict=True)])


def _column(items: list[Element]) -> Element:
    return {"type": "Column", "width": "stretch", "items": items}


def _columns(columns: list[Element]) -> Element:
    return {"type": "ColumnSet", "columns": columns}
