"""What Teams refuses, what networks do, and what becomes of a post then."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web

from desk.wording import words
from notifications.teams.errors import REASONS, TeamsRefused, refusal
from notifications.teams.send import TeamsChat
from tests.connector_in_tests import CHAT, MAN, Connector, Tokens, failure, letter
from tests.desk_in_tests import MONDAY_TEN


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
    hurried: TeamsChat, teams: Connector
) -> None:
    held = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await held.wait()
        return web.Response()

    teams.answers.append(never)
    error = await failure(hurried)
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
    hurried: TeamsChat, teams: Connector
) -> None:
    held, begun = asyncio.Event(), asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        begun.set()
        await held.wait()
        return web.Response()

    teams.answers.append(never)
    dead = asyncio.create_task(failure(hurried))
    await begun.wait()
    assert await hurried.send(letter(to=CHAT)) == "1.2"
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
