"""The Socket Mode connection between Slack and the desk, and what goes wrong on it.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.e2e.gateway import Call

Envelope = dict[str, Any]


@dataclass
class SocketLine:
    """Serves the desk's connections, each over one of its own to Slack.

    `deliveries` is how often each envelope arrives. What was not acknowledged when a connection ended comes
    again over the next one, as Slack does it. With `deaf`, what the desk acknowledges is not heard.
    """

    deliveries: int = 1
    deaf: bool = False
    connections: int = 0
    heard: list[Envelope] = field(default_factory=list)  # acknowledgements, in the order in which they came
    _waiting: dict[str, Envelope] = field(default_factory=dict)
    _desk: web.WebSocketResponse | None = None
    _transport: asyncio.Transport | None = None
    _slack_url: str = ""

    async def open(self) -> None:
        """Begin to serve."""
        site = web.Application()
        site.add_routes([web.get("/line", self._connected)])
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Serve no more."""
        await self._runner.cleanup()
        await self._session.close()

    def answered(self, call: Call) -> None:
        """Lead the desk here when it asks where to connect."""
        if call.method == "apps.connections.open" and call.done:
            self._slack_url = call.answer["url"]
            call.answer["url"] = f"ws://127.0.0.1:{self._runner.addresses[0][1]}/line"

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        desk = web.WebSocketResponse()
        await desk.prepare(request)
        async with self._session.ws_connect(self._slack_url, max_msg_size=0) as slack:
            self._desk, self._transport = desk, request.transport
            self.connections += 1
            listening = asyncio.create_task(self._to_the_desk(slack, desk))
            await self._to_slack(desk, slack)
            listening.cancel()
        return desk

    async def _to_the_desk(self, slack: aiohttp.ClientWebSocketResponse, desk: web.WebSocketResponse) -> None:
        await self._repeat(desk)
        async for message in slack:
            if message.type is aiohttp.WSMsgType.TEXT:
                await self._deliver(json.loads(message.data), desk)

    async def _repeat(self, desk: web.WebSocketResponse) -> None:
        for envelope in list(self._waiting.values()):
            await desk.send_json(envelope | {"retry_attempt": 1})

    async def _deliver(self, envelope: Envelope, desk: web.WebSocketResponse) -> None:
        if "envelope_id" in envelope:
            self._waiting[envelope["envelope_id"]] = envelope
        for number in range(self.deliveries if "envelope_id" in envelope else 1):
            again = {"envelope_id": f"{envelope['envelope_id']}#{number}"} if number else {}
            await desk.send_json(envelope | again)

    async def _to_slack(self, desk: web.WebSocketResponse, slack: aiohttp.ClientWebSocketResponse) -> None:
        async for message in desk:
            if message.type is not aiohttp.WSMsgType.TEXT or not message.data.startswith("{"):
                continue
            told = json.loads(message.data)
            self.heard.append(told)
            if not self.deaf and self._waiting.pop(told["envelope_id"], None) is not None:
                await slack.send_json(told)

    def waiting(self) -> int:
        """Return how many envelopes the desk has not acknowledged."""
        return len(self._waiting)

    async def cut(self) -> None:
        """End the connection without a word."""
        assert self._transport is not None
        self._transport.abort()

    async def announce_the_end(self) -> None:
        """Say that the connection ends soon, as Slack does every few hours."""
        assert self._desk is not None
        await self._desk.send_json({"type": "disconnect", "reason": "refresh_requested"})
