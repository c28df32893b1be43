"""The door of the Teams edge: whom it lets in, whom it does not, and what they are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import aiohttp
import jwt
import pytest
from aiohttp import HttpVersion10, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from botbuilder.core import TurnContext
from botbuilder.schema import Activity
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt.utils import base64url_encode
from structlog.testing import capture_logs

from bot.teams.adapter import Adapter, InvokeAnswer, RawActivity
from bot.teams.http import MOST_BYTES, PATH, routes
from bot.teams.keys import KeysUnavailable, SigningKeys
from bot.teams.tokens import Misdirected, TokenCheck, Unproven, tenant_of
from tests.bot.teams_keys import (
    APP,
    NOW,
    SERVICE,
    TENANT,
    Clock,
    KeyServer,
    activity,
    private_key,
    public_key,
    signed,
    token,
)

Client = TestClient[web.Request, web.Application]


class Desk:
    """Stands for what is behind the door: remembers what came in, and answers what the test wants."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.answer: InvokeAnswer | None = None
        self.error: Exception | None = None

    async def turn(self, raw: dict[str, Any]) -> InvokeAnswer | None:
        if self.error is not None:
            raise self.error
        self.taken.append(raw)
        return self.answer


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def microsoft() -> KeyServer:
    return KeyServer()


@pytest.fixture
async def keys(microsoft: KeyServer, clock: Clock) -> AsyncIterator[SigningKeys]:
    async with TestServer(microsoft.application()) as server, aiohttp.ClientSession() as session:
        yield SigningKeys(session, str(server.make_url("/metadata")), clock)
        microsoft.ready.set()


@pytest.fixture
def check(keys: SigningKeys, clock: Clock) -> TokenCheck:
    return TokenCheck(keys, APP, TENANT, clock)


async def healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def site(desk: Desk, check: TokenCheck | None, *, playground: bool = False) -> web.Application:
    app = web.Application()
    app.add_routes([*routes(desk.turn, check, playground=playground), web.get("/healthz", healthz)])
    return app


@pytest.fixture
async def client(desk: Desk, check: TokenCheck) -> AsyncIterator[Client]:
    async with TestClient(TestServer(site(desk, check))) as client:
        yield client


async def knock(client: Client, bearer: str | None = None, body: Any = None) -> aiohttp.ClientResponse:
    headers = {"Authorization": f"Bearer {bearer or token()}"}
    return await client.post(PATH, json=activity() if body is None else body, headers=headers)


async def test_teams_is_let_in(client: Client, desk: Desk) -> None:
    answer = await knock(client)
    assert (answer.status, await answer.read()) == (200, b"")
    assert desk.taken == [activity()]


async def test_the_header_may_be_written_in_any_case(client: Client) -> None:
    answer = await client.post(PATH, json=activity(), headers={"Authorization": f"bearer {token()}"})
    assert answer.status == 200


async def test_ids_may_be_written_in_capitals(keys: SigningKeys, clock: Clock) -> None:
    check = TokenCheck(keys, APP.upper(), TENANT.upper(), clock)
    check.admit(await check.prove(f"Bearer {token()}"), activity())


async def test_five_minutes_of_difference_between_clocks_are_forgiven(client: Client, clock: Clock) -> None:
    for told in ({"exp": NOW - 299}, {"nbf": NOW + 300}, {"iat": NOW + 300}, {"nbf": None}):
        assert (await knock(client, token(**told))).status == 200


def _as_hmac(name: str) -> str:
    """The old trick: the public key, which everybody has, as the secret of a symmetric signature."""
    pem = private_key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = base64url_encode(json.dumps({"alg": "HS256", "kid": name}).encode())
    signed = head + b"." + token().split(".")[1].encode()
    made = jwt.get_algorithm_by_name("HS256")
    return (signed + b"." + base64url_encode(made.sign(signed, pem))).decode()


def _headed(head: bytes) -> str:
    return ".".join((base64url_encode(head).decode(), *token().split(".")[1:]))


def _part(number: int, **claims: Any) -> str:
    return token(**claims).split(".")[number]


