"""Slack's requests over HTTP, as they arrive: forged, broken, repeated, and real."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.slack import connect as slack
from bot.slack.channels import Channels
from bot.slack.edge import Edge
from bot.slack.http import MOST_BYTES, routes
from bot.slack.installs import one_workspace
from bot.slack.people import FAILURES, members
from desk.incoming import Incoming
from desk.messages import Answer, Field, Form, Message, Text
from notifications.slack.send import SlackChat

SECRET = "shh"
NOW = 1_800_000_000
ANA = {"real_name": "Ana", "profile": {"email": "ana@a.ro"}, "locale": "ro-RO", "updated": 3}
Client = TestClient[web.Request, web.Application]


class FakeSlack:
    """The Web API, as far as the edge uses it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.down = False
        self.answers: dict[str, dict[str, Any]] = {
            "users.info": {
                "user": {
                    "real_name": "Ana",
                    "profile": {"email": "ana@a.ro"},
                    "locale": "ro-RO",
                    "updated": 3,
                }
            },
            "conversations.open": {"channel": {"id": "D1"}},
            "conversations.replies": {"messages": [{"user": "U2", "ts": "10.1", "text": "Nu merge"}]},
            "conversations.members": {"members": ["U1", "U0BOT"]},
            "auth.test": {"team_id": "T1", "user_id": "U0BOT"},
        }

    async def handle(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        form = request.content_type == "application/x-www-form-urlencoded"
        self.asked.append((method, dict(await request.post()) if form else await request.json()))
        if self.down:
            return web.Response(status=503)
        return web.json_response({"ok": True, "ts": "1.1"} | self.answers.get(method, {}))

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.asked if name == method]


