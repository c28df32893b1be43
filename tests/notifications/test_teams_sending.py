"""Posting to Teams, against a small server that answers as the connector does, and as networks do."""

import asyncio
import json
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple, cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from desk.messages import Message, Text
from desk.wording import words
from notifications.chat import Chat, SendError
from notifications.outbox import Delivery
from notifications.teams.errors import REASONS, TeamsRefused, refusal
from notifications.teams.send import TeamsChat
from storage.letters import Letter
from tests.desk_in_tests import MONDAY_TEN

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


@pytest.fixture
async def teams() -> AsyncIterator[Connector]:
    fake = Connector()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/teams/"))
        yield fake


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
async def chat(teams: Connector, tokens: Tokens) -> AsyncIterator[TeamsChat]:
    async with aiohttp.ClientSession() as session:
        yield TeamsChat(session, tokens.authorize, teams.url, "app", 0.3, tokens.forget)


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


async def test_a_letter_is_posted_in_its_conversation(chat: Chat, teams: Connector) -> None:
    assert await chat.send(letter()) == "1.1"
    (asked,) = teams.asked
    assert (asked.method, asked.token) == ("POST", "Bearer token-1")
    assert asked.path == "/v3/conversations/19%3Aabc%40thread.tacv2/activities"
    assert (asked.body["type"], asked.body["from"], asked.body["conversation"]) == (
        "message",
        {"id": "28:app"},
        {"id": CHANNEL},
    )
    assert "recipient" not in asked.body


async def test_ids_cannot_lead_to_another_address(chat: TeamsChat, teams: Connector) -> None:
    await chat.send(letter(to="a:1/../x?y#z", edits="1/2"))
    assert teams.asked[0].path == "/v3/conversations/a%3A1%2F..%2Fx%3Fy%23z/activities/1%2F2"


async def test_in_a_channel_a_thread_is_part_of_the_conversations_id(
    chat: TeamsChat, teams: Connector
) -> None:
    await chat.send(letter(thread="9.0"))
    assert teams.asked[0].path == "/v3/conversations/19%3Aabc%40thread.tacv2%3Bmessageid%3D9.0/activities"
    assert teams.asked[0].body["conversation"] == {"id": f"{CHANNEL};messageid=9.0"}


@pytest.mark.parametrize(
    ("to", "kind"), [(CHAT, "personal"), ("19:g@thread.v2", "groupChat"), ("19:g@thread.v2", "")]
)
async def test_elsewhere_there_are_no_threads(chat: TeamsChat, teams: Connector, to: str, kind: str) -> None:
    await chat.send(letter(to=to, thread="9.0", type=kind))
    assert teams.asked[0].body["conversation"] == {"id": to}


async def test_what_a_letter_knows_of_its_place_goes_before_the_settings(
    chat: TeamsChat, teams: Connector
) -> None:
    await chat.send(letter(service_url=f"{teams.url}amer", bot="28:other"))
    assert teams.asked[0].path.startswith("/amer/v3/conversations/")
    assert teams.asked[0].body["from"] == {"id": "28:other"}


async def test_a_thread_whose_beginning_was_deleted_goes_on_in_the_channel(
    chat: TeamsChat, teams: Connector
) -> None:
    teams.refuses(404, "ActivityNotFoundInConversation")
    assert await chat.send(letter(thread="9.0")) == "1.2"
    assert teams.asked[1].body["conversation"] == {"id": CHANNEL}


async def test_an_edit_changes_the_post(chat: TeamsChat, teams: Connector) -> None:
    assert await chat.send(letter(edits="0.5")) == "0.5"
    assert teams.calls == [("PUT", "/v3/conversations/19%3Aabc%40thread.tacv2/activities/0.5")]
    assert teams.asked[0].body["id"] == "0.5"