FORGED: dict[str, Callable[[], str]] = {
    "expired": lambda: token(exp=NOW - 300),
    "not yet valid": lambda: token(nbf=NOW + 301),
    "issued in the future": lambda: token(iat=NOW + 301),
    "endless": lambda: token(exp=None),
    "the end is a word": lambda: token(exp="soon"),
    "the end is a numeral": lambda: token(exp=str(NOW + 60)),
    "the end is true": lambda: token(exp=True),
    "the end is not a number": lambda: signed(b'{"iss":"https://api.botframework.com","exp":NaN}'),
    "the end is too far": lambda: signed(b'{"iss":"https://api.botframework.com","exp":1e999}'),
    "another issuer": lambda: token(iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"),
    "no issuer": lambda: token(iss=None),
    "the issuer is a list": lambda: token(iss=["https://api.botframework.com"]),
    "the claims are a list": lambda: signed(b"[]"),
    "the claims are no JSON": lambda: signed(b"{"),
    "the claims are no text": lambda: signed(b"\xff"),
    "the claims are nested": lambda: signed(b'{"a":' + b"[" * 5000),
    "signed by another": lambda: token("other", kid="one"),
    "unknown key": lambda: token("other"),
    "another signature": lambda: f"{_part(0)}.{_part(1)}.{_part(2, aud='x')}",
    "no signature": lambda: f"{_part(0)}.{_part(1)}.",
    "half a signature": lambda: token()[:-20],
    "other claims": lambda: f"{_part(0)}.{_part(1, aud='x')}.{_part(2)}",
    "no algorithm": lambda: _headed(b'{"alg":"none","kid":"one"}').rpartition(".")[0] + ".",
    "symmetric": lambda: _as_hmac("one"),
    "RS512": lambda: jwt.encode({"iss": "x"}, private_key("one"), "RS512", {"kid": "one"}),
    "the algorithm is a list": lambda: _headed(b'{"alg":["RS256"],"kid":"one"}'),
    "no key name": lambda: _headed(b'{"alg":"RS256"}'),
    "the key name is a number": lambda: _headed(b'{"alg":"RS256","kid":1}'),
    "the key name is a list": lambda: _headed(b'{"alg":"RS256","kid":["one"]}'),
    "the key name is null": lambda: _headed(b'{"alg":"RS256","kid":null}'),
    "critical": lambda: _headed(b'{"alg":"RS256","kid":"one","crit":["b64"],"b64":false}'),
    "the head is nested": lambda: _headed(b"[" * 3000),
    "the head is a list": lambda: _headed(b"[]"),
    "the head is no text": lambda: _headed(b"\xff\xfe"),
    "four parts": lambda: f"{token()}.x",
    "two parts": lambda: "a.b",
    "dots": lambda: "..",
    "nothing": lambda: "",
    "spaces": lambda: "   ",
    "a sentence": lambda: "let me in",
    "not base64": lambda: "!!!.???.###",
    "not ASCII": lambda: "ăîș.țâ.ț",
    "long": lambda: "a" * 7000,
}


@pytest.mark.parametrize("name", FORGED)
async def test_who_cannot_prove_to_be_teams_is_turned_away(client: Client, desk: Desk, name: str) -> None:
    forged = FORGED[name]()
    with capture_logs() as logs:
        answer = await client.post(PATH, json=activity(), headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert desk.taken == []
    for part in forged.split("."):
        assert len(part) < 20 or part not in await answer.text() + str(logs)


HEADERS: dict[str, Callable[[], list[str]]] = {
    "none": lambda: [],
    "empty": lambda: [""],
    "only the scheme": lambda: ["Bearer"],
    "another scheme": lambda: [f"Basic {token()}"],
    "no scheme": lambda: [token()],
    "the scheme twice": lambda: [f"Bearer Bearer {token()}"],
    "two spaces": lambda: [f"Bearer  {token()}"],
    "two tokens": lambda: [f"Bearer {token()} {token()}"],
    "twice": lambda: [f"Bearer {token()}"] * 2,
}


@pytest.mark.parametrize("name", HEADERS)
async def test_a_header_that_is_no_bearer_token_is_turned_away(client: Client, name: str) -> None:
    headers = [("Authorization", value) for value in HEADERS[name]()]
    assert (await client.post(PATH, json=activity(), headers=headers)).status == 401


async def test_an_endless_header_is_refused(client: Client, check: TokenCheck) -> None:
    headers = {"Authorization": "Bearer " + "a" * 100_000}
    assert (await client.post(PATH, data=b"{}", headers=headers)).status == 400
    with pytest.raises(Unproven):
        await check.prove(headers["Authorization"])


MISDIRECTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another bot": ({"aud": "another"}, {}),
    "no bot": ({"aud": None}, {}),
    "several bots": ({"aud": [APP, "another"]}, {}),
    "another service address": ({"serviceurl": "https://smba.example/"}, {}),
    "no service address": ({"serviceurl": None}, {"serviceUrl": None}),
    "the activity has another service address": ({}, {"serviceUrl": SERVICE + "x"}),
    "the service address is a list": ({}, {"serviceUrl": [SERVICE]}),
    "another channel": ({}, {"channelId": "webchat"}),
    "the channel is a list": ({}, {"channelId": ["msteams"]}),
    "another tenant": ({}, {"channelData": {"tenant": {"id": "another"}}}),
    "no tenant": ({}, {"channelData": None, "conversation": {"id": "a:1"}}),
    "the tenant is a list": ({}, {"channelData": {"tenant": {"id": [TENANT]}}}),
}


@pytest.mark.parametrize("name", MISDIRECTED)
async def test_a_right_token_for_a_wrong_address_is_refused(client: Client, desk: Desk, name: str) -> None:
    claims, more = MISDIRECTED[name]
    bearer = token(**claims)
    answer = await knock(client, bearer, activity(**more))
    assert answer.status == 403
    assert desk.taken == []
    assert bearer.split(".")[1] not in await answer.text()


async def test_a_key_that_may_not_speak_for_teams_is_refused(client: Client, microsoft: KeyServer) -> None:
    bare = public_key("two")
    del bare["endorsements"]
    microsoft.keys = [public_key("one", endorsements=["webchat"]), bare]
    assert (await knock(client)).status == 403
    assert (await knock(client, token("two"))).status == 403


async def test_a_bot_of_many_tenants_lets_any_tenant_in(keys: SigningKeys, clock: Clock) -> None:
    check = TokenCheck(keys, APP, None, clock)
    told = activity(channelData={"tenant": {"id": "another"}})
    check.admit(await check.prove(f"Bearer {token()}"), told)


@pytest.mark.parametrize(
    ("more", "tenant"),
    [
        ({}, TENANT),
        ({"channelData": {"tenant": {"id": "other"}}}, "other"),
        ({"channelData": {}}, TENANT),
        ({"channelData": []}, TENANT),
        ({"channelData": {"tenant": "x"}}, TENANT),
        ({"channelData": None, "conversation": []}, ""),
        ({"channelData": {"tenant": {"id": 7}}}, ""),
    ],
)
def test_the_tenant_is_the_channels_else_the_conversations(more: dict[str, Any], tenant: str) -> None:
    assert tenant_of(activity(**more)) == tenant


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"type": "\xff\xfe"}',
        b'{"a":' + b"[" * 90_000,
        b"{}",
        b'{"type": 7}',
        b'{"a":NaN}',
    ],
)
async def test_what_is_no_activity_is_refused(client: Client, desk: Desk, raw: bytes) -> None:
    answer = await client.post(PATH, data=raw, headers={"Authorization": f"Bearer {token()}"})
    assert answer.status == 400
    assert desk.taken == []


