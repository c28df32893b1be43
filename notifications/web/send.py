"""The try page as a chat platform: posts go into a table, and open pages are told to look there."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from msgspec.structs import replace

from desk.messages import Attached
from desk.wording import sentence as _
from notifications.chat import Bucket, Carried, SendError, nobody
from notifications.files import TOO_LARGE, with_links
from storage import web, web_files
from storage.database import Database
from storage.letters import Letter
from storage.transactions import Transaction

_GONE = _("It is not there any more.")


_LONGEST_NAME = 200


class Audience:
    """The open pages. Each takes the next bell, looks at what there is, and waits for that bell."""

    def __init__(self) -> None:
        self.closed = False
        self.listening = 0  # pages
        self._bell = asyncio.Event()

    def next_bell(self) -> asyncio.Event:
        """Return what rings at the next change. Take it before looking, so that no change is missed."""
        return self._bell

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a page for as long as it listens."""
        self.listening += 1
        try:
            yield
        finally:
            self.listening -= 1

    def tell(self) -> None:
        """Say that something changed."""
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()

    def close(self) -> None:
        """Let every page go: the desk is shutting down."""
        self.closed = True
        self.tell()


class WebChat:
    """Posts on the try page (a `Chat`)."""

    limits: tuple[Bucket, ...] = ()

    def __init__(self, database: Database, now: Callable[[], datetime], audience: Audience) -> None:
        self._database = database
        self._now = now
        self._audience = audience

    async def send(
        self,
        letter: Letter,
        files: Sequence[Carried] = (),
        made: Callable[[str], object] = nobody,  # noqa: ARG002 - the protocol's
    ) -> str:
        """Store a post, change it or take it back, and tell the open pages. Returns its id.

        Files that are too large for the page are named, and where to find them. Those that are kept belong
        to the post, and go with it.
        """
        now = self._now()
        kept = [one for one in files if one.data and len(one.data) <= web_files.LARGEST]
        if letter.message is not None and files:
            left = [
                one._replace(data=None, reason=one.reason or TOO_LARGE) for one in files if one not in kept
            ]
            letter = replace(letter, message=with_links(letter.message, left))
        post = await self._database.write(lambda tx: _put(tx, letter, kept, now))
        self._audience.tell()
        return str(post.id)

    async def fetch(self, file: Attached, most_bytes: int) -> bytes:
        """Return a file that somebody attached on the page."""
        file_id = int(file.id) if file.id.isdecimal() else 0
        data = await self._database.read(lambda tx: web_files.data(tx, file_id))
        if data is None or len(data) > most_bytes:
            raise SendError(_GONE)
        return data

    async def find(self, letter: Letter) -> str | None:
        """Return the id of the post that this letter made, None if it made none; it says what it should."""
        now = self._now()
        post = await self._database.write(lambda tx: _up_to_date(tx, letter, now))
        self._audience.tell()
        return None if post is None else str(post.id)


def _up_to_date(tx: Transaction, letter: Letter, now: datetime) -> web.WebPost | None:
    post = web.post_by_key(tx, _key(letter))
    if post is None or post.message == letter.message:
        return post
    return _change(tx, post.id, letter, now)


def _put(tx: Transaction, letter: Letter, files: Sequence[Carried], now: datetime) -> web.WebPost:
    if letter.edits is not None:
        return _change(tx, _existing(tx, letter.edits), letter, now)
    if letter.message is None:
        raise SendError(_("There is nothing to say and nothing to take back."))
    thread = None if letter.thread is None else _existing(tx, letter.thread)
    known = web.post_by_key(tx, _key(letter))
    post = known or web.write(
        tx, _key(letter), letter.conversation, now, thread=thread, message=letter.message
    )
    if known is None:
        for one in files:
            name, kind, data = one.file.name[:_LONGEST_NAME], one.file.kind[:120], one.data or b""
            web_files.keep(tx, letter.conversation, None, name, kind, data, now, post.id)
    return post


def _change(tx: Transaction, post_id: int, letter: Letter, now: datetime) -> web.WebPost:
    if letter.message is None:
        return web.delete(tx, post_id, now)
    return web.edit(tx, post_id, now, message=letter.message)


def _existing(tx: Transaction, platform_id: str) -> int:
    post = web.post(tx, int(platform_id)) if platform_id.isdecimal() else None
    if post is None:
        raise SendError(_("The page has no such post."))
    return post.id


def _key(letter: Letter) -> str:
    return f"letter:{letter.id}"
