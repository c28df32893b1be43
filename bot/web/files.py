"""Files on the try page: put in by a person before their message, given to who may see its conversation."""

import re
from typing import Final
from urllib.parse import quote

import msgspec
from aiohttp import web

from bot.sound import sound
from bot.web.asked import bytes_of, check_place, refusal
from bot.web.guard import TRY
from bot.web.samples import PEOPLE
from desk.wording import sentence as _
from storage import web_files

# What a picture begins with. Everything else, HTML and SVG too, is given as bytes that nothing shows.
_PICTURES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_BYTES = "application/octet-stream"
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME = 120
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


async def put(request: web.Request) -> web.Response:
    """Store a file that a person is about to send, and return its id. Its bytes are the request's body."""
    who, conversation = request.query.get("as", ""), request.query.get("conversation", "")
    check_place(request, who, conversation)
    if not PEOPLE[who].company or request.content_type != _BYTES:
        raise refusal(request, web.HTTPForbidden, _("Only customers can attach files here."))
    body = await _bytes(request)
    desk = request.app[TRY]
    now, name = desk.clock.now(), _name(request.query.get("name", ""))
    file = await desk.database.write(
        lambda tx: web_files.keep(tx, conversation, who, name, _kind(body), body, now)
    )
    return web.Response(body=msgspec.json.encode({"id": file.id}), content_type="application/json")


async def _bytes(request: web.Request) -> bytes:
    body = await bytes_of(request, web_files.LARGEST, _("A file may have 5 MB at most."))
    if not body:
        raise refusal(request, web.HTTPBadRequest, _("This file is empty."))
    return body


def _name(given: str) -> str:
    cleaned = _NOT_IN_A_NAME.sub("", sound(given)).strip(" .")
    stem, dot, ending = cleaned.rpartition(".")
    if dot and len(ending) < 12:
        return stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending
    return cleaned[:_LONGEST_NAME] or "file"


def _kind(body: bytes) -> str:
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _PICTURES.items() if body.startswith(start)), _BYTES)


async def get(request: web.Request) -> web.Response:
    """Give a file to somebody who takes part in its conversation, to be saved and never shown as a page."""
    number = request.match_info["id"]
    found = await request.app[TRY].database.read(lambda tx: web_files.sent(tx, int(number)))
    if found is None:
        raise refusal(request, web.HTTPNotFound, _("This file is not there any more."))
    check_place(request, request.query.get("as", ""), found.conversation)
    body = await request.app[TRY].database.read(lambda tx: web_files.data(tx, found.id))
    disposition = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    # What kind it is was told from its bytes when they came, not by who sent them.
    kind = found.kind if found.kind in {*_PICTURES.values(), "image/webp"} else _BYTES
    headers = {**_HEADERS, "Content-Disposition": disposition, "Content-Type": kind}
    return web.Response(body=body, headers=headers)
