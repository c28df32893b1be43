"""Files as they are read from a platform."""

import aiohttp

from notifications.chat import SendError
from notifications.files import TOO_LARGE

_CHUNK = 65_536


async def at_most(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Return what is read, counted as it is once unpacked. Raises `SendError` where it is too large."""
    if (answer.content_length or 0) > most_bytes:
        raise SendError(TOO_LARGE)
    read = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        read += chunk
        if len(read) > most_bytes:
            raise SendError(TOO_LARGE)
    return bytes(read)