class Desk:
    """Stands for the handlers: remembers what it received, and answers what the test wants."""

    def __init__(self) -> None:
        self.received: list[Incoming] = []
        self.answer = Answer()
        self.error: Exception | None = None
        self.committed = asyncio.Event()
        self.committed.set()

    async def receive(self, incoming: Incoming) -> Answer:
        if incoming.kind == "profile":
            self.received.append(incoming)
            return Answer()
        await self.committed.wait()
        if self.error is not None:
            raise self.error
        self.received.append(incoming)
        return self.answer

    @property
    def heard(self) -> list[Incoming]:
        return [one for one in self.received if one.kind != "profile"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def fake() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def api(fake: FakeSlack) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/api/{method}", fake.handle)
    app.router.add_get("/api/{method}", fake.handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/api/"))


@pytest.fixture
async def client(desk: Desk, api: str, session: aiohttp.ClientSession) -> AsyncIterator[Client]:
    token_for = one_workspace("xoxb-1")
    web_client = AsyncWebClient(base_url=api, session=session, retry_handlers=[])
    app = slack.build(Edge(desk.receive, SlackChat(session, token_for, api), "ticket"), web_client, token_for)
    server = web.Application()
    server.add_routes(routes(app, SECRET, now=lambda: NOW))
    async with TestClient(TestServer(server)) as client:
        yield client


def signed(raw: bytes, stamp: str = str(NOW), secret: str = SECRET) -> dict[str, str]:
    made = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


async def tell(client: Client, raw: bytes, kind: str = "application/json") -> aiohttp.ClientResponse:
    return await client.post("/slack/events", data=raw, headers={**signed(raw), "Content-Type": kind})


async def event(client: Client, **told: Any) -> aiohttp.ClientResponse:
    ours = [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}]
    body = {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": "T1",
        "authorizations": ours,
        "event": told,
    }
    return await tell(client, json.dumps(body).encode())


async def message(client: Client, **more: Any) -> aiohttp.ClientResponse:
    return await event(client, type="message", channel="C1", user="U1", ts="10.1", text="Nu merge", **more)


async def command(client: Client, name: str = "ticket", **more: str) -> aiohttp.ClientResponse:
    body = {
        "command": f"/{name}",
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "trigger_id": "7",
        "text": "",
    }
    return await tell(client, urlencode({**body, **more}).encode(), "application/x-www-form-urlencoded")


async def interact(client: Client, kind: str, **more: Any) -> aiohttp.ClientResponse:
    body = {"type": kind, "trigger_id": "7", "team": {"id": "T1"}, "user": {"id": "U1"}, **more}
    raw = b"payload=" + quote(json.dumps(body)).encode()
    return await tell(client, raw, "application/x-www-form-urlencoded")


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(2):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another server
            await asyncio.sleep(0.005)


RAW = b'{"type": "event_callback", "event": {}}'
OLD = signed(RAW, str(NOW - 301))
GARBAGE: dict[str, dict[str, str]] = {
    "nothing": {},
    "no signature": {"X-Slack-Request-Timestamp": str(NOW)},
    "no timestamp": {"X-Slack-Signature": signed(RAW)["X-Slack-Signature"]},
    "another secret": signed(RAW, secret="other"),
    "another body": signed(RAW + b" "),
    "too old": OLD,
    "from the future": signed(RAW, str(NOW + 301)),
    "not a number": signed(RAW, "soon"),
    "a float": signed(RAW, f"{NOW}.0"),
    "a sign": signed(RAW, f"+{NOW}"),
    "endless": signed(RAW, "9" * 400),
    "arabic digits": signed(RAW, "١٨٠٠٠٠٠٠٠٠"),
    "not ASCII": {**signed(RAW), "X-Slack-Signature": "v0=ăîș"},
    "empty": {"X-Slack-Request-Timestamp": "", "X-Slack-Signature": ""},
    "no version": {**signed(RAW), "X-Slack-Signature": signed(RAW)["X-Slack-Signature"][3:]},
}


@pytest.mark.parametrize("name", GARBAGE)
async def test_who_is_not_slack_is_turned_away(client: Client, desk: Desk, name: str) -> None:
    answer = await client.post("/slack/events", data=RAW, headers=GARBAGE[name])
    assert answer.status == 401
    assert desk.received == []


async def test_a_body_that_comes_too_slowly_is_not_signed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.body._PATIENCE", 0.0)
    answer = await client.post("/slack/events", data=endless(), headers=signed(RAW))
    assert answer.status == 401


async def endless() -> AsyncIterator[bytes]:
    yield RAW
    await asyncio.Event().wait()


async def test_bytes_that_are_no_text_need_a_signature_first(client: Client) -> None:
    raw = b'{"type": "\xff\xfe"}'
    assert (await client.post("/slack/events", data=raw)).status == 401
    assert (await tell(client, raw)).status == 400


@pytest.mark.parametrize("raw", [b"{", b"x=1", b"[]", b"[" * 90_000, b"null", b"payload=[1]", b"payload={"])
async def test_what_cannot_be_read_is_refused(client: Client, raw: bytes) -> None:
    kind = "application/json" if not raw.startswith(b"payload") else "application/x-www-form-urlencoded"
    assert (await tell(client, raw, kind)).status == 400


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"type": "event_callback"}', b'{"type": "view_closed"}'])
async def test_what_means_nothing_is_acknowledged(client: Client, desk: Desk, raw: bytes) -> None:
    assert (await tell(client, raw)).status == 200
    assert desk.received == []


async def test_too_much_is_refused_however_it_comes(client: Client) -> None:
    raw = b" " * (MOST_BYTES + 1)
    assert (await tell(client, raw)).status == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    assert (await client.post("/slack/events", data=chunks(), headers=signed(b""))).status == 413


async def test_slack_checks_the_address(client: Client) -> None:
    answer = await tell(client, b'{"type": "url_verification", "challenge": "abc"}')
    assert (answer.status, await answer.json()) == (200, {"challenge": "abc"})


async def test_a_message_is_acknowledged_once_it_is_stored(client: Client, desk: Desk) -> None:
    desk.committed.clear()
    waiting = asyncio.create_task(message(client))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    desk.committed.set()
    answer = await waiting
    assert (answer.status, await answer.text()) == (200, "")
    assert [one.text for one in desk.heard] == ["Nu merge"]


async def test_what_could_not_be_stored_comes_again(client: Client, desk: Desk) -> None:
    desk.error = RuntimeError("no database")
    assert (await message(client)).status == 500
    desk.error = None
    assert (await message(client)).status == 200
    assert len(desk.heard) == 1


