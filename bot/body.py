"""Reads what a request brings: no more than is wanted, and not for long."""

import asyncio

from aiohttp import web

_PATIENCE = 10.0  # seconds


class TooLarge(Exception):
    """More was sent than is taken."""


class Unreadable(Exception):
    """No whole body came: it breaks off, is not what it says, or comes too slowly."""


async def body_of(request: web.Request, most: int) -> bytes:
    """Return the request's body. Raises `TooLarge` as soon as it has over `most` bytes, and `Unreadable`."""
    if (request.content_length or 0) > most:
        raise TooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise TooLarge
    except (web.RequestPayloadError, ConnectionError, TimeoutError):
        raise Unreadable from None
    return bytes(body)
