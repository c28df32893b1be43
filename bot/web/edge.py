"""The try page's edge: what people do on it becomes an `Incoming`, as it would on Slack or Teams."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from aiohttp import web

from bot.web import asked as web_asked
from bot.web import files as web_files_edge
from bot.web import live as web_live
from bot.web import pages as web_pages
from bot.web.asked import (
    Asked,
    check_only_tried,
    check_person,
    check_place,
    own_post,
    read,
    refusal,
    seen_post,
)
from bot.web.fragments import Reader, draw_answer, draw_form
from bot.web.guard import TRY, Handler, TryPage, guarded, language_of
from bot.web.samples import PLATFORM, WORKSPACE
from desk.errors import Refused
from desk.incoming import File, Incoming, Kind
from desk.messages import Message, Text, plain
from desk.wording import sentence
from storage import web as posts
from storage import web_files
from storage.transactions import Transaction

log = structlog.get_logger(__name__)

_BROKEN = sentence(
    "Something went wrong on our side. Try again; if it stays, look for {reference} in the log."
)
_MENTION = "@dispecer"
_STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "1w": timedelta(weeks=1)}


def mount(app: web.Application, page: TryPage) -> None:
    """Add the try page to `app`."""
    app[TRY] = page
    app.router.add_get("/try", guarded(web_pages.page))
    app.router.add_get("/try/live", guarded(web_live.live))
    app.router.add_get(r"/try/files/{id:\d{1,18}}", guarded(web_files_edge.get))
    app.router.add_post("/try/files", guarded(web_files_edge.put))
    app.router.add_get("/pages/{name}", web_pages.asset)
    for path, handler in _WRITING.items():
        app.router.add_post(f"/try/{path}", guarded(handler))
    app.on_shutdown.append(_let_pages_go)


async def _let_pages_go(app: web.Application) -> None:
    app[TRY].audience.close()


async def _write(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Written)
    check_place(request, asked.who, asked.conversation)
    if asked.thread is not None:
        await seen_post(request, asked.thread, asked.conversation)
    desk = request.app[TRY]
    now = desk.clock.now()
    post = await desk.database.write(lambda tx: _put(tx, asked, now))
    desk.audience.tell()
    return await _received(request, _about(post, "message", asked))


def _put(tx: Transaction, asked: web_asked.Written, now: datetime) -> posts.WebPost:
    post = posts.write(
        tx, asked.key, asked.conversation, now, thread=asked.thread, author=asked.who, text=asked.text
    )
    if asked.files and (found := web_files.waiting(tx, asked.who, asked.conversation, asked.files)):
        web_files.attach(tx, found, post.id)
    return posts.one(tx, post.id)


async def _edit(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Edited)
    before = await own_post(request, asked.who, asked.message)
    desk = request.app[TRY]
    if before.text == asked.text:
        return _json({})
    now = desk.clock.now()
    post = await desk.database.write(lambda tx: posts.edit(tx, before.id, now, text=asked.text))
    desk.audience.tell()
    return await _received(request, _about(post, "edited", asked))


async def _delete(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Deleted)
    before = await own_post(request, asked.who, asked.message)
    desk = request.app[TRY]
    now = desk.clock.now()
    post = await desk.database.write(lambda tx: posts.delete(tx, before.id, now))
    desk.audience.tell()
    return await _received(request, _about(post, "deleted", asked))


def _about(post: posts.WebPost, kind: Kind, asked: Asked) -> Incoming:
    text = post.text or ""
    return _incoming(
        kind,
        asked,
        conversation=post.conversation,
        thread=_id(post.thread),
        message=_id(post.id),
        text=text,
        files=tuple(File(id=str(one.id), name=one.name, kind=one.kind, size=one.size) for one in post.files),
        direct=_is_direct(post.conversation),
        mentioned=_MENTION in text.casefold(),
    )


async def _press(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Pressed)
    check_place(request, asked.who, asked.conversation)
    post = None
    if asked.message is not None:
        post = await seen_post(request, asked.message, asked.conversation)
    incoming = _incoming(
        "action",
        asked,
        conversation=asked.conversation,
        thread=None if post is None else _id(post.thread),
        message=_id(asked.message),
        direct=_is_direct(asked.conversation),
        command=asked.action,
        subject=asked.subject,
    )
    return await _received(request, incoming)


async def _submit(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Submitted)
    check_person(request, asked.who)
    incoming = _incoming(
        "action",
        asked,
        home=_home(asked),
        command=asked.action,
        subject=asked.subject,
        fields=asked.fields,
    )
    return await _received(request, incoming)


async def _command(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Commanded)
    check_place(request, asked.who, asked.conversation)
    word, _, rest = asked.text.strip().removeprefix("/").partition(" ")
    incoming = _incoming(
        "command",
        asked,
        conversation=asked.conversation,
        home=_home(asked),
        text=rest.strip(),
        direct=_is_direct(asked.conversation),
        command=word.lower(),
    )
    return await _received(request, incoming)


def _home(asked: Asked) -> str:
    return f"dm:{asked.who}"


def _incoming(kind: Kind, asked: Asked, **what: Any) -> Incoming:
    return Incoming(
        platform=PLATFORM, id=f"{kind}:{asked.key}", kind=kind, workspace=WORKSPACE, user=asked.who, **what
    )


async def _advance(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Moved)
    desk = request.app[TRY]
    check_only_tried(request)
    await desk.advance(_STEPS[asked.advance])
    desk.audience.tell()
    return _json(web_live.clock_said(desk.clock, language_of(request)))


async def _start_over(request: web.Request) -> web.Response:
    await read(request, web_asked.StartedOver)
    check_only_tried(request)
    try:
        await request.app[TRY].start_over()
    except Refused as refused:
        raise refusal(request, web.HTTPConflict, refused.template, **refused.values) from refused
    request.app[TRY].audience.tell()
    return _json({})


async def _speak(request: web.Request) -> web.Response:
    asked = await read(request, web_asked.Switched)
    desk = request.app[TRY]
    if desk.spoken() not in (None, asked.language):
        await desk.speak(asked.language)
    return _json({})


_WRITING: dict[str, Handler] = {
    "messages": _write,
    "edit": _edit,
    "delete": _delete,
    "actions": _press,
    "forms": _submit,
    "commands": _command,
    "clock": _advance,
    "start-over": _start_over,
    "language": _speak,
}


async def _received(request: web.Request, incoming: Incoming) -> web.Response:
    desk = request.app[TRY]
    try:
        answer = await desk.receive(incoming)
    except Exception:
        reference = uuid.uuid4().hex[:8]
        log.exception("the try page got no answer", reference=reference, incoming=incoming.id)
        raise refusal(request, web.HTTPInternalServerError, _BROKEN, reference=reference) from None
    desk.audience.tell()
    reader = Reader(language_of(request), desk.clock.now())
    return _json(
        {
            "only_you": answer.message and draw_answer(answer.message, reader),
            "form": answer.form and draw_form(answer.form, reader),
            "errors": answer.errors,
            "refused": _words(answer.message) if answer.refused else "",
        }
    )


def _words(message: Message | None) -> str:
    return (
        " ".join(plain(block.rich) for block in message.blocks if isinstance(block, Text)) if message else ""
    )


def _json(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


def _id(post_id: int | None) -> str | None:
    return None if post_id is None else str(post_id)


def _is_direct(conversation: str) -> bool:
    return conversation.startswith("dm:")
