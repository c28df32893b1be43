"""One Block Kit payload for each part of a message."""

from collections import Counter
from typing import Any

import msgspec

from desk.messages import (
    Block,
    Bold,
    Button,
    Buttons,
    Confirm,
    Fact,
    Facts,
    Fine,
    Menu,
    Message,
    Option,
    Quote,
    Table,
    Text,
)
from notifications.slack.text import (
    clean,
    escaped,
    mrkdwn,
    mrkdwn_chunks,
    preformatted,
    quoted,
)
from notifications.words import cut, words_of

Element = dict[str, Any]

_LONGEST_TEXT, _LONGEST_FIELD, _MOST_FIELDS = 3000, 2000, 10
_MOST_ELEMENTS, _MOST_OPTIONS, _LONGEST_LABEL = 25, 100, 75
_LONGEST_MENUS = 5000  # characters of all options of a block, so that they leave room for words
_LONGEST_CELL = 60
_LONGEST_CUT_FIELD = 300  # characters before escaping
_encode = msgspec.json.Encoder().encode


def size(blocks: list[Element]) -> int:
    """Return how many characters `blocks` have as JSON."""
    return len(_encode(blocks).decode())


def draw(part: Block, message: Message) -> list[Element]:
    """Return the blocks of one part; none for a part that says nothing."""
    match part:
        case Text(rich=rich):
            return sections(mrkdwn_chunks(rich, message, _LONGEST_TEXT))
        case Quote(text=text):
            return sections(quoted(text, _LONGEST_TEXT))
        case Table():
            return sections(preformatted(columns(part), _LONGEST_TEXT))
        case Fine(rich=rich):
            said = mrkdwn_chunks(rich, message, _LONGEST_TEXT)
            return [{"type": "context", "elements": [_mrkdwn(text)]} for text in said]
        case Facts():
            return _fields(part, message)
        case Buttons():
            return _actions(part)


def sections(texts: list[str]) -> list[Element]:
    """Return one section for each text of mrkdwn."""
    return [{"type": "section", "text": _mrkdwn(text)} for text in texts]


def columns(table: Table) -> list[str]:
    """Return a table as lines for letters of equal width."""
    many = len(table.headings)
    lines = [_cells(row, many) for row in (table.headings, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return [drawn[0], "─" * max(map(len, drawn)), *drawn[1:]] if many else []


def _cells(row: tuple[str, ...], many: int) -> list[str]:
    said = [cut(" ".join(cell.split()), _LONGEST_CELL) for cell in row[:many]]
    return said + [""] * (many - len(said))


def _fields(part: Facts, message: Message) -> list[Element]:
    fields = [_mrkdwn(_field(fact, message)) for fact in part.facts]
    return [
        {"type": "section", "fields": fields[i : i + _MOST_FIELDS]}
        for i in range(0, len(fields), _MOST_FIELDS)
    ]


def _field(fact: Fact, message: Message) -> str:
    label = mrkdwn((Bold(cut(fact.label, _LONGEST_LABEL)),), message)
    value = mrkdwn(fact.value, message)
    if len(label) + len(value) >= _LONGEST_FIELD:
        value = escaped(cut(words_of(fact.value, message), _LONGEST_CUT_FIELD))
    return f"{label}\n{value.strip() or '—'}"


def _mrkdwn(text: str) -> Element:
    # Not verbatim, Slack would look for names of channels and people in it.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _actions(part: Buttons) -> list[Element]:
    seen: Counter[str] = Counter()
    room = _LONGEST_MENUS // max(1, sum(isinstance(item, Menu) for item in part.items))
    drawn: list[Element] = []
    for item in part.items[:_MOST_ELEMENTS]:
        if isinstance(item, Menu) and not item.options:
            continue
        # An id may stand only once in a block; `action_of` takes the number off again.
        seen[item.action] += 1
        name = item.action if seen[item.action] == 1 else f"{item.action}#{seen[item.action]}"
        drawn.append({"action_id": name} | (_button(item) if isinstance(item, Button) else _menu(item, room)))
    return [{"type": "actions", "elements": drawn}] if drawn else []


def action_of(action_id: str) -> str:
    """Return the action that a button's or menu's `action_id` stands for."""
    return action_id.partition("#")[0]


def _button(button: Button) -> Element:
    drawn: Element = {"type": "button", "text": plain(button.label, _LONGEST_LABEL)}
    if button.value:
        drawn["value"] = button.value
    if button.style:
        drawn["style"] = button.style
    if button.confirm:
        drawn["confirm"] = _confirm(button.confirm)
    return drawn


def _confirm(confirm: Confirm) -> Element:
    return {
        "title": plain(confirm.title, 100),
        "text": plain(confirm.text, 300),
        "confirm": plain(confirm.yes, 30),
        "deny": plain(confirm.no, 30),
    }


def _menu(menu: Menu, room: int) -> Element:
    choices = options(menu.options)
    while len(choices) > 1 and size(choices) > room:
        choices.pop()
    return {"type": "static_select", "placeholder": plain(menu.label, _LONGEST_LABEL), "options": choices}


def options(choices: tuple[Option, ...]) -> list[Element]:
    """Return the options of a menu or a choice."""
    return [_option(choice) for choice in choices[:_MOST_OPTIONS]]


def _option(option: Option) -> Element:
    return {"text": plain(option.label, _LONGEST_LABEL), "value": option.value}


def plain(text: str, longest: int) -> Element:
    """Return a label: plain text of at most `longest` characters."""
    return {"type": "plain_text", "text": cut(clean(text), longest) or "—", "emoji": True}
