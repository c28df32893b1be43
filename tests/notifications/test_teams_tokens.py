"""The token that the desk posts to Teams with, asked of a small server that answers as Microsoft does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from desk.wording import words
from notifications.chat import SendError
from notifications.teams.tokens import SCOPE, Tokens

APP, SECRET, TENANT = "0a1b2c3d", "s3cr3t~value", "7e7e7e7e"


class FakeLogin:
    """Hands out numbered tokens, or what the test put in; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[web.Response] = []
        self.lasts: Any = 3600
        self.ready = asyncio.Event()
        self.ready.set()
        self.url = ""
        self.time = 100.0

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(await request.post())))
        await self.ready.wait()
        if self.answers:
            return self.answers.pop(0)
        return web.json_response({"access_token": f"t{len(self.asked)}", "expires_in": self.lasts})

    def denies(self, status: int, error: str | None = None, **headers: str) -> None:
        told = {"error": error, "error_description": f"AADSTS7000215: {SECRET}"}
        text = web.json_response(told).text if error is not None else "<html>"
        self.answers.append(web.Response(status=status, text=text, headers=headers))

    def says(self, raw: bytes) -> None:
        self.answers.append(web.Response(body=raw))


@pytest.fixture
async def login() -> AsyncIterator[FakeLogin]:
    fake = FakeLogin()
    app = web.Application()
    app.router.add_post("/{path:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/"))
        yield fake


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def tokens(login: FakeLogin, session: aiohttp.ClientSession) -> Tokens:
    return Tokens(session, APP, SECRET, TENANT, login.url, lambda: login.time)


def bearer(number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer t{number}"}


async def failure(tokens: Tokens) -> SendError:
    with pytest.raises(SendError) as caught:
        await tokens.headers()
    assert SECRET not in str(caught.value)
    assert str(caught.value) != words("ro")(str(caught.value))
    return caught.value


async def test_the_desk_signs_in_at_its_tenant(tokens: Tokens, login: FakeLogin) -> None:
    assert await tokens.headers() == bearer(1)
    form = {
        "grant_type": "client_credentials",
        "client_id": APP,
        "client_secret": SECRET,
        "scope": SCOPE,
    }
    assert login.asked == [(f"/{TENANT}/oauth2/v2.0/token", form)]


async def test_a_bot_of_many_tenants_signs_in_at_everybodys(
    login: FakeLogin, session: aiohttp.ClientSession
) -> None:
    await Tokens(session, APP, SECRET, None, login.url.rstrip("/")).headers()
    assert login.asked[0][0] == "/botframework.com/oauth2/v2.0/token"


@pytest.mark.parametrize(("lasts", "serves"), [(3600, 3300), ("3600", 3300), (400, 200), (100, 50)])
async def test_a_token_serves_until_shortly_before_its_end(
    tokens: Tokens, login: FakeLogin, lasts: Any, serves: float
) -> None:
    login.lasts = lasts
    await tokens.headers()
    login.time += serves - 1
    assert await tokens.headers() == bearer(1)
    login.time += 1
    assert await tokens.headers() == bearer(2)


async def test_a_token_that_teams_refused_is_replaced_once(tokens: Tokens) -> None:
    first = await tokens.headers()
    tokens.forget(first)
    assert await tokens.headers() == bearer(2)
    tokens.forget(first)
    assert await tokens.headers() == bearer(2)


async def test_those_who_come_meanwhile_share_the_token(tokens: Tokens, login: FakeLogin) -> None:
    login.ready.clear()
    waiting = [asyncio.create_task(tokens.headers()) for _ in range(5)]
    await asyncio.sleep(0)
    login.ready.set()
    assert await asyncio.gather(*waiting) == [bearer(1)] * 5
    assert len(login.asked) == 1


async def test_who_gives_up_takes_nobody_along(tokens: Tokens, login: FakeLogin) -> None:
    login.ready.clear()
    hasty, patient = (asyncio.create_task(tokens.headers()) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    login.ready.set()
    assert (await patient)["Authorization"].startswith("Bearer t")


async def test_a_failure_is_shared_for_a_moment(tokens: Tokens, login: FakeLogin) -> None:
    login.denies(503)
    told = await asyncio.gather(*(tokens.headers() for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in told] == [SendError] * 5
    assert len(login.asked) == 1
    login.time += 5
    assert await tokens.headers() == bearer(2)


@pytest.mark.parametrize(
    ("status", "error"), [(500, None), (503, "server_error"), (408, None), (400, "temporarily_unavailable")]
)
async def test_a_failure_of_microsofts_may_pass(
    tokens: Tokens, login: FakeLogin, status: int, error: str | None
) -> None:
    login.denies(status, error)
    error_ = await failure(tokens)
    assert (error_.temporary, error_.everywhere, error_.uncertain) == (True, True, False)


@pytest.mark.parametrize(("wait", "seconds"), [("7", 7.0), ("soon", None), ("", None)])
async def test_a_busy_microsoft_says_when(
    tokens: Tokens, login: FakeLogin, wait: str, seconds: float | None
) -> None:
    login.denies(429, None, **{"Retry-After": wait})
    error = await failure(tokens)
    assert (error.temporary, error.retry_after) == (True, seconds)


async def test_a_lost_network_may_come_back(login: FakeLogin, session: aiohttp.ClientSession) -> None:
    assert (await failure(Tokens(session, APP, SECRET, TENANT, "http://127.0.0.1:1/"))).temporary
    (await session.get(login.url)).release()  # the connection stands
    login.ready.clear()
    assert (await failure(Tokens(session, APP, SECRET, TENANT, login.url, timeout=0.3))).temporary
    login.ready.set()
    await session.close()
    assert (await failure(Tokens(session, APP, SECRET, TENANT, login.url))).temporary


@pytest.mark.parametrize(
    ("status", "code", "setting"),
    [
        (401, "invalid_client", "TEAMS_APP_PASSWORD"),
        (400, "unauthorized_client", "TEAMS_APP_ID"),
        (400, "invalid_request", "TEAMS_TENANT_ID"),
        (400, "something_new", "TEAMS_APP_PASSWORD"),
        (404, None, "TEAMS_LOGIN_URL"),
        (302, None, "TEAMS_LOGIN_URL"),
    ],
)
async def test_a_refusal_says_which_setting_to_mend(
    tokens: Tokens, login: FakeLogin, status: int, code: str | None, setting: str
) -> None:
    login.denies(status, code)
    error = await failure(tokens)
    assert setting in str(error)
    assert not error.temporary


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"access_token": 7}',
        b'{"access_token": ""}',
        b'{"access_token": "a\\r\\nX-Other: b"}',
        b'{"access_token": "a b"}',
        b'{"access_token": "\xc4\x83"}',
        b'{"a":' + b"[" * 5000,
        b" " * 70_000,
    ],
)
async def test_an_answer_without_a_token_may_pass(tokens: Tokens, login: FakeLogin, raw: bytes) -> None:
    login.says(raw)
    assert (await failure(tokens)).temporary


async def test_the_secret_goes_nowhere_else(tokens: Tokens, login: FakeLogin) -> None:
    login.denies(307, None, Location=f"{login.url}elsewhere")
    await failure(tokens)
    assert len(login.asked) == 1


async def test_the_playground_wants_no_token(login: FakeLogin, session: aiohttp.ClientSession) -> None:
    assert await Tokens(session, None, "", None, login.url).headers() == {}
    assert login.asked == []
