"""What a request brings: whole, too much, broken off, or too slowly."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.body import TooLarge, Unreadable, body_of
from bot.server import runner_of

_HEAD = b"POST / HTTP/1.1\r\nHost: desk.example\r\n"
_HALF = _HEAD + b"Content-Length: 4\r\n\r\nha"
_CHUNKS = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


class Door:
    """A server that keeps what it reads, or why it could not."""

    def __init__(self) -> None:
        self.read: asyncio.Queue[bytes | type[Exception]] = asyncio.Queue()
        self.site = web.Application()
        self.site.router.add_post("/", self._take)

    async def _take(self, request: web.Request) -> web.Response:
        try:
            self.read.put_nowait(await body_of(request, 4))
        except (TooLarge, Unreadable) as error:
            self.read.put_nowait(type(error))
        return web.Response()

    async def after(self, raw: bytes, *, closed: bool = False) -> bytes | type[Exception]:
        _reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(raw)
        await writer.drain()
        if closed:
            writer.close()
        async with asyncio.timeout(5):
            read = await self.read.get()
        writer.close()
        return read

    host: str = "127.0.0.1"
    port: int = 0


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    runner = runner_of(door.site)
    await runner.setup()
    await web.TCPSite(runner, door.host, 0).start()
    door.port = runner.addresses[0][1]
    yield door
    await runner.cleanup()


@pytest.mark.parametrize(
    "raw",
    [
        _HEAD + b"Content-Length: 4\r\n\r\nhalf",
        _CHUNKS + b"2\r\nha\r\n2\r\nlf\r\n0\r\n\r\n",
    ],
)
async def test_a_body_is_read_however_it_comes(door: Door, raw: bytes) -> None:
    assert await door.after(raw) == b"half"


@pytest.mark.parametrize("raw", [_HEAD + b"Content-Length: 5\r\n\r\n", _CHUNKS + b"5\r\nhalve\r\n"])
async def test_nobody_waits_for_the_end_of_what_is_too_large(door: Door, raw: bytes) -> None:
    assert await door.after(raw) is TooLarge


@pytest.mark.parametrize("raw", [_HALF, _CHUNKS + b"4\r\nha", _CHUNKS + b"2\r\nha\r\n"])
async def test_a_body_that_breaks_off_is_none(door: Door, raw: bytes) -> None:
    assert await door.after(raw, closed=True) is Unreadable


async def test_a_body_that_comes_too_slowly_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.body._PATIENCE", 0.0)
    assert await door.after(_HALF) is Unreadable


async def test_what_is_compressed_is_not_unpacked(door: Door) -> None:
    packed = gzip.compress(b"")[:4]
    head = _HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    assert await door.after(head + packed) == packed