@pytest.mark.parametrize("code", ["", "ActivityNotFoundInConversation"])
async def test_a_card_that_somebody_deleted_is_posted_again(
    chat: TeamsChat, teams: Connector, code: str
) -> None:
    teams.refuses(404, code)
    assert await chat.send(letter(edits="0.5")) == "1.2"
    assert [one.method for one in teams.asked] == ["PUT", "POST"]


@pytest.mark.parametrize("status", [200, 404])
async def test_no_message_takes_the_post_back(chat: TeamsChat, teams: Connector, status: int) -> None:
    teams.answers_with(status)
    assert await chat.send(letter(None, edits="0.5")) == "0.5"
    assert teams.calls == [("DELETE", "/v3/conversations/19%3Aabc%40thread.tacv2/activities/0.5")]
    assert teams.asked[0].body is None


async def test_where_nothing_can_be_deleted_a_dash_remains(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(501, "NotImplemented")
    assert await chat.send(letter(None, edits="0.5")) == "0.5"
    assert [one.method for one in teams.asked] == ["DELETE", "PUT"]
    assert (teams.asked[1].body["text"], "attachments" in teams.asked[1].body) == ("—", False)


async def test_there_is_nothing_to_take_back_that_was_never_posted(chat: TeamsChat, teams: Connector) -> None:
    assert await chat.send(letter(None)) == await chat.send(letter(None, edits="")) == ""
    assert teams.asked == []


@pytest.mark.parametrize("one", [letter(to=MAN), letter(to="user-id-0"), letter(to="00-aad", type="person")])
async def test_with_a_person_a_conversation_is_made_first_and_once(
    chat: TeamsChat, teams: Connector, one: Letter
) -> None:
    teams.says({"id": CHAT}, 201)
    await chat.send(one)
    await chat.send(replace(one, edits="0.5"))
    assert teams.calls == [
        ("POST", "/v3/conversations"),
        ("POST", "/v3/conversations/a%3A1%2Fx/activities"),
        ("PUT", "/v3/conversations/a%3A1%2Fx/activities/0.5"),
    ]
    assert teams.asked[0].body == {
        "bot": {"id": "28:app"},
        "members": [{"id": one.conversation}],
        "isGroup": False,
        "tenantId": "T1",
        "channelData": {"tenant": {"id": "T1"}},
    }


async def test_conversations_with_people_are_remembered_for_some_only(
    chat: TeamsChat, teams: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.teams.send._PEOPLE_REMEMBERED", 2)
    for person in ("29:a", "29:b", "29:a", "29:c", "29:a", "29:b"):
        await chat.send(letter(to=person))
    made = [one.body["members"][0]["id"] for one in teams.asked if one.path == "/v3/conversations"]
    assert made == ["29:a", "29:b", "29:c", "29:b"]


async def test_the_same_person_in_another_tenant_is_somebody_else(chat: TeamsChat, teams: Connector) -> None:
    await chat.send(letter(to=MAN))
    await chat.send(replace(letter(to=MAN), workspace="T2"))
    assert [one.body["tenantId"] for one in teams.asked if "tenantId" in one.body] == ["T1", "T2"]


async def test_teams_cannot_be_asked_what_arrived_so_a_doubtful_letter_is_sent_once_more(
    chat: Chat, teams: Connector
) -> None:
    assert await chat.find(replace(letter(), doubtful=True)) is None
    assert await chat.find(replace(letter(edits="0.5"), doubtful=True)) is None
    assert teams.asked == []


async def test_a_post_whose_id_is_not_told_has_arrived_all_the_same(
    chat: TeamsChat, teams: Connector
) -> None:
    teams.answers_with(202)
    assert await chat.send(letter()) == ""
    await chat.send(letter(edits=""))
    assert teams.asked[1].method == "POST"


async def test_what_is_said_beside_the_outbox(chat: TeamsChat, teams: Connector) -> None:
    await chat.say("T1", CHANNEL, HELLO, {"bot": "28:b", "type": "channel"}, "9.0")
    assert teams.asked[0].body["conversation"] == {"id": f"{CHANNEL};messageid=9.0"}
    assert teams.asked[0].body["from"] == {"id": "28:b"}


@pytest.mark.parametrize(
    ("status", "uncertain"),
    [
        (408, True),
        (412, False),
        (429, False),
        (500, True),
        (502, True),
        (503, False),
        (504, True),
    ],
)
async def test_a_busy_or_failing_teams_is_tried_again(
    chat: TeamsChat, teams: Connector, status: int, uncertain: bool
) -> None:
    teams.refuses(status, "ServiceError", **{"Retry-After": "17"})
    error = await failure(chat)
    assert (error.temporary, error.retry_after, error.uncertain) == (True, 17, uncertain)
    assert (error.everywhere, error.closed) == (False, False)
    assert str(error) in ("Teams is busy.", "Teams has a failure.")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        ("999999999999", 3600),
        (format_datetime(MONDAY_TEN + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(MONDAY_TEN - timedelta(seconds=90), usegmt=True), 0),
        (format_datetime(MONDAY_TEN.replace(year=2099), usegmt=True), 3600),
        ("Mon, 23 Nov 2026 08:01:30 -0000", None),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_told_in_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    now = format_datetime(MONDAY_TEN, usegmt=True)
    assert refusal(429, {"Retry-After": header, "Date": now}, b"").retry_after == seconds


async def test_one_that_does_not_answer_in_time_may_have_posted_all_the_same(
    chat: TeamsChat, teams: Connector
) -> None:
    held = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await held.wait()
        return web.Response()

    teams.answers.append(never)
    error = await failure(chat)
    held.set()
    assert (error.temporary, error.uncertain) == (True, True)


async def test_so_may_one_that_hangs_up(chat: TeamsChat, teams: Connector) -> None:
    def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    teams.answers.append(hang_up)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b"[1]"])
async def test_a_page_of_a_proxy_is_no_answer(chat: TeamsChat, teams: Connector, body: bytes) -> None:
    teams.answers_with(200, body)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


async def test_one_that_cannot_be_reached_has_not_posted(chat: TeamsChat) -> None:
    error = await failure(chat, letter(service_url="http://127.0.0.1:9/"))
    assert (error.temporary, error.uncertain) == (True, False)


async def test_a_desk_that_stops_posts_later(chat: TeamsChat) -> None:
    await chat._connector._session.close()
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, False)