async def test_a_mistake_of_ours_leaves_where_it_happened_in_the_log_and_not_what_was_written(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(body: Any, _emoji: str) -> Incoming:
        raise ValueError(f"cannot read {body['event']['text']}")

    monkeypatch.setattr("bot.slack.edge.translate", broken)
    with capture_logs() as logs:
        assert (await message(client)).status == 500
    (line,) = [one for one in logs if one["event"] == "slack.not_handled"]
    assert line["where"] == f"{__file__}:{broken.__code__.co_firstlineno + 1}"
    assert (line["why"], len(line["error_id"])) == ("ValueError", 8)
    assert "Nu merge" not in str(logs)


async def test_a_retry_is_handled_like_the_first_and_has_its_id(client: Client, desk: Desk) -> None:
    for _ in range(2):
        assert (await message(client)).status == 200
    assert [one.id for one in desk.heard] == ["message:C1:10.1"] * 2


async def test_one_meets_somebody_once(client: Client, desk: Desk, fake: FakeSlack) -> None:
    await message(client)
    await message(client)
    await until(lambda: len(desk.received) == 3)
    (profile,) = [one for one in desk.received if one.kind == "profile"]
    assert profile.fields == {"name": "Ana", "email": "ana@a.ro", "language": "ro"}
    assert len(fake.calls("users.info")) == 1


async def test_a_profile_that_cannot_be_had_stops_nothing(
    client: Client, desk: Desk, fake: FakeSlack
) -> None:
    fake.down = True
    assert (await message(client)).status == 200
    await until(lambda: fake.calls("users.info"))
    assert len(desk.heard) == 1


async def channel_message(client: Client, channel: str, ts: str) -> aiohttp.ClientResponse:
    return await event(client, type="message", channel=channel, user="U1", ts=ts, text="Nu merge")


async def test_a_channel_is_asked_for_its_name_once(client: Client, desk: Desk, fake: FakeSlack) -> None:
    fake.answers["conversations.info"] = {"channel": {"id": "C1", "name": "trans-carpati"}}
    await asyncio.gather(*(channel_message(client, "C1", f"1.{n}") for n in range(3)))
    assert [one.place_name for one in desk.heard] == ["trans-carpati"] * 3
    assert fake.calls("conversations.info") == [{"channel": "C1"}]


async def test_a_direct_conversation_has_no_name_to_ask_for(
    client: Client, desk: Desk, fake: FakeSlack
) -> None:
    await channel_message(client, "D1", "1.1")
    await command(client, channel_id="D1", channel_name="directmessage")
    assert [one.place_name for one in desk.heard] == ["", ""]
    assert fake.calls("conversations.info") == []


async def test_a_command_brings_the_name_of_its_channel(client: Client, desk: Desk, fake: FakeSlack) -> None:
    await command(client, channel_name="trans-carpati")
    await channel_message(client, "C1", "1.1")
    await command(client, channel_name="privategroup", trigger_id="8")
    assert [one.place_name for one in desk.heard] == ["trans-carpati", "trans-carpati", ""]
    assert fake.calls("conversations.info") == []


async def test_a_channel_that_slack_does_not_name_stops_nothing(
    client: Client, desk: Desk, fake: FakeSlack
) -> None:
    fake.answers["conversations.info"] = {"ok": False, "error": "missing_scope"}
    for ts in ("1.1", "1.2"):
        assert (await channel_message(client, "C1", ts)).status == 200
    assert [one.place_name for one in desk.heard] == ["", ""]
    assert len(fake.calls("conversations.info")) == 1


async def test_a_channel_whose_name_is_stored_is_not_asked_for() -> None:
    async def named(workspace: str, channel: str) -> bool:
        return (workspace, channel) == ("T1", "C1")

    async def ask(_workspace: str, channel: str) -> dict[str, str]:
        assert channel == "C2"
        return {"name": "general"}

    channels = Channels(named, ask)
    assert [await channels.name("T1", channel) for channel in ("C1", "C2")] == ["", "general"]


async def test_a_reaction_reads_the_thread_before_it_is_received(
    client: Client, desk: Desk, fake: FakeSlack
) -> None:
    item = {"type": "message", "channel": "C1", "ts": "10.1"}
    told = {"type": "reaction_added", "user": "U1", "reaction": "ticket", "item_user": "U2", "item": item}
    assert (await event(client, **told)).status == 200
    assert [(one.kind, one.text, one.author) for one in desk.heard] == [("mark", "Nu merge", "U2")]
    fake.down = True
    assert (await event(client, **told)).status == 500
    fake.down = False
    fake.answers["conversations.replies"] = {"ok": False, "error": "not_in_channel"}
    assert (await event(client, **told)).status == 200
    assert len(desk.heard) == 1


HELLO = Message((Text(("Bună",)),), "ro")
FORM = Form("support.open", "Ask", "Send", (Field("text", "What?"),), "7")


async def test_a_command_is_answered_in_its_own_response(client: Client, desk: Desk, fake: FakeSlack) -> None:
    desk.answer = Answer(message=HELLO)
    answer = await command(client)
    told = await answer.json()
    assert (told["response_type"], told["text"]) == ("ephemeral", "Bună")
    assert told["blocks"][0]["text"]["text"] == "Bună"
    assert fake.calls("conversations.open") == []


async def test_a_command_opens_a_form(client: Client, desk: Desk, fake: FakeSlack) -> None:
    desk.answer = Answer(form=FORM)
    answer = await command(client, "support")
    assert (answer.status, await answer.text()) == (200, "")
    (opened,) = fake.calls("views.open")
    assert (opened["trigger_id"], opened["view"]["private_metadata"]) == ("7", "7")
    assert desk.heard[0].home == "D1"


async def test_a_form_that_does_not_open_is_explained(client: Client, desk: Desk, fake: FakeSlack) -> None:
    desk.answer = Answer(form=FORM)
    fake.answers["views.open"] = {"ok": False, "error": "expired_trigger_id"}
    assert "once more" in (await (await command(client)).json())["text"]
    desk.answer = Answer(form=replace(FORM, language="ro"))
    assert "încă o dată" in (await (await command(client)).json())["text"]


async def test_a_command_in_somebody_elses_conversation_has_no_place(client: Client, desk: Desk) -> None:
    await command(client, "support", channel_id="D9")
    await command(client, "support", channel_id="D1")
    elsewhere, at_home = desk.heard
    assert (elsewhere.conversation, elsewhere.direct, elsewhere.home) == ("", False, "D1")
    assert (at_home.conversation, at_home.direct) == ("D1", True)


async def test_a_button_is_answered_to_who_pressed_it(
    client: Client, desk: Desk, fake: FakeSlack, api: str
) -> None:
    desk.answer = Answer(message=HELLO)
    act = {"type": "button", "action_id": "ticket.take", "value": "7"}
    where = {"channel": {"id": "C1"}, "message": {"ts": "10.1"}, "response_url": f"{api}respond"}
    assert (await interact(client, "block_actions", actions=[act], **where)).status == 200
    await until(lambda: fake.calls("respond"))
    assert fake.calls("respond")[0]["text"] == "Bună"
    assert desk.heard[0].subject == "7"


async def test_mistakes_in_a_form_keep_it_open(client: Client, desk: Desk, fake: FakeSlack) -> None:
    view = {"id": "V1", "callback_id": "support.open", "private_metadata": "7", "state": {"values": {}}}
    desk.answer = Answer(errors={"text": "Ce s-a întâmplat?"})
    answer = await interact(client, "view_submission", view=view)
    assert await answer.json() == {"response_action": "errors", "errors": {"text": "Ce s-a întâmplat?"}}
    desk.answer = Answer(form=FORM)
    assert (await (await interact(client, "view_submission", view=view)).json())[
        "response_action"
    ] == "update"
    desk.answer = Answer(message=HELLO)
    assert await (await interact(client, "view_submission", view=view)).text() == ""
    await until(lambda: fake.calls("chat.postMessage"))
    assert fake.calls("chat.postMessage")[0]["channel"] == "D1"


async def test_a_form_whose_sending_is_refused_keeps_what_was_written(client: Client, desk: Desk) -> None:
    blocks = [{"type": "section"}, {"type": "input", "block_id": "text"}]
    view = {"id": "V1", "callback_id": "ticket.reply", "state": {"values": {}}, "blocks": blocks}
    desk.answer = Answer(message=HELLO, refused=True)
    answer = await interact(client, "view_submission", view=view)
    assert await answer.json() == {"response_action": "errors", "errors": {"text": "Bună"}}


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ({"ok": True, "channel": {"id": "C1", "is_member": True}}, True),
        ({"ok": True, "channel": {"id": "C1", "is_member": False}}, False),
        ({"ok": False, "error": "channel_not_found"}, False),
        ({"ok": False, "error": "missing_scope"}, True),
    ],
)
async def test_a_channel_that_is_linked_must_be_one_that_the_desk_hears(
    client: Client, desk: Desk, fake: FakeSlack, told: dict[str, Any], heard: bool
) -> None:
    fake.answers["conversations.info"] = told
    for name, text in (
        ("customer", "link Trans Carpați"),
        ("customer", "leagă Trans Carpați"),
        ("ticket", "link 1001"),
        ("ticket", "Conectează 1001"),
    ):
        await command(client, name, text=text)
    assert [one.heard for one in desk.heard] == [heard] * 4


