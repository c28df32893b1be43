"""Files that travel with a message from one platform to another, fetched where they are as it leaves.

Nothing of them is kept here. What cannot travel is named in the message, with the reason and where it is.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import structlog
from babel.numbers import format_decimal
from msgspec.structs import replace

from desk.messages import Attached, Block, Fine, Inline, Link, Message
from desk.wording import sentence as _
from desk.wording import words
from notifications.chat import SendError

if TYPE_CHECKING:
    from notifications.chat import Chat

log = structlog.get_logger()

MOST_BYTES = 20_000_000
_MOST_FILES = 10
_MEGABYTE = 1_000_000

TOO_LARGE = _("It is too large to be passed on.")
TOO_MANY = _("There are too many files to pass all of them on.")
_NOT_FETCHED = _("It could not be fetched.")


class Carried(NamedTuple):
    """A file, and its bytes or the reason why it cannot travel."""

    file: Attached
    data: bytes | None
    reason: str = ""


async def fetch(chats: "Mapping[str, Chat]", files: Sequence[Attached]) -> list[Carried]:
    """Fetch files, each from the platform where it is. Never fails: what cannot be fetched says why."""
    return [
        await _fetch(chats, file) if place < _MOST_FILES else Carried(file, None, TOO_MANY)
        for place, file in enumerate(files)
    ]


async def _fetch(chats: "Mapping[str, Chat]", file: Attached) -> Carried:
    chat = chats.get(file.platform)
    if chat is None:
        return Carried(file, None, _NOT_FETCHED)
    if file.size > MOST_BYTES:
        return Carried(file, None, TOO_LARGE)
    try:
        return Carried(file, await chat.fetch(file, MOST_BYTES))
    except SendError as error:
        return Carried(file, None, str(error))
    except Exception:
        log.exception("files.not_fetched", platform=file.platform)
        return Carried(file, None, _NOT_FETCHED)


def with_links(message: Message, left: Sequence[Carried]) -> Message:
    """Return a message that names the files which do not travel with it, why, and where they are."""
    return replace(message, blocks=(*message.blocks, *links(message, left))) if left else message


def links(message: Message, left: Sequence[Carried]) -> tuple[Block, ...]:
    """Return a line for each file that did not travel."""
    return tuple(Fine(_line(message, one)) for one in left)


def _line(message: Message, left: Carried) -> tuple[Inline, ...]:
    file, t = left.file, words(message.language)
    name: Inline = Link(file.url, file.name) if file.url else file.name
    megabytes = format_decimal(file.size / _MEGABYTE, "0.#", t.language)
    size = f" ({megabytes} MB)" if file.size >= _MEGABYTE else ""
    return (name, f"{size} · {t(left.reason)}")