async def test_a_conversation_that_does_not_answer_holds_up_no_other(
    chat: TeamsChat, teams: Connector
) -> None:
    held, begun = asyncio.Event(), asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        begun.set()
        await held.wait()
        return web.Response()

    teams.answers.append(never)
    dead = asyncio.create_task(failure(chat))
    await begun.wait()
    assert await chat.send(letter(to=CHAT)) == "1.2"
    assert not dead.done()
    await dead
    held.set()


async def test_a_refused_token_is_renewed_and_the_call_repeated(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(401)
    assert await chat.send(letter()) == "1.2"
    assert [one.token for one in teams.asked] == ["Bearer token-1", "Bearer token-2"]


async def test_a_token_that_somebody_renewed_meanwhile_is_kept(
    chat: TeamsChat, teams: Connector, tokens: Tokens
) -> None:
    def refused_late(_: web.Request) -> web.Response:
        tokens.forget()
        return web.Response(status=401)

    teams.answers.append(refused_late)
    await chat.send(letter())
    assert tokens.number == 2


async def test_a_token_that_is_refused_again_names_the_settings_to_mend(
    chat: TeamsChat, teams: Connector
) -> None:
    teams.refuses(401)
    teams.refuses(401)
    error = await failure(chat)
    assert (error.temporary, error.closed, len(teams.asked)) == (False, False, 2)
    assert "TEAMS_APP_PASSWORD" in str(error)
    assert "token-" not in str(error)


async def test_where_no_token_is_asked_for_none_is_sent(teams: Connector) -> None:
    async def nothing() -> dict[str, str]:
        return {}

    async with aiohttp.ClientSession() as session:
        await TeamsChat(session, nothing, teams.url, "").send(letter())
    assert teams.asked[0].token == ""
    assert "from" not in teams.asked[0].body


@pytest.mark.parametrize(
    ("status", "code", "word", "closed"),
    [
        (403, "MessageWritesBlocked", "removed or blocked", True),
        (403, "ConversationBlockedByUser", "removed or blocked", True),
        (403, "BotNotInConversationRoster", "Add the app", True),
        (403, "ForbiddenOperationException", "not installed", True),
        (403, "BotDisabledByAdmin", "administrator", True),
        (404, "ConversationNotFound", "does not exist", True),
        (404, "", "does not exist", True),
        (403, "NotEnoughPermissions", "let the desk", False),
        (403, "InvalidBotApiHost", "TEAMS_SERVICE_URL", False),
        (403, "", "let the desk", False),
        (401, "BotNotRegistered", "TEAMS_APP_ID", False),
        (413, "MessageSizeTooBig", "too long", False),
        (413, "", "too long", False),
        (400, "BadArgument", "report", False),
        (418, "Teapot", "Teapot", False),
        (418, "", "HTTP 418", False),
        (307, "", "HTTP 307", False),
    ],
)
async def test_a_refusal_is_final_says_what_to_do_and_may_close_the_place(
    chat: TeamsChat, teams: Connector, status: int, code: str, word: str, closed: bool
) -> None:
    for _ in range(2):
        teams.refuses(status, code)
    error = await failure(chat)
    assert (error.temporary, error.uncertain, error.closed) == (False, False, closed)
    assert word in str(error)


async def test_a_person_without_the_app_closes_the_place(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(403, "ForbiddenOperationException")
    error = await failure(chat, letter(to=MAN))
    assert (error.closed, len(teams.asked)) == (True, 1)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"error":{"code":"MessageWritesBlocked","message":"x"}}',
        b'{"error": {"code": "Forbidden", "subCode": "MessageWritesBlocked"}}',
        rb'{"errorCode":209,"message":"{\r\n \"subCode\": \"MessageWritesBlocked\", \"errorCode\": null}"}',
    ],
)
def test_a_code_is_found_wherever_teams_puts_it(answer: bytes) -> None:
    error = refusal(403, {}, answer)
    assert (error.code, error.closed) == ("MessageWritesBlocked", True)


