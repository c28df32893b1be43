"""Files that travel with a message from one platform to another, fetched where they are as it leaves.

Nothing of them is kept here. What cannot travel is named in the message, or below it, with the reason and
where it is.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

import structlog
from babel.numbers import format_decimal
from msgspec.structs import replace

from desk.messages import Attached, Block, Fine, Inline, Link, Message
from desk.wording import sentence as _
from desk.wording import words
from notifications.chat import Carried, Chat, SendError

T = TypeVar("T")
log = structlog.get_logger()

MOST_BYTES = 20_000_000
MOST_SECONDS = 30.0  # for all files of a message to be fetched, and again for all to be passed on
_MOST_TOGETHER = 60_000_000  # bytes: they are in memory while they travel
_MOST_FILES = 10
_MEGABYTE = 1_000_000
_TRIES = 3
_PAUSE, _LONGEST_PAUSE = 1.0, 5.0  # seconds, before a busy platform is asked again

TOO_LARGE = _("It is too large to be passed on.")
TOO_MANY = _("There are too many files to pass all of them on.")
UNSURE = _("It may not have arrived.")
_EMPTY = _("It is empty.")
_NOT_FETCHED = _("It could not be fetched.")
_NOT_FETCHED_SOON = _("It could not be fetched in time.")
_NOT_SENT = _("It could not be passed on.")
_WHERE = {"slack": "Slack", "teams": "Teams"}
_PICTURES: Final = {
    b"\x89PNG\r\n\x1a\n": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
    b"GIF8": ("image/gif", ".gif"),
}
# What would break a header, name another folder, or let "exe.pdf" be read where there is "fdp.exe".
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f/\\\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_NAME, _ENDING = 120, 20  # characters


def picture_kind(data: bytes) -> str | None:
    """Return what kind of picture this is by how it begins, None if it is none: a name may say anything."""
    return next((kind for sign, (kind, _end) in _PICTURES.items() if data.startswith(sign)), None)


async def fetch(
    chats: Mapping[str, Chat], files: Sequence[Attached], within: float = MOST_SECONDS
) -> list[Carried]:
    """Fetch files, each from the platform where it is. Never fails: what cannot be fetched says why."""
    until, room = asyncio.get_running_loop().time() + within, _MOST_TOGETHER
    carried = []
    for place, file in enumerate(files):
        most = min(MOST_BYTES, room)
        one = Carried(file, None, TOO_MANY)
        if place < _MOST_FILES:
            one = await _fetch(chats, file, most, until)
        room -= len(one.data or b"")
        carried.append(_named(one))
    return carried


async def _fetch(chats: Mapping[str, Chat], file: Attached, most: int, until: float) -> Carried:
    chat = chats.get(file.platform)
    if chat is None:
        return Carried(file, None, _NOT_FETCHED)
    if file.size > most or most <= 0:
        return Carried(file, None, TOO_LARGE)
    try:
        async with asyncio.timeout_at(until):
            data = await chat.fetch(file, most)
    except SendError as error:
        return Carried(file, None, str(error))
    except TimeoutError:
        return Carried(file, None, _NOT_FETCHED_SOON)
    except Exception:
        log.exception("files.not_fetched", platform=file.platform)
        return Carried(file, None, _NOT_FETCHED)
    return Carried(file, data) if data else Carried(file, None, _EMPTY)


def _named(one: Carried) -> Carried:
    """Give a file a name that is safe everywhere, a picture without an ending the one that it needs."""
    name = _NOT_IN_A_NAME.sub("", one.file.name).strip() or "file"
    kind = picture_kind(one.data or b"")
    if kind is not None and "." not in name:
        name += next(end for known, end in _PICTURES.values() if known == kind)
    if len(name) > _LONGEST_NAME:
        stem, ending = name[:-_ENDING], name[-_ENDING:]
        name = f"{stem[: _LONGEST_NAME - _ENDING - 1]}…{ending}"
    return one._replace(file=replace(one.file, name=name))


async def pass_on(
    parcels: Sequence[tuple[Sequence[Carried], T]],
    send: Callable[[T], Awaitable[object]],
    within: float = MOST_SECONDS,
    apart: float = 0.0,
) -> list[Carried]:
    """Send files in order, each parcel of them as `send` takes it; return those that did not arrive, and why.

    Never fails: the message that they belong to stands already. A platform that is busy is asked again, soon;
    `apart` are the seconds to wait before each parcel, so that it does not become busy.
    """
    until, left = asyncio.get_running_loop().time() + within, list[Carried]()
    for files, parcel in parcels:
        try:
            async with asyncio.timeout_at(until):
                await asyncio.sleep(apart)
                await _send(parcel, send)
        except SendError as error:
            log.warning("files.not_sent", reason=str(error))
            left += [one.left(str(error)) for one in files]
        except Exception as error:
            log.warning("files.not_sent", exc_info=not isinstance(error, TimeoutError))
            left += [one.left(_NOT_SENT) for one in files]
    return left


async def _send(parcel: T, send: Callable[[T], Awaitable[object]]) -> None:
    for tried in range(1, _TRIES + 1):
        try:
            await send(parcel)
        except SendError as error:
            if not error.temporary or error.uncertain or tried == _TRIES:
                raise
            pause = _PAUSE if error.retry_after is None else error.retry_after
            await asyncio.sleep(min(pause, _LONGEST_PAUSE))
        else:
            return


async def let_go(made: Sequence[str], take_back: Callable[[str], Awaitable[object]]) -> None:
    """Take back what was made for files. Raises `SendError` where that may succeed later.

    What the platform never lets go stays, and the log says so: the words must go all the same.
    """
    for one in made:
        try:
            await take_back(one)
        except SendError as error:
            if error.temporary:
                raise
            log.warning("files.not_taken_back", reason=str(error))


def with_links(message: Message, left: Sequence[Carried]) -> Message:
    """Return a message that names the files which do not travel with it, why, and where they are."""
    return replace(message, blocks=(*message.blocks, *links(message, left))) if left else message


def with_names(message: Message) -> Message:
    """Return a message that names all its files: it changes one that named those which did not travel."""
    if not message.files:
        return message
    first, *others = [_name(file) for file in message.files]
    said = words(message.language).rich("With it came: {files}", files=first)
    said += tuple(part for other in others for part in (", ", other))
    return replace(message, blocks=(*message.blocks, Fine(said)))


def note(message: Message, left: Sequence[Carried]) -> Message:
    """Return what is said below a message of which these files did not arrive."""
    return replace(message, author=None, live=None, blocks=links(message, left), files=())


def links(message: Message, left: Sequence[Carried]) -> tuple[Block, ...]:
    """Return a line for each file that did not travel."""
    return tuple(Fine(_line(message, one)) for one in left)


def _line(message: Message, left: Carried) -> tuple[Inline, ...]:
    file, t = left.file, words(message.language)
    megabytes = format_decimal(file.size / _MEGABYTE, "0.#", t.language)
    size = f" ({megabytes} MB)" if file.size >= _MEGABYTE else ""
    where = _WHERE.get(file.platform)
    said = [t(left.reason), *([t("It is in {platform}.", platform=where)] if where else ())]
    return (_name(file), f"{size} · {' '.join(said)}")


def _name(file: Attached) -> Inline:
    return Link(file.url, file.name) if file.url else file.name
