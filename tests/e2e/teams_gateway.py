"""Stands between the desk and the Playground in both directions: notes, makes up for what it cannot do, and
makes trouble on purpose.

The Playground shows nobody what is said in other people's chats, takes no message back (501), lets everybody
be in every channel, finds nobody by their account's id, and never throttles.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.e2e.adaptive_cards import Card, words
from tests.e2e.gateway import Trouble
from tests.e2e.teams_files import TeamsFiles
from tests.e2e.teams_sign_in import SignIn

LATEST_ANSWER = 15.0  # seconds; then Teams sends it again
_PATH = re.compile(
    r"conversations/(?P<conversation>[^/]+)/(?P<what>activities|members|pagedmembers)(?:/(?P<id>.+))?"
)


@dataclass
class Call:
    """One call of the desk's to the connector: what was asked, and what the desk heard."""

    method: str
    path: str  # below /v3/
    body: dict[str, Any]
    at: float
    status: int = 0
    answer: Any = None
    trouble: Trouble | None = None
    done: bool = False  # it was done, whatever the desk heard

    def part(self, name: str) -> str:
        """Return the conversation, what of it was meant (activities, members), or the id in it."""
        found = _PATH.fullmatch(self.path)
        return (found[name] or "") if found else ""


@dataclass
class Event:
    """One activity that the desk was told, and what it answered."""

    activity: dict[str, Any]
    status: int = 0
    answer: Any = None
    seconds: float = 0.0


@dataclass
class Post:
    """What the desk said, as it stands now."""

    id: str
    conversation: str
    thread: str | None
    activity: dict[str, Any]
    edits: int = 0

    @property
    def cards(self) -> list[Card]:
        """The Adaptive Cards of it."""
        return [one["content"] for one in self.activity.get("attachments") or () if "content" in one]

    @property
    def text(self) -> str:
        """What is read in it: its text, then its cards'."""
        return "\n".join(filter(None, [str(self.activity.get("text") or ""), *map(words, self.cards)]))