def test_every_reason_is_said_in_romanian_too() -> None:
    reasons = {*REASONS.values(), *(str(TeamsRefused(status)) for status in (400, 401, 403, 404, 412, 500))}
    t = words("ro")
    assert [reason for reason in reasons if t(reason) == reason] == []


async def test_the_members_of_a_conversation_come_page_by_page(chat: TeamsChat, teams: Connector) -> None:
    teams.says({"members": [{"id": "29:a"}], "continuationToken": "a+b/c"})
    teams.says({"members": [{"id": "29:b"}]})
    assert await chat.members(teams.url, CHANNEL, "T1") == [{"id": "29:a"}, {"id": "29:b"}]
    assert teams.calls == [("GET", "/v3/conversations/19%3Aabc%40thread.tacv2/pagedmembers")] * 2
    assert [one.query for one in teams.asked] == [
        {"pageSize": "500"},
        {"pageSize": "500", "continuationToken": "a+b/c"},
    ]


async def test_a_list_of_members_that_never_ends_is_left(
    chat: TeamsChat, teams: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.teams.send._MOST_PAGES", 3)
    for _ in range(5):
        teams.says({"members": [], "continuationToken": "again"})
    await chat.members("", CHANNEL, "T1")
    assert len(teams.asked) == 3


async def test_one_member_is_asked_for(chat: TeamsChat, teams: Connector) -> None:
    teams.says({"id": MAN, "name": "Ion", "email": "ion@example.com"})
    assert (await chat.member(teams.url, CHAT, MAN))["name"] == "Ion"
    assert teams.calls == [("GET", "/v3/conversations/a%3A1%2Fx/members/29%3A1-ion")]


async def test_somebody_who_is_not_there_is_told(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(404, "MemberNotFoundInConversation")
    with pytest.raises(TeamsRefused) as caught:
        await chat.member(teams.url, CHAT, MAN)
    assert (caught.value.status, caught.value.code) == (404, "MemberNotFoundInConversation")


async def test_a_file_of_the_service_is_fetched_with_the_token(chat: TeamsChat, teams: Connector) -> None:
    teams.answers_with(body=b"x" * 100_000)
    url = teams.url.replace("/teams/", "/v3/attachments/1/views/original")
    assert len(await chat.download(url, 100_000)) == 100_000
    assert teams.asked[0].token == "Bearer token-1"


async def test_for_a_file_too_a_refused_token_is_renewed(chat: TeamsChat, teams: Connector) -> None:
    teams.answers_with(401)
    teams.answers_with(body=b"x")
    assert await chat.download(teams.url, 10) == b"x"
    assert [one.token for one in teams.asked] == ["Bearer token-1", "Bearer token-2"]


@pytest.fixture
async def elsewhere() -> AsyncIterator[Connector]:
    fake = Connector()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/file"))
        yield fake


async def test_another_host_never_sees_the_token(
    chat: TeamsChat, teams: Connector, elsewhere: Connector
) -> None:
    elsewhere.answers_with(body=b"x")
    assert await chat.download(elsewhere.url, 10) == b"x"
    teams.answers_with(302, Location=elsewhere.url)
    elsewhere.answers_with(body=b"y")
    assert await chat.download(teams.url, 10) == b"y"
    assert [one.token for one in elsewhere.asked] == ["", ""]


async def test_another_host_cannot_lead_the_token_to_an_address_of_its_choice(
    chat: TeamsChat, teams: Connector, elsewhere: Connector
) -> None:
    elsewhere.answers_with(302, Location=f"{teams.url}v3/secret")
    teams.answers_with(body=b"x")
    await chat.download(elsewhere.url, 10)
    assert teams.asked[0].token == ""


async def download_fails(chat: TeamsChat, url: str, most: int = 10, **more: str) -> SendError:
    with pytest.raises(SendError) as caught:
        await chat.download(url, most, **more)
    return caught.value


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_file_that_is_too_large_is_not_read_to_its_end(
    chat: TeamsChat, teams: Connector, chunked: bool
) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if not chunked:
            response.content_length = 10**9
        await response.prepare(request)
        try:
            for _ in range(10_000):
                await response.write(b"x" * 100_000)
        except ConnectionError:
            pass
        return response

    teams.answers.append(endless)
    error = await download_fails(chat, teams.url, 200_000)
    assert (str(error), error.temporary) == ("The file is too large.", False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "/etc/passwd",
        "https://",
        "http://[",
        "",
    ],
)
async def test_files_are_fetched_from_no_other_addresses(chat: TeamsChat, url: str) -> None:
    assert "such an address" in str(await download_fails(chat, url))


async def test_this_machine_is_not_asked_where_the_service_is_elsewhere(
    chat: TeamsChat, teams: Connector
) -> None:
    error = await download_fails(chat, teams.url, service_url="https://smba.trafficmanager.net/teams/")
    assert "such an address" in str(error)
    assert teams.asked == []


@pytest.mark.parametrize(
    "to", ["ftp://127.0.0.1/x", "https://127.0.0.1:9/x", "http://example.com/", "http://["]
)
async def test_a_file_is_not_followed_to_another_scheme(chat: TeamsChat, teams: Connector, to: str) -> None:
    teams.answers_with(302, Location=to)
    assert "such an address" in str(await download_fails(chat, teams.url))


async def test_a_file_is_not_followed_for_ever(chat: TeamsChat, teams: Connector) -> None:
    for _ in range(10):
        teams.answers_with(302, Location=teams.url)
    assert str(await download_fails(chat, teams.url)) == "The file could not be fetched."
    assert len(teams.asked) == 5


@pytest.mark.parametrize(("status", "temporary"), [(404, False), (403, False), (503, True), (302, False)])
async def test_a_file_that_is_not_given_is_told(
    chat: TeamsChat, teams: Connector, status: int, temporary: bool
) -> None:
    teams.answers_with(status)
    error = await download_fails(chat, teams.url)
    assert (str(error), error.temporary) == ("The file could not be fetched.", temporary)


class Pace:
    """A clock, and what the outbox says of when a place may be spoken in."""

    def __init__(self) -> None:
        self.now = MONDAY_TEN
        nothing: Any = None
        self.delivery = Delivery(nothing, {}, nothing, lambda: self.now, timedelta(1))
        self.begun: list[datetime] = []

    def post(self, takes: float = 0.0) -> None:
        """Post as soon as may be; the answer comes after `takes` seconds, and the post some time before."""
        self.begun.append(self.now)
        self.now += timedelta(seconds=takes)
        self.now = max(self.now, self.delivery._next_at(1, TeamsChat.limits))

    def assert_held(self) -> None:
        for seconds, most in ((1, 7), (2, 8), (30, 60), (3600, 1800)):
            window = timedelta(seconds=seconds)
            for last, at in enumerate(self.begun):
                within = last + 1 - bisect_left(self.begun, at - window)  # both ends count
                assert within <= most, f"{within} in {seconds} s until {at}"


@pytest.mark.parametrize("takes", [0.0, 0.2, 5.0])
def test_two_hours_of_continuous_posting_exceed_no_limit(takes: float) -> None:
    pace = Pace()
    while pace.now < MONDAY_TEN + timedelta(hours=2):
        pace.post(takes)
    pace.assert_held()
    assert len(pace.begun) > (3000 if takes < 1 else 1400)


@pytest.mark.parametrize("idle", [1.0, 2.0, 29.0, 61.0, 600.0, 1800.0, 3600.0, 7200.0])
def test_after_idle_times_no_limit_is_exceeded_either(idle: float) -> None:
    pace = Pace()
    for _ in range(6):
        for _ in range(400):
            pace.post()
        pace.now += timedelta(seconds=idle)
    pace.assert_held()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 80), st.floats(0, 900), st.floats(0, 2)), max_size=40))
