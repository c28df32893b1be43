import asyncio
import io
import json
import logging
import sys

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import logs


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234-abcd",
        "xapp-1-A0-99-ff",
        "xoxe.xoxp-1-Mi0yLT",
        "postgresql://desk:hunter2@db/desk",
        "Bearer eyJhbGciOi.JIUzI1NiJ9",
    ],
)
def test_a_secret_never_reaches_the_log(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up("info", as_json=True)
    structlog.get_logger().warning("said", what=f"it was {secret} again")
    logging.getLogger("library").warning("it was %s again", secret)
    try:
        raise RuntimeError(f"cannot use {secret}")
    except RuntimeError:
        structlog.get_logger().exception("failed")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 3
    for part in ("1234-abcd", "99-ff", "Mi0yLT", "hunter2", "JIUzI1NiJ9"):
        assert part not in stream.getvalue()
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


async def test_what_is_no_http_writes_no_trace_into_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up("info", as_json=True)
    async with TestServer(web.Application()) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET / HTTP/1.1\r\nno header\r\n\r\n")
        assert b"400" in await reader.readline()
        writer.close()
    assert stream.getvalue() == ""
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