async def test_a_stranger_is_not_told_whether_it_could_be_read(client: Client) -> None:
    for raw in (b"{", b"{}", b" " * (MOST_BYTES + 1)):
        assert (await client.post(PATH, data=raw)).status == 401


async def test_too_much_is_refused_however_it_comes(client: Client, desk: Desk) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 65_536

    headers = {"Authorization": f"Bearer {token()}"}
    assert (await client.post(PATH, data=b" " * (MOST_BYTES + 1), headers=headers)).status == 413
    assert (await client.post(PATH, data=chunks(), headers=headers)).status == 413
    fits = json.dumps(activity()).encode().ljust(MOST_BYTES)
    assert (await client.post(PATH, data=fits, headers=headers)).status == 200
    assert len(desk.taken) == 1


async def test_a_body_that_comes_too_slowly_is_refused_and_told_to_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.body._PATIENCE", 0.0)
    with capture_logs() as logs:
        answer = await client.post(PATH, data=endless(), headers={"Authorization": f"Bearer {token()}"})
    assert answer.status == 400
    assert logs == []


async def test_what_could_not_be_stored_comes_again(client: Client, desk: Desk) -> None:
    desk.error = RuntimeError("no database")
    with capture_logs() as logs:
        answer = await knock(client)
    assert answer.status == 500
    assert "no database" not in await answer.text()
    (line,) = logs
    assert line["error_id"] in await answer.text()
    assert (line["why"], line["exc_info"]) == ("RuntimeError", True)
    desk.error = None
    assert (await knock(client)).status == 200