async def test_nobody_asks_whether_the_desk_is_in_a_channel_in_which_nothing_is_linked(
    client: Client, desk: Desk, fake: FakeSlack
) -> None:
    for name, text in (("customer", "list"), ("customer", ""), ("ticket", "unlink 1001"), ("link", "link")):
        await command(client, name, text=text)
    assert fake.calls("conversations.info") == []
    assert [one.heard for one in desk.heard] == [True] * 4


@pytest.mark.parametrize(
    ("told", "forgotten"),
    [
        ({"type": "app_uninstalled"}, [("T1", 1_700_000_000)]),
        ({"type": "tokens_revoked", "tokens": {"bot": ["U0DESK"]}}, [("T1", 1_700_000_000)]),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, []),
    ],
)
async def test_a_workspace_is_forgotten_when_the_desks_own_token_went(
    desk: Desk,
    api: str,
    session: aiohttp.ClientSession,
    told: dict[str, Any],
    forgotten: list[tuple[str, int]],
) -> None:
    seen: list[tuple[str, int]] = []

    async def forget(workspace: str, at: int) -> None:
        seen.append((workspace, at))

    edge = Edge(desk.receive, SlackChat(session, one_workspace("xoxb-1"), api), "ticket", forget)
    request = AsyncBoltRequest(
        body={"team_id": "T1", "event_time": 1_700_000_000, "type": "event_callback", "event": told},
        mode="socket_mode",
        context={"client": AsyncWebClient("xoxb-1")},
    )
    await edge.async_process(req=request, resp=BoltResponse(status=404), next=None)  # type: ignore[arg-type]
    assert seen == forgotten


