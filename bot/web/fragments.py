"""The try page's pieces of HTML: a post, an answer that one person sees, a form."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web.samples import PEOPLE, TRIAGE
from desk.messages import Form, Message
from desk.wording import Language, words
from notifications.web.render import html, inline_html, is_card, tied
from storage.web import WebPost
from storage.web_files import WebFile

PAGES = Path(__file__).parents[1] / "pages"
ZONE = "Europe/Bucharest"
_KILOBYTE, _MEGABYTE = 1_000, 1_000_000
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_TONES = {sample.name: number for number, sample in enumerate(PEOPLE.values())}

environment = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def initials(name: str) -> str:
    """Return "IP" for "Ion Popescu"."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def tone(name: str) -> int:
    """Return the number of a person's colour, the same wherever they appear ("Ana Ionescu către client")."""
    return next((number for known, number in _TONES.items() if name.startswith(known)), 0)


environment.filters |= {"initials": initials, "tone": tone}


class Reader(NamedTuple):
    """For whom a piece is drawn: in which language the page speaks, and at which instant."""

    language: Language
    now: datetime


class ShownFile(NamedTuple):
    """A file as the templates need it."""

    name: str
    size: str
    url: str
    picture: bool


class Shown(NamedTuple):
    """A post as the templates need it."""

    id: int
    revision: int
    key: str
    conversation: str
    author: str
    name: str
    by_desk: bool
    on_behalf: bool
    body: Markup
    language: str
    card: bool
    at: str
    time: str
    full_time: str
    day: str
    day_name: str
    edited: bool
    deleted: bool
    team: bool
    files: tuple[ShownFile, ...] = ()
    first_of_day: bool = False
    replies: tuple["Shown", ...] = ()


def shown(post: WebPost, reader: Reader, replies: Iterable[WebPost] = ()) -> Shown:
    """Return `post` with everything that is said about it in words."""
    local = post.at.astimezone(ZoneInfo(ZONE))
    day = f"{local:%Y-%m-%d}"
    return Shown(
        id=post.id,
        revision=post.revision,
        key=post.key,
        conversation=post.conversation,
        author=post.author or "",
        name=_author(post),
        by_desk=post.author is None,
        on_behalf=post.message is not None and post.message.author is not None,
        body=_body(post, reader.now),
        language=post.message.language if post.message is not None else "",
        card=post.message is not None and is_card(post.message),
        at=post.at.isoformat(timespec="seconds"),
        time=f"{local:%H:%M}",
        full_time=say_day_and_time(post.at, reader.language),
        day=day,
        day_name=format_datetime(local, "EEEE, d MMMM", locale=reader.language),
        edited=post.edited_at is not None and post.author is not None,
        deleted=post.deleted,
        team=post.conversation == TRIAGE,
        files=tuple(_file(one, reader) for one in post.files),
        replies=with_days([shown(reply, reader) for reply in replies if not reply.deleted], day),
    )


def with_days(said: Sequence[Shown], before: str = "") -> tuple[Shown, ...]:
    """Note which of these posts is the first of its day, where what is `before` them is of one."""
    days = [before, *(post.day for post in said)]
    return tuple(post._replace(first_of_day=post.day != day) for post, day in zip(said, days, strict=False))


def _file(file: WebFile, reader: Reader) -> ShownFile:
    whose = next(one.user for one in PEOPLE.values() if file.conversation in (one.conversation, one.direct))
    url = f"/try/files/{file.id}?as={whose}"
    return ShownFile(file.name, _size(file.size, reader.language), url, file.kind in _PICTURES)


def _size(size: int, language: Language) -> str:
    if size < _MEGABYTE:
        return f"{format_decimal(max(1, round(size / _KILOBYTE)), locale=language)} KB"
    return f"{format_decimal(round(size / _MEGABYTE, 1), locale=language)} MB"


def _author(post: WebPost) -> str:
    if post.author is not None:
        return PEOPLE[post.author].name if post.author in PEOPLE else post.author
    if post.message is not None and post.message.author:
        return post.message.author
    return "Dispecer"


def _body(post: WebPost, now: datetime) -> Markup:
    if post.message is not None:
        return html(post.message, now)
    return Markup("<p>{}</p>").format(tied(post.text or ""))


def say_day_and_time(at: datetime, language: Language) -> str:
    """Return "luni, 23 noiembrie 2026, 16:05", in Romanian time."""
    return format_datetime(at.astimezone(ZoneInfo(ZONE)), "EEEE, d MMMM yyyy, HH:mm", locale=language)


def draw_post(post: WebPost, reader: Reader) -> str:
    """Return a post as a list item, without its replies."""
    return _draw("post" if post.thread is None else "one_reply", shown(post, reader), reader)


def draw_answer(message: Message, reader: Reader) -> str:
    """Return what the desk answers one person alone."""
    local = reader.now.astimezone(ZoneInfo(ZONE))
    return _draw("only_you", html(message, reader.now), reader, f"{local:%H:%M}")


def draw_form(form: Form, reader: Reader) -> str:
    """Return a form to be put into the page's dialog."""
    intro = inline_html(form.intro, Message((), form.language), reader.now)
    return environment.get_template("form.html").render(form=form, intro=intro, t=words(form.language))


def _draw(macro: str, what: Shown | Markup, reader: Reader, *more: str) -> str:
    pieces = environment.get_template("posts.html").make_module({"t": words(reader.language)})
    drawn: str = getattr(pieces, macro)(what, *more)
    return str(drawn)
