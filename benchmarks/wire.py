"""HTTP with next to no cost of its own, so that what is measured is the other side."""

import asyncio
import re
from collections.abc import Callable
from time import perf_counter
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

Answering = Callable[[str, bytes], bytes]


def _first(buffer: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return the head and the body of the first message in a buffer, and the rest; None while it is cut."""
    head, end, rest = buffer.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    length = int(found[1]) if found else 0
    if not end or len(rest) < length:
        return None
    return head, rest[:length], rest[length:]


class Listening(asyncio.Protocol):
    """The server's side of a connection: `answering` turns path and body into the answer's JSON."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (message := _first(self._buffer)) is not None:
            head, body, self._buffer = message
            answer = self._answering(head.split(b" ", 2)[1].decode(), body)
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(answer), answer)
            )


class Connection(asyncio.Protocol):
    """The client's side: one request at a time, kept alive."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, float]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        message = _first(self._buffer)
        if message is None or self._waiting is None:
            return
        self._buffer = message[2]
        if not self._waiting.done():
            self._waiting.set_result((int(message[0].split(b" ", 2)[1]), perf_counter()))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError())

    async def send(self, request: bytes) -> tuple[int, float]:
        """Return the answer's status and the instant it came, on the `perf_counter` clock."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        self._transport.close()


async def connect(port: int) -> Connection:
    _transport, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


async def listen(answering: Answering) -> tuple[asyncio.Server, int]:
    """Listen on a free port of this machine alone, and return it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Listening(answering), "127.0.0.1", 0)
    return server, int(server.sockets[0].getsockname()[1])