async def test_a_database_that_is_away_leaves_no_trace_for_each_activity(client: Client, desk: Desk) -> None:
    desk.error = ConnectionRefusedError("no database")
    with capture_logs() as logs:
        assert (await knock(client)).status == 500
    (line,) = logs
    assert (line["why"], line["exc_info"]) == ("ConnectionRefusedError", False)


async def test_an_invoke_is_answered_in_its_own_response(client: Client, desk: Desk) -> None:
    card = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {"body": ["ș"]}}
    desk.answer = InvokeAnswer(200, card)
    answer = await knock(client, body=activity(type="invoke", name="adaptiveCard/action"))
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert await answer.json() == card
    desk.answer = InvokeAnswer(429)
    answer = await knock(client, body=activity(type="invoke"))
    assert (answer.status, await answer.read()) == (429, b"")


async def test_an_invoke_that_nobody_answers_is_not_implemented(client: Client) -> None:
    assert (await knock(client, body=activity(type="invoke"))).status == 501


async def test_no_other_activity_has_an_answer(client: Client, desk: Desk) -> None:
    desk.answer = InvokeAnswer(418, {"x": 1})
    for more in ({}, {"deliveryMode": "expectReplies"}, {"type": "installationUpdate"}):
        answer = await knock(client, body=activity(**more))
        assert (answer.status, await answer.read()) == (200, b"")


async def test_an_answer_that_is_no_json_is_our_mistake(client: Client, desk: Desk) -> None:
    desk.answer = InvokeAnswer(200, {"x": object()})
    with capture_logs():
        assert (await knock(client, body=activity(type="invoke"))).status == 500


ODD: list[dict[str, Any]] = [
    {"from": None, "recipient": 7, "conversation": []},
    {"from": {"id": {}}, "conversation": {"id": 7, "tenantId": TENANT}, "id": 9, "text": {}},
    {"value": {"a": [{}] * 50}, "entities": "x", "membersAdded": [None], "timestamp": "yesterday"},
    {"type": ""},
]


@pytest.mark.parametrize("more", ODD)
async def test_an_odd_activity_of_teams_comes_in_as_it_is(
    client: Client, desk: Desk, more: dict[str, Any]
) -> None:
    assert (await knock(client, body=activity(**more))).status == 200
    assert desk.taken == [activity(**more)]


