"""Stands between the desk and Slack in both directions: notes, checks, and makes trouble on purpose."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

from tests.e2e.block_kit import mistakes_in

LATEST_ANSWER = 3.0  # seconds; https://docs.slack.dev/tools/bolt-python/concepts/acknowledge


@dataclass(frozen=True)
class Trouble:
    """How a call of the desk's ends badly. `cut` and `hang` do so after Slack has done what was asked."""

    how: Literal["limited", "broken", "hang", "cut", "refused"]
    retry_after: int = 1
    status: int = 500
    error: str = "internal_error"


@dataclass
class Call:
    """One call of the Web API: what was asked, and what the desk heard."""

    method: str
    body: dict[str, Any]
    at: float
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    trouble: Trouble | None = None
    done: bool = False  # Slack did it, whatever the desk heard


@dataclass
class Event:
    """One request of Slack's, and what the desk answered."""

    raw: bytes
    headers: dict[str, str]
    status: int = 0
    seconds: float = 0.0


class Gateway:
    """Serves the Web API at `api_url`, and hands on what comes to `events_port` to the desk.

    `trouble` is asked before each call and names what goes wrong with it, if anything does; `answered` may
    change what the desk hears.
    """

    def __init__(self, slack_url: str, events_port: int) -> None:
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.mistakes: list[str] = []
        self.trouble: Callable[[Call], Trouble | None] = lambda _call: None
        self.answered: Callable[[Call], None] = lambda _call: None
        self.desk_url = ""
        self.deliveries = 1
        self.held: list[Event] | None = None
        self._slack_url = slack_url
        self._events_port = events_port
        self._api_port = 0
        self._marks: dict[tuple[str, str], Any] = {}
        self._runners: list[web.AppRunner] = []
        self._api: web.TCPSite | None = None
        self._hanging: set[asyncio.Event] = set()

    @property
    def api_url(self) -> str:
        """The address to give to the desk as SLACK_API_URL."""
        return f"http://127.0.0.1:{self._api_port}/api/"

    async def open(self) -> None:
        """Begin to serve."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40))
        await self._serve(web.post("/slack/events", self._event), self._events_port)
        runner = await self._runner(web.route("*", "/api/{method}", self._call))
        self._api = web.TCPSite(runner, "127.0.0.1", 0)
        await self._api.start()
        self._api_port = runner.addresses[0][1]
        self._api_runner = runner

    async def _serve(self, route: web.RouteDef, port: int) -> None:
        await web.TCPSite(await self._runner(route), "127.0.0.1", port, reuse_address=True).start()

    async def _runner(self, route: web.RouteDef) -> web.AppRunner:
        site = web.Application(client_max_size=16_000_000)
        site.add_routes([route])
        runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._runners.append(runner)
        return runner

    async def close(self) -> None:
        """Serve no more."""
        for waiting in self._hanging:
            waiting.set()
        for runner in self._runners:
            await runner.cleanup()
        await self._session.close()

    async def go_down(self) -> None:
        """Refuse connections from the desk."""
        assert self._api is not None
        await self._api_runner.cleanup()
        self._runners.remove(self._api_runner)
        self._api = None

    async def come_back(self) -> None:
        """Serve the desk again, at the same address."""
        self._api_runner = await self._runner(web.route("*", "/api/{method}", self._call))
        self._api = web.TCPSite(self._api_runner, "127.0.0.1", self._api_port, reuse_address=True)
        await self._api.start()

    # --- From the desk to Slack

    async def _call(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = Call(request.match_info["method"], _read(request, raw), time.monotonic())
        self.calls.append(call)
        self.mistakes += [f"{call.method}: {mistake}" for mistake in mistakes_in(call.method, call.body)]
        call.trouble = self.trouble(call)
        if call.trouble is not None and call.trouble.how in ("limited", "broken", "refused"):
            return self._badly(call, call.trouble)
        await self._forward(request, raw, call)
        if call.trouble is not None:
            return await self._cut(request, call.trouble)
        return web.json_response(call.answer, status=call.status)

    def _badly(self, call: Call, trouble: Trouble) -> web.Response:
        if trouble.how == "limited":
            call.status = 429
            headers = {"Retry-After": str(trouble.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if trouble.how == "refused":
            call.status = 200
            return web.json_response({"ok": False, "error": trouble.error})
        call.status = trouble.status
        return web.Response(status=trouble.status, text="<html>upstream</html>", content_type="text/html")

    async def _forward(self, request: web.Request, raw: bytes, call: Call) -> None:
        kept = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        url = f"{self._slack_url}/api/{call.method}"
        async with self._session.request(
            request.method, url, params=request.query, data=raw, headers=headers
        ) as answer:
            call.answer, call.status = await answer.json(), answer.status
        call.done = bool(call.answer.get("ok"))
        self._remember(call)
        self.answered(call)

    def _remember(self, call: Call) -> None:
        """Keep the metadata of posts, which this Slack does not, and give them back with the posts."""
        channel = str(call.answer.get("channel") or call.body.get("channel"))
        if call.method in ("chat.postMessage", "chat.update") and call.done:
            self._marks[channel, str(call.answer["ts"])] = call.body.get("metadata")
        for message in call.answer.get("messages") or ():
            if mark := self._marks.get((str(message.get("channel")), str(message["ts"]))):
                message["metadata"] = mark

    async def _cut(self, request: web.Request, trouble: Trouble) -> web.StreamResponse:
        if trouble.how == "hang":
            waiting = asyncio.Event()
            self._hanging.add(waiting)
            await waiting.wait()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def posted(self, channel: str | None = None) -> list[Call]:
        """Return the posts that Slack took, in order; edits are not among them."""
        return [
            call
            for call in self.calls
            if call.method == "chat.postMessage"
            and call.done
            and channel in (None, call.answer["channel"], call.body["channel"])
        ]

    def asked(self, method: str) -> list[Call]:
        """Return every call of a method."""
        return [call for call in self.calls if call.method == method]

    def letters(self) -> Counter[int]:
        """Return how often Slack took each letter as a post: an edit of it is not one."""
        marks = [call.body["metadata"] for call in self.posted() if call.body.get("metadata")]
        return Counter(mark["event_payload"]["id"] for mark in marks)

    # --- From Slack to the desk

    async def _event(self, request: web.Request) -> web.Response:
        event = Event(await request.read(), _copied(request))
        if self.held is not None:
            self.held.append(event)
            return web.Response()
        answers = await asyncio.gather(*(self.deliver(event) for _ in range(self.deliveries)))
        status, body, kind = answers[0]
        return web.Response(status=status, body=body, headers={"Content-Type": kind})

    async def deliver(self, event: Event) -> tuple[int, bytes, str]:
        """Hand an event to the desk; return its status, body and type."""
        began = time.monotonic()
        url = f"{self.desk_url}/slack/events"
        async with self._session.post(url, data=event.raw, headers=event.headers) as answer:
            body, status = await answer.read(), answer.status
            kind = answer.headers.get("Content-Type", "text/plain")
        noted = Event(event.raw, event.headers, status, time.monotonic() - began)
        self.events.append(noted)
        self._check_answer(noted, body)
        return status, body, kind

    def _check_answer(self, event: Event, body: bytes) -> None:
        if event.seconds > LATEST_ANSWER:
            self.mistakes.append(f"an answer took {event.seconds:.1f} s: {event.raw[:200]!r}")
        if event.status == 200 and body.startswith(b"{"):
            told = json.loads(body)
            self.mistakes += [f"an answer: {mistake}" for mistake in mistakes_in("answer", told)]

    def hold(self) -> None:
        """Keep what Slack tells, and tell Slack that it arrived."""
        self.held = []

    async def release(self, backwards: bool = False) -> None:
        """Hand on what was kept, one by one, the newest first if `backwards`."""
        held, self.held = self.held or [], None
        for event in reversed(held) if backwards else held:
            await self.deliver(event)

    async def sends(self, payload: dict[str, Any], secret: str) -> int:
        """Send a signed interaction that local-slack has no button for; return the desk's status."""
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        return (await self.deliver(Event(raw, signed(raw, secret, "application/x-www-form-urlencoded"))))[0]


def signed(raw: bytes, secret: str, kind: str = "application/json") -> dict[str, str]:
    """Return the headers with which Slack sends these bytes."""
    now = str(int(time.time()))
    made = hmac.new(secret.encode(), f"v0:{now}:".encode() + raw, hashlib.sha256).hexdigest()
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": f"v0={made}",
    }


def _copied(request: web.Request) -> dict[str, str]:
    kept = ("Content-Type", "X-Slack-Signature", "X-Slack-Request-Timestamp")
    return {name: request.headers[name] for name in kept if name in request.headers}


def _read(request: web.Request, raw: bytes) -> dict[str, Any]:
    told: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        told |= json.loads(raw or b"{}")
    else:
        told |= dict(parse_qsl(raw.decode(), keep_blank_values=True))
    for name in ("blocks", "metadata", "view"):
        if isinstance(told.get(name), str):
            told[name] = json.loads(told[name])
    return told