@dataclass
class TeamsGateway:
    """Serves the connector at `service_url`, and hands on what comes to `events_url` to the desk.

    `members` says who is in which conversation, `accounts` whose account (Entra) is whose. `trouble` is asked
    before each call and names what goes wrong with it, if anything does. With a `sign_in` there are tokens.
    """

    playground_url: str
    port: int
    accounts: dict[str, str]
    members: dict[str, Collection[str]] = field(default_factory=dict)
    trouble: Callable[[Call], Trouble | None] = lambda _call: None
    desk_url: str = ""
    deliveries: int = 1
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    sign_in: SignIn | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.files = TeamsFiles(self.service_url)

    @property
    def service_url(self) -> str:
        """What activities name as their service, without "/v3"."""
        return f"http://127.0.0.1:{self.port}/_connector"

    async def open(self) -> None:
        """Begin to serve."""
        self._closing = asyncio.Event()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40))
        site = web.Application(client_max_size=16_000_000)
        site.add_routes([web.post("/api/messages", self._event), web.get("/api/messages", _here)])
        pictures = "/_connector/v3/attachments/{name}/views/original"
        site.add_routes([web.get(pictures, self.files.at_the_service)])
        site.add_routes([web.route("*", "/_connector/v3/{path:.+}", self._call)])
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        await self.files.open()

    async def close(self) -> None:
        """Serve no more."""
        self._closing.set()
        await self._runner.cleanup()
        await self.files.close()
        await self._session.close()

    def forget(self) -> None:
        """Begin anew: nothing was said yet."""
        self.calls.clear()
        self.events.clear()
        self.mistakes.clear()
        self.files.forget()

    # --- From the desk to Teams

    async def _call(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = Call(request.method, request.match_info["path"], json.loads(raw or b"{}"), time.monotonic())
        self.calls.append(call)
        call.trouble = self.trouble(call)
        if call.trouble is not None and call.trouble.how in ("limited", "broken", "refused"):
            return _badly(call, call.trouble)
        await self._do(request, call)
        if call.trouble is not None:
            return await self._cut(request, call.trouble)
        return web.json_response(call.answer, status=call.status)

    async def _do(self, request: web.Request, call: Call) -> None:
        if call.method == "DELETE" and call.part("what") == "activities":
            call.status, call.answer = 200, {}
        else:
            await self._forward(request, call)
        call.done = call.status < 300
        if call.status == 202 and call.body.get("type") == "message":
            self.mistakes.append(f"text beside a card is sent as two messages, without an id: {call.body}")

    async def _forward(self, request: web.Request, call: Call) -> None:
        path, who = request.raw_path, call.part("id")
        if call.part("what") == "members" and who in self.accounts:
            path, who = path.replace(who, self.accounts[who]), self.accounts[who]
        url = f"{self.playground_url}{path}"
        body = call.body if request.can_read_body or call.body else None
        async with self._session.request(call.method, URL(url, encoded=True), json=body) as answer:
            raw, call.status = await answer.read(), answer.status
        call.answer = json.loads(raw) if raw else None
        self._leave_out_others(call, who)

    def _leave_out_others(self, call: Call, who: str) -> None:
        here = self.members.get(call.part("conversation").partition(";")[0])
        if here is None or call.part("what") == "activities" or call.status != 200:
            return
        if who and who not in here:
            call.status, call.answer = 404, {"error": {"code": "MemberNotFoundInConversation"}}
        elif isinstance(call.answer, list):
            call.answer = [one for one in call.answer if one["id"] in here]
        elif isinstance(call.answer.get("members"), list):
            found = [one for one in call.answer["members"] if one["id"] in here]
            call.answer = call.answer | {"members": found, "totalCount": len(found)}

    async def _cut(self, request: web.Request, trouble: Trouble) -> web.StreamResponse:
        if trouble.how == "hang":
            await self._closing.wait()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def posts(self, conversation: str | None = None, thread: str | None = None) -> list[Post]:
        """Return what the desk said in a conversation, or in one of its threads, as it stands now."""
        posts: dict[str, Post] = {}
        for call in (one for one in self.calls if one.done):
            _note(posts, call)
        return [
            one
            for one in posts.values()
            if conversation in (None, one.conversation) and (thread is None or one.thread == thread)
        ]

    # --- From Teams to the desk

    async def _event(self, request: web.Request) -> web.Response:
        activity = await request.json()
        answers = await asyncio.gather(*(self.deliver(activity) for _ in range(self.deliveries)))
        event = answers[0]
        if event.answer is None:
            return web.Response(status=event.status)
        return web.json_response(event.answer, status=event.status)

    async def deliver(self, activity: dict[str, Any]) -> Event:
        """Tell the desk something; return what it answered."""
        began = time.monotonic()
        url, proof = f"{self.desk_url}/api/messages", self.sign_in.signed(activity) if self.sign_in else None
        async with self._session.post(url, json=activity, headers=proof) as answer:
            raw, status = await answer.read(), answer.status
        told = json.loads(raw) if raw and answer.content_type == "application/json" else None
        event = Event(activity, status, told, time.monotonic() - began)
        if event.seconds > LATEST_ANSWER:
            self.mistakes.append(f"an answer took {event.seconds:.1f} s: {activity}")
        async with self._news:
            self.events.append(event)
            self._news.notify_all()
        return event

    async def heard(self, which: Callable[[dict[str, Any]], bool], after: int) -> Event:
        """Wait for an activity, of those that are told after the first `after`."""

        def found() -> Event | None:
            return next((one for one in self.events[after:] if which(one.activity)), None)

        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: found() is not None)
            event = found()
        assert event is not None
        return event


async def _here(_request: web.Request) -> web.Response:
    return web.Response()


def _badly(call: Call, trouble: Trouble) -> web.Response:
    headers = {"Retry-After": str(trouble.retry_after)} if trouble.how == "limited" else {}
    call.status = 429 if trouble.how == "limited" else trouble.status
    call.answer = {"error": {"code": trouble.error, "message": trouble.error}}
    return web.json_response(call.answer, status=call.status, headers=headers)


def _note(posts: dict[str, Post], call: Call) -> None:
    if call.path == "conversations" and call.body.get("activity"):
        place, _sign, _root = str(call.answer["id"]).partition(";messageid=")
        posts[call.answer["activityId"]] = Post(call.answer["activityId"], place, None, call.body["activity"])
    elif call.part("what") == "activities" and call.method == "POST" and call.status == 201:
        place, _sign, root = call.part("conversation").partition(";messageid=")
        posts[call.answer["id"]] = Post(call.answer["id"], place, root or None, call.body)
    elif call.part("what") == "activities" and call.method == "PUT":
        post = posts[call.part("id")]
        post.activity, post.edits = call.body, post.edits + 1
    elif call.method == "DELETE":
        posts.pop(call.part("id"), None)