def test_no_rhythm_exceeds_a_limit(rhythm: list[tuple[int, float, float]]) -> None:
    pace = Pace()
    for posts, idle, takes in rhythm:
        for _ in range(posts):
            pace.post(takes)
        pace.now += timedelta(seconds=idle)
    pace.assert_held()


class Times:
    """A loop's clock for the limiter: it stands until somebody would have to wait."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
        return self.now

    def is_closed(self) -> bool:
        return False


async def test_a_tenant_is_asked_thirty_times_a_second_and_no_more(chat: TeamsChat) -> None:
    limiter, times = chat._connector._limiter("T1"), Times()
    limiter._event_loop = cast(Any, times)
    asked: list[float] = []
    while len(asked) < 200:
        if limiter.has_capacity():
            limiter._level += 1
            asked.append(times.now)
        else:
            times.now += 0.001
    assert max(last + 1 - bisect_left(asked, at - 1.0) for last, at in enumerate(asked)) <= 30


async def test_each_tenant_has_its_own_turn_and_few_are_remembered(
    chat: TeamsChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.teams.connector._TENANTS_REMEMBERED", 2)
    first, second = chat._connector._limiter("T1"), chat._connector._limiter("T2")
    assert first is not second
    assert chat._connector._limiter("T1") is first
    assert chat._connector._limiter("T3") is not first
    assert list(chat._connector._limiters) == ["T1", "T3"]
