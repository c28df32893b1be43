"""What the desk says, before any platform's dress: one neutral message, rendered once per platform.

Every text in here is plain text. Nothing is escaped yet; the renderer of each platform does that.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct


class Bold(Struct, frozen=True, tag="bold"):
    """Stressed words."""

    text: str


class Code(Struct, frozen=True, tag="code"):
    """Words to be typed or copied as they stand."""

    text: str


class When(Struct, frozen=True, tag="when"):
    """An instant (UTC), shown with its weekday in the reader's zone.

    With `now`, how far it is from then is added: "luni 30 nov., 14:20 (peste 3 h)".
    """

    at: datetime
    now: datetime | None = None
    bold: bool = False


class Mention(Struct, frozen=True, tag="mention"):
    """A person of this platform, who is notified. `name` is shown where the platform cannot mention."""

    user: str
    name: str


class Link(Struct, frozen=True, tag="link"):
    """Words that lead somewhere."""

    url: str
    text: str


Inline = str | Bold | Code | When | Mention | Link
Rich = tuple[Inline, ...]


class Text(Struct, frozen=True, tag="text"):
    """A paragraph."""

    rich: Rich


class Fine(Struct, frozen=True, tag="fine"):
    """Small print below or above the main thing."""

    rich: Rich


class Quote(Struct, frozen=True, tag="quote"):
    """Somebody's own words, shown as such."""

    text: str


class Fact(Struct, frozen=True):
    """One labelled value of a card."""

    label: str
    value: Rich


class Facts(Struct, frozen=True, tag="facts"):
    """Labelled values, side by side where there is room."""

    facts: tuple[Fact, ...]


class Table(Struct, frozen=True, tag="table"):
    """A small table: headings and rows of plain text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Confirm(Struct, frozen=True):
    """The question asked once before something that is hard to take back."""

    title: str
    text: str
    yes: str
    no: str


class Button(Struct, frozen=True, tag="button"):
    """One thing the reader can do. `action` names the verb ("ticket.take"), `value` its object ("1042").

    One that `asks` opens a form first.
    """

    action: str
    label: str
    value: str = ""
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    asks: bool = False


class Option(Struct, frozen=True):
    """One line of a menu or a choice.

    One that `asks` opens a form first, one that `tells` is answered with more than a line.
    """

    label: str
    value: str
    asks: bool = False
    tells: bool = False


class Menu(Struct, frozen=True, tag="menu"):
    """Several things under one label. The chosen option's value arrives as the action's value."""

    action: str
    label: str
    options: tuple[Option, ...]


class Buttons(Struct, frozen=True, tag="buttons"):
    """At most five things the reader can do, the likely one first."""

    items: tuple[Button | Menu, ...]


Block = Text | Fine | Quote | Facts | Table | Buttons


class Attached(Struct, frozen=True):
    """A file that somebody attached elsewhere, to be passed on. Size in bytes, 0 where nobody said.

    `url` is where people find it, `download` an address that gives it to the desk, for a short while;
    the platform knows it by `id`.
    """

    name: str
    platform: str
    workspace: str
    id: str = ""
    kind: str = ""
    size: int = 0
    url: str = ""
    download: str = ""
    service_url: str = ""


class Live(Struct, frozen=True):
    """A card of which each of its `viewers` (a platform's user ids) may see what they can do themselves.

    A platform that can do so asks for it anew whenever one of them looks: by `action` on `value`.
    """

    action: str
    value: str
    viewers: tuple[str, ...] = ()


class Message(Struct, frozen=True):
    """Something said in one place, in one language, its instants shown in one zone (an IANA name).

    `author` is set when the desk passes on what a person wrote, with the `files` that they attached.
    """

    blocks: tuple[Block, ...]
    language: Literal["en", "ro"] = "en"
    zone: str = "Europe/Bucharest"
    author: str | None = None
    live: Live | None = None
    files: tuple[Attached, ...] = ()


class Field(Struct, frozen=True):
    """One input of a form."""

    name: str
    label: str
    kind: Literal["line", "text", "choice"] = "line"
    value: str = ""
    options: tuple[Option, ...] = ()
    required: bool = True
    hint: str = ""
    longest: int = 3000


class Form(Struct, frozen=True):
    """A form in a window of its own. Submitting it is the action `action` on `subject`.

    `opener` is the action that opens it again.
    """

    action: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    subject: str = ""
    intro: Rich = ()
    language: Literal["en", "ro"] = "en"
    opener: str = ""


class Answer(Struct, frozen=True):
    """What the asker alone gets back in the platform's own response.

    `message` is shown to them only; `form` is opened; `errors` are shown beside the fields of the form
    that was submitted, and keep it open. `refused` means that nothing was done: then a form stays open too,
    so that its text is not lost. `card` is what the card on which they acted shows to them from now on, where
    the platform can show each reader their own. An empty answer says nothing.
    """

    message: Message | None = None
    form: Form | None = None
    errors: dict[str, str] = {}
    refused: bool = False
    card: Message | None = None


def plain(rich: Sequence[Inline]) -> str:
    """Return the words of `rich` without dress; instants as ISO 8601 UTC."""
    return "".join(_plain(part) for part in rich)


def _plain(part: Inline) -> str:
    match part:
        case str():
            return part
        case When(at=at):
            return at.isoformat(timespec="minutes")
        case Mention(name=name):
            return name
        case Bold(text=text) | Code(text=text) | Link(text=text):
            return text