async def test_the_keys_are_fetched_once_for_a_day(
    client: Client, microsoft: KeyServer, clock: Clock
) -> None:
    answers = await asyncio.gather(*(knock(client) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    clock.time += 86_399
    await knock(client, token(exp=clock.time))
    assert microsoft.fetches == 1
    clock.time += 1
    await knock(client, token(exp=clock.time))
    assert microsoft.fetches == 2


async def test_an_unknown_key_is_looked_for_once_an_hour(
    client: Client, microsoft: KeyServer, clock: Clock
) -> None:
    await knock(client)
    for name in ("other", "another", "other"):
        assert (await knock(client, token("other", kid=name))).status == 401
    assert microsoft.fetches == 2
    clock.time += 3599
    assert (await knock(client, token("other"))).status == 401
    assert microsoft.fetches == 2
    clock.time += 1
    assert (await knock(client, token("other"))).status == 401
    assert microsoft.fetches == 3


async def test_the_first_fetch_looks_for_an_unknown_key_too(client: Client, microsoft: KeyServer) -> None:
    answers = await asyncio.gather(*(knock(client, token("other")) for _ in range(3)))
    assert [answer.status for answer in answers] == [401] * 3
    assert microsoft.fetches == 1


async def test_a_new_key_is_found_by_those_who_bring_it(client: Client, microsoft: KeyServer) -> None:
    await knock(client)
    microsoft.keys = [public_key("new")]
    answers = await asyncio.gather(*(knock(client, token("new")) for _ in range(3)))
    assert [answer.status for answer in answers] == [200] * 3
    assert microsoft.fetches == 2
    assert (await knock(client)).status == 401


async def test_without_keys_teams_is_asked_to_come_again(
    client: Client, microsoft: KeyServer, clock: Clock
) -> None:
    microsoft.down = True
    for _ in range(3):
        answer = await knock(client)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert microsoft.fetches == 1
    assert (await knock(client, "nothing")).status == 401
    microsoft.down = False
    clock.time += 10
    assert (await knock(client)).status == 200


async def test_old_keys_serve_while_new_ones_cannot_be_had(
    client: Client, microsoft: KeyServer, clock: Clock
) -> None:
    await knock(client)
    microsoft.down = True
    clock.time += 100_000
    bearers = token(exp=clock.time), token("other", exp=clock.time)
    # Whether an unknown key is a new one cannot be known now.
    assert [(await knock(client, bearer)).status for bearer in bearers] == [200, 503]
    assert microsoft.fetches == 2
    microsoft.down = False
    clock.time += 10
    assert [(await knock(client, bearer)).status for bearer in bearers] == [200, 401]


async def test_a_search_that_failed_may_be_made_again(
    client: Client, microsoft: KeyServer, clock: Clock
) -> None:
    await knock(client)
    microsoft.down, microsoft.keys = True, [public_key("new")]
    assert (await knock(client, token("new"))).status == 503
    microsoft.down = False
    clock.time += 10
    assert (await knock(client, token("new"))).status == 200


ANSWERS = [
    b"",
    b"[]",
    b"{}",
    b'{"keys": []}',
    b'{"keys": [1, {}, {"kid": "one"}]}',
    b"[" * 90_000,
    b" " * 1_100_000 + b'{"keys": []}',
]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_an_answer_without_keys_is_no_answer(
    client: Client, microsoft: KeyServer, answer: bytes
) -> None:
    microsoft.answer = answer
    assert (await knock(client)).status == 503


async def test_an_answer_that_is_too_large_is_not_read(client: Client, microsoft: KeyServer) -> None:
    told = json.dumps({"keys": [public_key("one")]}).encode()
    microsoft.answer = told.ljust(1_000_001)
    assert (await knock(client)).status == 503


async def test_no_keys_do_not_replace_those_that_we_have(
    client: Client, microsoft: KeyServer, clock: Clock
) -> None:
    await knock(client)
    microsoft.keys = []
    clock.time += 100_000
    assert (await knock(client, token(exp=clock.time))).status == 200


async def test_keys_that_are_of_no_use_are_left_out(keys: SigningKeys, microsoft: KeyServer) -> None:
    short = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key()))
    microsoft.keys = [
        {"kid": "short", **short},
        {"kid": "curve", "kty": "EC", "n": "AQAB", "e": "AQAB"},
        {"kid": "secret", "kty": "oct", "k": "AQAB"},
        {"kid": "junk", "kty": "RSA", "n": "?", "e": "!"},
        public_key("sealing", use="enc"),
        public_key("one"),
    ]
    found = {name: await keys.find(name) for name in ("short", "curve", "secret", "junk", "sealing", "one")}
    assert [name for name, key in found.items() if key is not None] == ["one"]


@pytest.mark.parametrize("url", ["http://[", "nonsense", "http://127.0.0.1:1/metadata", "ftp://127.0.0.1/"])
async def test_an_address_without_keys_is_no_crash(url: str, clock: Clock) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(KeysUnavailable):
            await SigningKeys(session, url, clock).find("one")
    with pytest.raises(KeysUnavailable):
        await SigningKeys(session, url, clock).find("one")


async def test_slow_keys_are_not_waited_for_for_long(microsoft: KeyServer, clock: Clock) -> None:
    async with TestServer(microsoft.application()) as server, aiohttp.ClientSession() as session:
        (await session.get(server.make_url("/"))).release()  # the connection stands
        microsoft.ready.clear()
        with pytest.raises(KeysUnavailable):
            await SigningKeys(session, str(server.make_url("/metadata")), clock, timeout=0.3).find("one")
        microsoft.ready.set()


async def test_the_desk_goes_on_while_keys_are_fetched_slowly(client: Client, microsoft: KeyServer) -> None:
    microsoft.ready.clear()
    waiting = [asyncio.create_task(knock(client)) for _ in range(2)]
    async with asyncio.timeout(1):
        while microsoft.fetches == 0:
            assert (await client.get("/healthz")).status == 200
    assert (await client.get("/healthz")).status == 200
    assert not any(task.done() for task in waiting)
    microsoft.ready.set()
    assert [(await task).status for task in waiting] == [200, 200]
    assert microsoft.fetches == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["type", "channelId", "serviceUrl", "channelData", "conversation", "from", "id"])
