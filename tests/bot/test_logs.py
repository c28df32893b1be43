import asyncio
import io
import json
import logging
import sys

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import IntegrityError, OperationalError

from bot import logs
from bot.slack.http import routes


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234-abcd",
        "xapp-1-A0-99-ff",
        "xoxe.xoxp-1-Mi0yLT",
        "postgresql://desk:hunter2@db/desk",
        "postgresql://db/desk?password=hunter2&user=desk",
        "Bearer eyJhbGciOi.JIUzI1NiJ9",
        "wss://wss-primary.slack.com/link/?ticket=5d6f-77aa&app_id=A1",
    ],
)
def test_a_secret_never_reaches_the_log(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up("info", as_json=True)
    structlog.get_logger().warning("said", what=f"it was {secret} again")
    logging.getLogger("library").warning("it was %s again", secret)
    try:
        raise OSError(f"cannot use {secret}")
    except OSError:
        structlog.get_logger().exception("failed")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 3
    for part in ("1234-abcd", "99-ff", "Mi0yLT", "hunter2", "JIUzI1NiJ9", "5d6f-77aa"):
        assert part not in stream.getvalue()
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_leaves_where_it_happened_in_the_log_and_no_words(
    as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up("debug", as_json=as_json)
    written = bytes.fromhex("7475 6c6e 6963").decode()  # not to stand in a traced line of this file
    for log in (structlog.get_logger(), logging.getLogger("library")):
        try:
            try:
                int(written)
            except ValueError as error:
                first = error
                raise KeyError(written) from error
        except KeyError as error:
            first.__cause__ = error  # a ring
            log.exception("failed")
    text = stream.getvalue()
    assert written not in text
    assert (text.count("ValueError"), text.count("KeyError")) == (2, 4)  # that is in a traced line, too
    assert text.index("ValueError") < text.index("KeyError")
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def test_what_the_machine_says_is_told_without_the_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up("info", as_json=True)
    for error in (
        OSError(28, "No space left on device"),
        OperationalError("INSERT", {"text": "Nu merge"}, Exception("database or disk is full")),
        IntegrityError("INSERT", {}, Exception("duplicate key\nDETAIL: Key (name)=(Nu merge) exists")),
    ):
        structlog.get_logger().error("failed", exc_info=error)
    said = [json.loads(line)["exception"].splitlines()[-1] for line in stream.getvalue().splitlines()]
    assert said == [
        "OSError: [Errno 28] No space left on device",
        "OperationalError: (builtins.Exception) database or disk is full",
        "IntegrityError",
    ]
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


_TO_SLACK = b"POST /slack/events HTTP/1.1\r\nHost: desk.example\r\n"
_NO_HTTP = {
    "no header": (b"GET / HTTP/1.1\r\nno header\r\n\r\n", b"400"),
    "no chunks": (_TO_SLACK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nnope\r\n", b"400"),
    "chunks longer than they say": (
        _TO_SLACK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nnope\r\n0\r\n\r\n",
        b"400",
    ),
}


@pytest.mark.parametrize("name", _NO_HTTP)
async def test_what_is_no_http_writes_no_trace_into_the_log(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up("info", as_json=True)
    site = web.Application()
    site.add_routes(routes(AsyncApp(token="xoxb-1"), "shh"))
    raw, status = _NO_HTTP[name]
    async with TestServer(site) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(raw)
        assert status in await reader.readline()
        writer.close()
    assert stream.getvalue() == ""
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
