"""What changes while the page is open, as server-sent events: posts, the clock, and how far instants are.

An event's id is the revision of its post. A browser that lost us comes back with the last one it saw.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from functools import partial

import msgspec
from aiohttp import web

from bot.clock import Clock
from bot.web.customers import Side, sides
from bot.web.fragments import ZONE, Reader, draw_post, say_day_and_time
from bot.web.guard import HEADERS, TRY, TryPage, language_of
from bot.web.samples import AGENTS, CUSTOMERS, TRIAGE
from desk.instants import say_duration, say_instant
from desk.wording import Language, words
from notifications.web.render import distances
from storage import web as posts
from storage import web_page
from storage.transactions import Transaction

MOST_POSTS = 100  # of a conversation on the page, without their replies

CONVERSATIONS = (*(one.direct for one in (*CUSTOMERS, *AGENTS)), TRIAGE)
_HEADERS = {**HEADERS, "Content-Type": "text/event-stream", "Cache-Control": "no-store"}


async def live(request: web.Request) -> web.StreamResponse:
    """Send changes until the page is closed or the desk shuts down."""
    desk, language = request.app[TRY], language_of(request)
    response = web.StreamResponse(headers=_HEADERS)
    with suppress(ConnectionResetError), desk.audience.one_more():
        await response.prepare(request)
        async for event in _events(desk, language, _number(request.query.get("start", "0")), _seen(request)):
            await response.write(event)
    return response


def _seen(request: web.Request) -> int:
    return _number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


async def _events(desk: TryPage, language: Language, start: int, seen: int) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    told: object = None
    said_of: list[Side] = []
    while not desk.audience.closed:
        bell = desk.audience.next_bell()
        reader = Reader(language, desk.clock.now())
        changes = await desk.database.read(partial(_changes, start, seen))
        if changes is None:
            yield _event("started_anew", {})
            return
        for post in changes:
            seen = post.revision
            yield _event("post", _post_told(post, reader), seen)
        if said_of != (said_of := await desk.database.read(sides)):
            yield _event("customers", {side.user: side._asdict() for side in said_of})
        if told != (told := clock_said(desk.clock, language)):
            yield _event("clock", told)
            yield _event("distances", await desk.database.read(partial(_distances, reader)))
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), 60 - desk.clock.now().second)


def _changes(start: int, seen: int, tx: Transaction) -> list[posts.WebPost] | None:
    """Return what changed; None for a page from before somebody started over, or of another desk."""
    if web_page.state(tx).start != start or posts.newest(tx) < seen:
        return None
    return posts.changed_since(tx, seen)


def _post_told(post: posts.WebPost, reader: Reader) -> dict[str, object]:
    return {
        "id": post.id,
        "revision": post.revision,
        "key": post.key,
        "conversation": post.conversation,
        "thread": post.thread,
        "author": post.author,
        "deleted": post.deleted,
        "html": draw_post(post, reader),
    }


def _distances(reader: Reader, tx: Transaction) -> dict[str, list[str]]:
    shown = [post for name in CONVERSATIONS for post in posts.recent(tx, name, MOST_POSTS)]
    told = {str(p.id): distances(p.message, reader.now) for p in shown if p.message is not None}
    return {post_id: said for post_id, said in told.items() if said}


def clock_said(clock: Clock, language: Language) -> dict[str, str]:
    """Return the desk's time and how far ahead of the machine's it is, in words."""
    now = clock.now()
    return {
        "now": say_instant(now, ZONE, language),
        "full": say_day_and_time(now, language),
        "ahead": _ahead(clock.ahead, language),
    }


def _ahead(ahead: timedelta, language: Language) -> str:
    return words(language)("{length} ahead", length=say_duration(ahead, language)) if ahead else ""


def _event(name: str, data: object, number: int | None = None) -> bytes:
    head = f"event: {name}\n" if number is None else f"id: {number}\nevent: {name}\n"
    return head.encode() + b"data: " + msgspec.json.encode(data) + b"\n\n"
