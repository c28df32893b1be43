"""A message as HTML. Whatever people wrote goes through `Markup.format`, which escapes it."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from markupsafe import Markup, escape

from desk.instants import say_distance, say_instant
from desk.messages import (
    Block,
    Bold,
    Button,
    Buttons,
    Code,
    Fact,
    Facts,
    Fine,
    Inline,
    Link,
    Mention,
    Menu,
    Message,
    Option,
    Quote,
    Rich,
    Table,
    Text,
    When,
)

# A number keeps its unit beside it, and a line does not begin with the dash of a span.
_TIES = re.compile(r"(?<=\d) (?=(?:h|min)\b)| (?=– )")
# "s-a rezolvat", "într-un", "n-ați": a line does not end with the hyphen of a short word.
_SHORT = re.compile(r"(?<![\w-])(?:[^\W\d_]{1,4}-[^\W\d_]{1,12}|[^\W\d_]{1,12}-[^\W\d_]{1,2})(?![\w-])")
_SAFE_SCHEMES = {"http", "https", "mailto"}


def html(message: Message, now: datetime) -> Markup:
    """Return `message` as HTML. The distances of a card are told from `now`, and stay true on an open page;
    what was said once ("in 58 min") keeps what it said.
    """
    return _join(_block(block, message, now) for block in message.blocks)


def inline_html(rich: Rich, message: Message, now: datetime, *, small: bool = False) -> Markup:
    """Return one run of words as HTML, in the language and zone of `message`.

    In small print an instant whose distance is told is that alone ("acum 4 min"), its date is the title.
    """
    return _join(_inline(part, message, now, small) for part in rich)


def distances(message: Message, now: datetime) -> list[str]:
    """Return the distances that `html` shows of a card, in the order in which they stand there."""
    if not _is_kept_true(message):
        return []
    return [
        _distance(part, message, now, isinstance(block, Fine))
        for block in message.blocks
        for rich in _riches(block)
        for part in rich
        if isinstance(part, When) and part.now is not None
    ]


def is_card(message: Message) -> bool:
    """Return whether the message is a thing that one acts on, not only something said."""
    return any(isinstance(block, Facts | Buttons | Table) for block in message.blocks)


def _is_kept_true(message: Message) -> bool:
    return any(isinstance(block, Facts) for block in message.blocks)


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup().join(parts)


def _block(block: Block, message: Message, now: datetime) -> Markup:
    match block:
        case Text(rich=rich):
            return Markup("<p>{}</p>").format(inline_html(rich, message, now))
        case Fine(rich=rich):
            return Markup('<p class="fine">{}</p>').format(inline_html(rich, message, now, small=True))
        case Quote(text=text):
            return Markup("<blockquote>{}</blockquote>").format(tied(text))
        case Facts(facts=facts):
            rows = _join(_fact(fact, message, now) for fact in facts)
            return Markup('<dl class="facts">{}</dl>').format(rows)
        case Table():
            return _table(block)
        case Buttons(items=items):
            drawn = _join(_button(item) if isinstance(item, Button) else _menu(item) for item in items)
            return Markup('<div class="buttons">{}</div>').format(drawn)


def _fact(fact: Fact, message: Message, now: datetime) -> Markup:
    value = inline_html(fact.value, message, now)
    return Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(fact.label, value)


def _table(table: Table) -> Markup:
    head = _join(Markup('<th scope="col">{}</th>').format(heading) for heading in table.headings)
    rows = _join(
        Markup("<tr>{}</tr>").format(
            _join(Markup("<td>{}</td>").format(tied(_with_units(cell))) for cell in row)
        )
        for row in table.rows
    )
    # A wide table scrolls by itself; it takes focus so that the keyboard can scroll it.
    return Markup(
        '<div class="table" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, rows)


def _button(button: Button) -> Markup:
    return Markup('<button type="button" class="{}" data-action="{}" data-subject="{}"{}>{}</button>').format(
        f"button {button.style or ''}".strip(), button.action, button.value, _confirm(button), button.label
    )


def _confirm(button: Button) -> Markup:
    if button.confirm is None:
        return Markup()
    ask = button.confirm
    return Markup(
        ' data-confirm-title="{}" data-confirm-text="{}" data-confirm-yes="{}" data-confirm-no="{}"'
    ).format(ask.title, ask.text, ask.yes, ask.no)


def _menu(menu: Menu) -> Markup:
    options = _join(_option(menu.action, option) for option in menu.options)
    return Markup(
        '<span class="choice"><button type="button" class="button opens" aria-haspopup="menu"'
        ' aria-expanded="false">{}</button><span class="menu" role="menu" popover>{}</span></span>'
    ).format(menu.label, options)


def _option(action: str, option: Option) -> Markup:
    return Markup(
        '<button type="button" role="menuitem" tabindex="-1" data-action="{}" data-subject="{}">{}</button>'
    ).format(action, option.value, option.label)


def _inline(part: Inline, message: Message, now: datetime, small: bool) -> Markup:
    match part:
        case str():
            return tied(_with_units(part))
        case Bold(text=text):
            return Markup("<strong>{}</strong>").format(tied(text))
        case Code(text=text):
            return Markup("<code>{}</code>").format(text)
        case Mention(name=name):
            return Markup('<span class="mention">@{}</span>').format(name)
        case Link(url=url, text=text):
            return _link(url, text)
        case When():
            return _when(part, message, now, small)


def _with_units(text: str) -> str:
    return _TIES.sub("\N{NO-BREAK SPACE}", text)


def tied(text: str) -> Markup:
    """Return `text` as HTML in which no line ends with the hyphen of a short word; copied, it is the same."""
    drawn, begin = Markup(), 0
    for word in _SHORT.finditer(text):
        drawn += escape(text[begin : word.start()])
        drawn += Markup('<span class="tied">{}</span>').format(word[0])
        begin = word.end()
    return drawn + escape(text[begin:])


def _link(url: str, text: str) -> Markup:
    if not _is_safe(url):
        return escape(text)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, text)


def _is_safe(url: str) -> bool:
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    # A path of our own is safe; "//host" and "/\host" are somebody else's.
    own = url.startswith("/") and not url.startswith(("//", "/\\"))
    return own or address.scheme in _SAFE_SCHEMES


def _when(when: When, message: Message, now: datetime, small: bool) -> Markup:
    if when.now is None:
        return _time(when, message, say_instant(when.at, message.zone, message.language))
    away = Markup('<span class="away">{}</span>').format(_distance(when, message, now, small))
    if small:
        return _time(when, message, away)
    said = say_instant(when.at, message.zone, message.language)
    return Markup("{} {}").format(_time(when, message, said), away)


def _time(when: When, message: Message, shown: str) -> Markup:
    full = format_datetime(
        when.at.astimezone(ZoneInfo(message.zone)), "EEEE, d MMMM yyyy, HH:mm", locale=message.language
    )
    drawn = Markup('<time datetime="{}" title="{}">{}</time>').format(
        when.at.isoformat(timespec="seconds"), f"{full} ({message.zone})", shown
    )
    return Markup("<strong>{}</strong>").format(drawn) if when.bold else drawn


def _distance(when: When, message: Message, now: datetime, small: bool) -> str:
    since = now if when.now is None or _is_kept_true(message) else when.now
    said = say_distance(when.at, since, message.language)
    return said if small else f"({said})"


def _riches(block: Block) -> list[Rich]:
    match block:
        case Text(rich=rich) | Fine(rich=rich):
            return [rich]
        case Facts(facts=facts):
            return [fact.value for fact in facts]
        case _:
            return []