async def test_a_mark_is_answered_where_it_was_put(client: Client, desk: Desk, fake: FakeSlack) -> None:
    desk.answer = Answer(message=HELLO)
    item = {"type": "message", "channel": "C1", "ts": "10.1"}
    await event(client, type="reaction_added", user="U1", reaction="ticket", item_user="U2", item=item)
    await until(lambda: fake.calls("chat.postEphemeral"))
    assert fake.calls("chat.postEphemeral")[0]["user"] == "U1"


async def test_slack_saying_that_we_are_too_slow_is_noted(client: Client, desk: Desk) -> None:
    assert (await tell(client, b'{"type": "app_rate_limited", "team_id": "T1"}')).status == 200
    assert desk.received == []


async def test_the_members_of_a_channel_are_found_or_it_is_clear_that_slack_cannot_tell(
    fake: FakeSlack, api: str, session: aiohttp.ClientSession
) -> None:
    web_client = AsyncWebClient("xoxb-1", base_url=api, session=session, retry_handlers=[])
    assert "U1" in await members(web_client, "C9")
    fake.down = True
    with pytest.raises(FAILURES):
        await members(web_client, "C9")


@pytest.mark.parametrize("answer", [{}, {"members": None}, {"members": "U1"}])
async def test_a_team_is_not_empty_because_slack_named_nobody(
    fake: FakeSlack, api: str, session: aiohttp.ClientSession, answer: dict[str, Any]
) -> None:
    web_client = AsyncWebClient("xoxb-1", base_url=api, session=session, retry_handlers=[])
    fake.answers["conversations.members"] = answer
    with pytest.raises(FAILURES):
        await members(web_client, "C9")


@pytest.mark.parametrize("answer", [{}, {"channel": "D1"}, {"channel": {"id": 1}}])
async def test_a_command_is_heard_although_slack_names_no_direct_conversation(
    client: Client, desk: Desk, fake: FakeSlack, answer: dict[str, Any]
) -> None:
    fake.answers["conversations.open"] = answer
    await command(client, "support")
    fake.answers["conversations.open"] = {"channel": {"id": "D1"}}
    await command(client, "support")
    assert [heard.home for heard in desk.heard] == ["", "D1"]


@pytest.mark.parametrize("answer", [{}, {"user": [1]}, {"user": {"profile": "Ana"}}])
async def test_a_profile_of_another_shape_tells_nothing(
    client: Client, desk: Desk, fake: FakeSlack, answer: dict[str, Any]
) -> None:
    fake.answers["users.info"] = answer
    await command(client, "support")
    await until(lambda: any(one.kind == "profile" for one in desk.received))
    assert desk.received[-1].fields == {}
