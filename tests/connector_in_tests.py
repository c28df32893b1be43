"""The connector of Teams for tests: a small server that answers as it does, and as networks do."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from aiohttp import web

from desk.messages import Message, Text
from notifications.chat import SendError
from notifications.teams.send import TeamsChat
from storage.letters import Letter

HELLO = Message((Text(("Bună ziua",)),), "ro")
CHANNEL, CHAT, MAN = "19:abc@thread.tacv2", "a:1/x", "29:1-ion"


class Asked(NamedTuple):
    method: str
    path: str  # as it came, escapes and all
    body: Any
    token: str
    query: dict[str, str]


class Connector:
    """Answers what the test put in; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Callable[[web.Request], Any]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        path = request.raw_path.partition("?")[0].removeprefix("/teams")
        token = request.headers.get("Authorization", "")
        body = json.loads(raw) if raw else None
        self.asked.append(Asked(request.method, path, body, token, dict(request.query)))
        if self.answers:
            answer = self.answers.pop(0)(request)
            given: web.StreamResponse = await answer if asyncio.iscoroutine(answer) else answer
            return given
        return web.json_response({"id": f"1.{len(self.asked)}"}, status=201)

    def says(self, told: Any, status: int = 200) -> None:
        self.answers.append(lambda _: web.json_response(told, status=status))

    def refuses(self, status: int, code: str = "", **headers: str) -> None:
        told = {"error": {"code": code, "message": "no"}} if code else {}
        self.answers.append(lambda _: web.json_response(told, status=status, headers=headers))

    def answers_with(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.answers.append(lambda _: web.Response(status=status, body=body, headers=headers))

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(one.method, one.path) for one in self.asked]


class Tokens:
    """The keeper of the app's token."""

    def __init__(self) -> None:
        self.number = 1

    async def authorize(self) -> dict[str, str]:
        return {"Authorization": f"Bearer token-{self.number}"}

    def forget(self) -> None:
        self.number += 1


def letter(
    message: Message | None = HELLO,
    *,
    to: str = CHANNEL,
    thread: str | None = None,
    edits: str | None = None,
    **address: str,
) -> Letter:
    return Letter(7, 2, 1, "teams", "T1", to, message, "card:1", thread, edits, 0, address=address or None)


async def failure(chat: TeamsChat, one: Letter | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await chat.send(one or letter())
    return caught.value