PARTS = st.binary(max_size=60).map(lambda raw: base64url_encode(raw).decode()) | st.text(max_size=20)
HEADS = st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64", "typ"]), JSON).map(
    lambda head: base64url_encode(json.dumps(head).encode()).decode()
)
TOKENS = st.tuples(HEADS | PARTS, PARTS, PARTS).map(".".join) | st.text()
EACH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def test_no_header_breaks_the_check(check: TokenCheck) -> None:
    @EACH
    @given(st.text() | TOKENS.map("Bearer {}".format))
    def prove(header: str) -> None:
        with pytest.raises(Unproven):
            drive(check.prove(header))

    await check.keys.find("one")
    prove()


def drive(proving: Any) -> None:
    """Run a coroutine that has nothing to wait for."""
    with pytest.raises(StopIteration):
        proving.send(None)


async def test_no_claims_break_the_check(check: TokenCheck) -> None:
    @EACH
    @given(st.dictionaries(st.sampled_from(["iss", "exp", "nbf", "iat"]), JSON, min_size=4, max_size=4))
    def prove(claims: dict[str, Any]) -> None:
        with pytest.raises(Unproven):
            drive(check.prove(f"Bearer {signed(json.dumps(claims).encode())}"))

    await check.keys.find("one")
    prove()


async def test_no_activity_breaks_the_check(check: TokenCheck) -> None:
    proof = await check.prove(f"Bearer {token()}")

    @EACH
    @given(JSON | st.dictionaries(NAMES, JSON))
    def admit(told: Any) -> None:
        with pytest.raises(Misdirected):
            check.admit(proof, told)

    admit()


@EACH
@given(st.dictionaries(NAMES, JSON))
def test_no_activity_breaks_the_translation_for_the_sdk(told: dict[str, Any]) -> None:
    assert RawActivity(told).raw is told


async def test_without_an_app_id_only_the_playground_is_let_in(desk: Desk) -> None:
    assert routes(desk.turn, None) == []
    async with TestClient(TestServer(site(desk, None, playground=True))) as client:
        assert (await client.post(PATH, json=activity(channelId="emulator"))).status == 200
        assert (await client.post(PATH, data=b"[]")).status == 400
        for header in ("Origin", "X-Forwarded-For", "Forwarded"):
            answer = await client.post(PATH, json=activity(), headers={header: "https://example.com"})
            assert answer.status == 403
        answer = await client.post(PATH, json=activity(), headers={"Host": "rebound.example.com"})
        assert answer.status == 403
    assert len(desk.taken) == 1


async def test_a_proxy_before_the_playground_is_told_by_its_old_http(desk: Desk) -> None:
    (route,) = routes(desk.turn, None, playground=True)
    request = make_mocked_request("POST", PATH, headers={"Host": "localhost"}, version=HttpVersion10)
    assert (await cast(Any, route).handler(request.clone(remote="127.0.0.1"))).status == 403
    assert desk.taken == []


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "", "fe80::1%eth0"])
async def test_the_playground_is_on_this_machine(desk: Desk, address: str) -> None:
    (route,) = routes(desk.turn, None, playground=True)
    handler = cast(Any, route).handler
    request = make_mocked_request("POST", PATH, headers={"Host": "localhost"}).clone(remote=address)
    assert (await handler(request)).status == 403
    assert desk.taken == []


async def test_with_an_app_id_there_is_no_playground(desk: Desk, check: TokenCheck) -> None:
    async with TestClient(TestServer(site(desk, check, playground=True))) as client:
        assert (await client.post(PATH, json=activity())).status == 401
        assert (await knock(client)).status == 200


async def test_nothing_is_sent_through_the_sdk(desk: Desk, check: TokenCheck) -> None:
    adapter = Adapter(desk.turn, check)

    async def says(context: TurnContext) -> None:
        with pytest.raises(RuntimeError):
            await context.send_activity("Bună")

    proof = await check.prove(f"Bearer {token()}")
    told = RawActivity(activity())
    await adapter.process_activity(adapter.authentication.admit(proof, told), told, says)
    await adapter.process_activity(f"Bearer {token()}", told, says)
    with pytest.raises(Misdirected):
        await adapter.process_activity(f"Bearer {token()}", RawActivity(activity(channelId="x")), says)
    with pytest.raises(Unproven):
        await adapter.take(None, activity())
    with pytest.raises(Unproven):
        await adapter.process_activity("", Activity(type="message"), says)
