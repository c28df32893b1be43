"""The try page: what people do on it reaches the desk, what the desk says reaches them, and nobody else."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from msgspec.structs import replace

from bot.clock import Clock
from bot.web import edge as try_page
from bot.web import samples
from bot.web.asked import LARGEST_BODY
from bot.web.guard import TryPage, guarded
from desk import plan
from desk.errors import Refused
from desk.incoming import File, Incoming
from desk.messages import Answer, Attached, Button, Buttons, Field, Form, Message, Text
from desk.wording import Language
from notifications.chat import Carried, SendError
from notifications.web.send import Audience, WebChat
from storage import people, web_page
from storage import web as posts
from storage.database import Database
from storage.letters import Letter
from storage.migrations import upgrade

KEY = "0b8f7a9e-1111-4222-8333-44445555aaaa"
OTHER_KEY = "0b8f7a9e-1111-4222-8333-44445555bbbb"


def letter(number: int = 1, **changes: Any) -> Letter:
    """A letter to the triage channel."""
    values: dict[str, Any] = {
        "id": number,
        "revision": 0,
        "place_id": 1,
        "platform": "web",
        "workspace": "try",
        "conversation": samples.TRIAGE,
        "message": Message((Text(("T-1001",)),)),
        "key": None,
        "thread": None,
        "edits": None,
        "attempts": 0,
    }
    return Letter(**(values | changes))


class Page:
    """The page in a browser, and a desk behind it that answers as it is told."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.audience = database, Clock(), Audience()
        self.chat = WebChat(database, self.clock.now, self.audience)
        self.received: list[Incoming] = []
        self.answer, self.breaks = Answer(), False
        self.spoken: Language | None = "ro"
        self.refuses: Refused | None = None
        self.client: TestClient[web.Request, web.Application]

    async def receive(self, incoming: Incoming) -> Answer:
        """Be the desk."""
        if self.breaks:
            raise RuntimeError("secret")
        self.received.append(incoming)
        return self.answer

    async def advance(self, by: timedelta) -> None:
        """Set the clock ahead."""
        self.clock.advance(by)

    async def start_over(self) -> None:
        """Forget everything."""
        if self.refuses is not None:
            raise self.refuses
        await self.database.write(web_page.start_over)
        self.clock.reset()

    async def speak(self, language: Language) -> None:
        """Speak to the team in this language from now on."""
        self.spoken = language

    def mounted(self, **changes: Any) -> web.Application:
        """Return the page's routes."""
        desk: dict[str, Any] = {
            "receive": self.receive,
            "database": self.database,
            "clock": self.clock,
            "audience": self.audience,
            "advance": self.advance,
            "start_over": self.start_over,
            "spoken": lambda: self.spoken,
            "speak": self.speak,
        }
        app = web.Application()
        try_page.mount(app, TryPage(**(desk | changes)))
        return app

    async def does(self, path: str, origin: str | None = "", **body: Any) -> tuple[int, Any]:
        """Send what a person does, from the page itself unless another origin is named."""
        own = str(self.client.make_url("")).rstrip("/")
        headers = {} if origin is None else {"Origin": origin or own}
        async with self.client.post(f"/try/{path}", json=body, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else text

    async def writes(self, text: str, who: str = "ion", key: str = KEY, **more: Any) -> tuple[int, Any]:
        """Have a customer write to the desk."""
        body = {"as": who, "key": key, "conversation": f"dm:{who}", "text": text}
        return await self.does("messages", **(body | more))

    async def hears(
        self, until: int, after: int = 0, seen: str = "", start: int = 0, last: str = "started_anew"
    ) -> list[tuple[str, Any]]:
        """Open the live stream and return its events up to a revision, or up to the `last` one."""
        heard: list[tuple[str, Any]] = []
        back = {"Last-Event-ID": seen} if seen else {}
        async with self.client.get(f"/try/live?start={start}&after={after}", headers=back) as stream:
            while not heard or (
                heard[-1][0] not in ("started_anew", last) and heard[-1][1].get("revision", 0) < until
            ):
                lines = (await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5)).decode().split("\n")
                named = dict(line.split(": ", 1) for line in lines if ": " in line)
                if "event" in named:
                    heard.append((named["event"], json.loads(named["data"])))
        return heard


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await upgrade(database)
    page = Page(database)
    await samples.load(database, plan.default(), page.clock.now())
    async with TestClient(TestServer(page.mounted())) as page.client:
        yield page
    await database.close()


async def test_the_page_is_served_in_the_language_of_the_browser_or_as_switched(page: Page) -> None:
    async with page.client.get("/try", headers={"Accept-Language": "ro-RO,ro;q=0.9"}) as response:
        assert '<html lang="ro">' in await response.text()
    async with page.client.get("/try?lang=en", headers={"Accept-Language": "ro"}) as response:
        assert '<html lang="en">' in await response.text()
    async with page.client.get("/try", headers={"Accept-Language": "ro"}) as response:
        assert '<html lang="en">' in await response.text()  # remembered


async def test_nothing_on_the_page_is_inline_or_from_elsewhere(page: Page) -> None:
    async with page.client.get("/try") as response:
        text, policy = await response.text(), response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in text
    assert " on" not in {part.split("=")[0] for part in text.split('"') if part.startswith(" on")}
    for part in text.split('src="')[1:]:
        assert part.startswith("/pages/")


async def test_every_file_that_the_page_names_is_served_with_its_type(page: Page) -> None:
    for name, kind in (
        ("desk.css", "text/css"),
        ("try.js", "text/javascript"),
        ("mark.svg", "image/svg+xml"),
    ):
        async with page.client.get(f"/pages/{name}") as response:
            assert (response.status, response.content_type) == (200, kind)
            tag = response.headers["ETag"]
        async with page.client.get(f"/pages/{name}", headers={"If-None-Match": tag}) as response:
            assert response.status == 304
    for name in ("try.html", "..%2Fweb.py", "nothing.css"):
        async with page.client.get(f"/pages/{name}") as response:
            assert response.status == 404


async def test_what_a_customer_writes_is_stored_received_and_told_to_open_pages(page: Page) -> None:
    listening = asyncio.create_task(page.hears(until=1))
    status, answer = await page.writes("Nu pot crea <curse> noi")
    assert (status, answer) == (200, {"only_you": None, "form": None, "errors": {}, "refused": ""})
    [incoming] = page.received
    assert incoming == Incoming(
        platform="web",
        id=f"message:{KEY}",
        kind="message",
        workspace="try",
        user="ion",
        conversation="dm:ion",
        message="1",
        text="Nu pot crea <curse> noi",
        direct=True,
    )
    told = next(data for name, data in await listening if name == "post")
    assert (told["id"], told["key"], told["conversation"], told["thread"]) == (1, KEY, "dm:ion", None)
    assert "Nu pot crea &lt;curse&gt; noi" in told["html"]


async def test_a_message_sent_again_under_its_key_is_one_post_and_one_event(page: Page) -> None:
    await page.writes("Nu merge")
    await page.writes("Nu merge")
    assert {incoming.id for incoming in page.received} == {f"message:{KEY}"}
    assert len(await page.database.read(lambda tx: posts.changed_since(tx, 0))) == 1


async def test_a_reply_in_a_thread_names_its_root(page: Page) -> None:
    root = await page.chat.send(letter())
    reply: dict[str, Any] = {
        "as": "ana",
        "key": KEY,
        "conversation": "triage",
        "text": "O notă",
        "thread": int(root),
    }
    assert (await page.does("messages", **reply))[0] == 200
    assert (page.received[0].thread, page.received[0].message) == (root, "2")
    assert not page.received[0].direct
    again = reply | {"key": OTHER_KEY, "thread": 2}
    await page.does("messages", **again)
    assert page.received[1].thread == root


async def test_a_message_can_be_changed_and_taken_back_by_its_writer_only(page: Page) -> None:
    await page.writes("Nu merge")
    assert (await page.does("edit", **{"as": "radu"}, key=KEY, message=1, text="x"))[0] == 404
    assert (await page.does("edit", **{"as": "ion"}, key=KEY, message=1, text="Nu merge exportul"))[0] == 200
    assert (await page.does("delete", **{"as": "ion"}, key=OTHER_KEY, message=1))[0] == 200
    assert [(one.kind, one.message, one.text) for one in page.received[1:]] == [
        ("edited", "1", "Nu merge exportul"),
        ("deleted", "1", ""),
    ]
    assert (await page.does("edit", **{"as": "ion"}, key=OTHER_KEY, message=1, text="y"))[0] == 404


async def test_a_button_is_an_action_on_its_message(page: Page) -> None:
    card = await page.chat.send(letter(message=Message((Buttons((Button("ticket.take", "Take", "1001"),)),))))
    page.answer = Answer(message=Message((Text(("Somebody else <took> it.",)),)))
    pressed: dict[str, Any] = {"as": "mihai", "key": KEY, "conversation": "triage", "message": int(card)}
    status, answer = await page.does("actions", **pressed, action="ticket.take", subject="1001")
    assert status == 200
    assert "Somebody else &lt;took&gt; it." in answer["only_you"]
    incoming = page.received[0]
    assert (incoming.kind, incoming.command, incoming.subject) == ("action", "ticket.take", "1001")
    assert (incoming.user, incoming.conversation, incoming.message) == ("mihai", "triage", card)


async def test_a_form_is_an_action_with_fields_and_its_mistakes_come_back(page: Page) -> None:
    page.answer = Answer(
        form=Form("ticket.reply", "Reply", "Send", (Field("text", "Your <answer>"),), "1001")
    )
    _, opened = await page.does(
        "actions",
        **{"as": "ana"},
        key=KEY,
        conversation="triage",
        message=int(await page.chat.send(letter())),
        action="ticket.reply",
        subject="1001",
    )
    assert 'data-action="ticket.reply" data-subject="1001"' in opened["form"]
    assert "Your &lt;answer&gt;" in opened["form"]
    page.answer = Answer(errors={"text": "Too short."})
    filled: dict[str, Any] = {"action": "ticket.reply", "subject": "1001", "fields": {"text": "no"}}
    _, refused = await page.does("forms", **{"as": "ana"}, key=OTHER_KEY, **filled)
    assert refused["errors"] == {"text": "Too short."}
    assert page.received[1].fields == {"text": "no"}
    assert (page.received[1].command, page.received[1].subject) == ("ticket.reply", "1001")


async def test_a_command_is_split_as_a_platform_splits_it(page: Page) -> None:
    typed = {"as": "ana", "key": KEY, "conversation": "triage", "text": "/Ticket  why 1042 "}
    await page.does("commands", **typed)
    assert (page.received[0].kind, page.received[0].command, page.received[0].text) == (
        "command",
        "ticket",
        "why 1042",
    )


async def test_what_the_desk_says_changes_and_takes_back_is_told_live(page: Page) -> None:
    listening = asyncio.create_task(page.hears(until=3))
    root = await page.chat.send(letter(1))
    await page.chat.send(letter(2, thread=root, message=Message((Text(("reply",)),))))
    await page.chat.send(letter(3, edits=root, message=Message((Text(("changed",)),))))
    told = {data["id"]: data for name, data in await listening if name == "post"}
    assert told[2]["thread"] == 1
    assert "changed" in told[1]["html"]
    await page.chat.send(letter(4, edits=root, message=None))
    [(_, gone)] = await page.hears(until=4, after=3)
    assert gone["deleted"]


async def test_a_letter_sent_twice_is_found_and_not_repeated(page: Page) -> None:
    assert await page.chat.find(letter()) is None
    assert await page.chat.send(letter()) == await page.chat.send(letter()) == await page.chat.find(letter())


async def test_a_letter_that_is_found_says_what_it_should_by_now(page: Page) -> None:
    made = await page.chat.send(letter())
    listening = asyncio.create_task(page.hears(until=3, after=1))
    assert await page.chat.find(letter(message=Message((Text(("newer",)),)))) == made
    assert await page.chat.find(letter(message=None)) == made
    told = [data for name, data in await listening if name == "post"]
    assert told[-1]["deleted"]


async def test_a_letter_that_edits_nothing_fails_for_good(page: Page) -> None:
    with pytest.raises(SendError) as failed:
        await page.chat.send(letter(edits="99"))
    assert not failed.value.temporary


async def test_a_page_that_was_away_hears_what_it_missed_once(page: Page) -> None:
    for number in range(1, 4):
        await page.chat.send(letter(number))
    heard = await page.hears(until=3, seen="1")
    assert [data["id"] for name, data in heard if name == "post"] == [2, 3]


async def test_a_page_of_another_database_is_told_to_start_anew(page: Page) -> None:
    assert await page.hears(until=8, after=7) == [("started_anew", {})]


async def test_the_clock_only_moves_forward_and_the_desk_is_told(page: Page) -> None:
    before = page.clock.now()
    status, said = await page.does("clock", advance="1d")
    assert status == 200
    assert said["ahead"]
    assert page.clock.now() - before >= timedelta(days=1)
    for step in ("-1d", "2d", ""):
        assert (await page.does("clock", advance=step))[0] == 400
    assert page.clock.ahead == timedelta(days=1)


async def test_whoever_starts_over_finds_an_empty_desk_and_every_open_page_is_told(page: Page) -> None:
    await page.writes("Nu merge")
    listening = asyncio.create_task(page.hears(until=99, after=1))
    await page.does("clock", advance="1d")
    assert await page.does("start-over") == (200, {})
    assert (await listening)[-1] == ("started_anew", {})
    assert page.clock.ahead == timedelta(0)
    assert await page.database.read(posts.newest) == 0
    async with page.client.get("/try") as response:
        assert 'data-start="1"' in await response.text()


async def test_a_page_from_before_is_told_also_when_it_was_away_and_others_have_written_since(
    page: Page,
) -> None:
    await page.does("start-over")
    await page.writes("Nu merge")
    assert await page.hears(until=1, after=0) == [("started_anew", {})]
    assert (await page.hears(until=1, after=0, start=1))[0][0] == "post"


async def test_a_desk_that_may_not_start_over_says_why(page: Page) -> None:
    page.refuses = Refused("There are tickets of other platforms here. {why}", why="No.")
    status, answer = await page.does("start-over")
    assert (status, answer) == (409, {"error": "There are tickets of other platforms here. No."})


async def test_beside_a_chat_platform_the_clock_stands_and_nothing_is_forgotten(page: Page) -> None:
    async with TestClient(TestServer(page.mounted(only_tried=False))) as page.client:
        assert (await page.does("clock", advance="1d"))[0] == 403
        assert (await page.does("start-over"))[0] == 403
        async with page.client.get("/try") as response:
            text = await response.text()
    assert page.clock.ahead == timedelta(0)
    assert "data-advance" not in text
    assert "start-over" not in text.split("said-by-page")[0]


async def test_the_team_is_spoken_to_as_somebody_chooses(page: Page) -> None:
    assert await page.does("language", language="en") == (200, {})
    assert page.spoken == "en"
    assert (await page.does("language", language="de"))[0] == 400
    page.spoken = None  # the team is on another platform
    await page.does("language", language="ro")
    assert page.spoken is None


async def test_only_the_first_page_of_all_may_choose_the_team_s_language_by_being_opened(page: Page) -> None:
    async def is_first(language: str) -> bool:
        async with page.client.get("/try", headers={"Accept-Language": language}) as response:
            return "data-first" in await response.text()

    assert not await is_first("ro")  # as the team is spoken to already
    assert await is_first("en")
    with page.audience.one_more():
        assert not await is_first("en")
    await page.writes("Nu merge")
    assert not await is_first("en")
    await page.does("start-over")
    assert not await is_first("en")


async def test_what_a_customer_has_bought_and_reads_is_told_as_it_is_now(page: Page) -> None:
    def change(tx: Any) -> None:
        customer = people.customer_called(tx, "Rapid Cargo")
        assert customer is not None
        people.change_customer(tx, customer.id, tier="enterprise")
        people.change_person(tx, people.person(tx, "web", "try", "radu").id, language="en")

    await page.database.write(change)
    (_, told) = (await page.hears(until=1, last="customers"))[-1]
    assert told["radu"] == {"user": "radu", "company": "Rapid Cargo", "tier": "Enterprise", "language": "EN"}
    async with page.client.get("/try") as response:
        text = await response.text()
    assert "Radu Marin · <span data-language>EN</span>" in text


async def test_a_reply_of_another_day_than_what_it_answers_has_its_day_above_it(page: Page) -> None:
    root = await page.chat.send(letter(1))
    await page.chat.send(letter(2, thread=root))
    page.clock.advance(timedelta(days=1))
    await page.chat.send(letter(3, thread=root))
    await page.chat.send(letter(4, thread=root))
    async with page.client.get("/try") as response:
        posts_drawn = (await response.text()).split('<li class="')[1:]
    days = [part.startswith(("post first-of-day", "post reply first-of-day")) for part in posts_drawn]
    assert days[:4] == [True, False, True, False]


async def test_what_an_agent_is_told_alone_is_on_the_page_and_its_buttons_work(page: Page) -> None:
    said = Message((Text(("T-1001 is due.",)), Buttons((Button("ticket.take", "Take", "1001"),))))
    post = int(await page.chat.send(letter(conversation="dm:mihai", message=said)))
    async with page.client.get("/try?agent=mihai", headers={"Accept-Language": "ro"}) as response:
        text = await response.text()
    direct = text.split('data-conversation="dm:mihai"')[1]
    assert "Mesaje directe pentru Mihai Stan" in direct
    assert "T-1001 is due." in direct
    pressed: dict[str, Any] = {
        "key": KEY,
        "conversation": "dm:mihai",
        "message": post,
        "action": "ticket.take",
    }
    assert (await page.does("actions", **{"as": "mihai"}, **pressed))[0] == 200
    assert (page.received[0].conversation, page.received[0].direct) == ("dm:mihai", True)
    assert (await page.does("actions", **{"as": "ana"}, **pressed))[0] == 403


PNG = b"\x89PNG\r\n\x1a\n and so on"


async def attached(page: Page, data: bytes, name: str, who: str = "ion", conversation: str = "") -> Any:
    """Have somebody put a file into a conversation; return the status and the answer."""
    where = {"as": who, "conversation": conversation or f"dm:{who}", "name": name}
    headers = {
        "Origin": str(page.client.make_url("")).rstrip("/"),
        "Content-Type": "application/octet-stream",
    }
    async with page.client.post(
        "/try/files", params=where, data=io.BytesIO(data), headers=headers
    ) as response:
        return response.status, await response.json()


async def test_a_customer_s_file_comes_with_their_message_and_is_given_to_who_may_see_it(page: Page) -> None:
    _, picture = await attached(page, PNG, "ecran <1>.png")
    _, script = await attached(page, b"<svg onload='alert(1)'/>", "../factură\u202e.svg")
    files = [picture["id"], script["id"]]
    async with page.client.get(f"/try/files/{files[0]}?as=ion") as response:
        assert response.status == 404  # not sent yet
    assert (await page.writes("", files=files))[0] == 200
    assert page.received[0].files == (
        File(id=str(files[0]), name="ecran <1>.png", kind="image/png", size=len(PNG)),
        File(id=str(files[1]), name="factură.svg", kind="application/octet-stream", size=24),
    )
    (told,) = [data for name, data in await page.hears(until=1) if name == "post"]
    assert "ecran &lt;1&gt;.png" in told["html"]
    assert told["html"].count("<img") == 1
    async with page.client.get(f"/try/files/{files[1]}?as=ion") as response:
        assert await response.read() == b"<svg onload='alert(1)'/>"
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith(
            "attachment; filename*=UTF-8''factur%C4%83.svg"
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    for other in ("radu", "ana", "nobody", ""):
        async with page.client.get(f"/try/files/{files[0]}?as={other}") as response:
            assert response.status == 403
    await page.does("delete", **{"as": "ion"}, key=OTHER_KEY, message=1)
    async with page.client.get(f"/try/files/{files[0]}?as=ion") as response:
        assert response.status == 404


async def test_what_cannot_be_attached_is_refused(page: Page) -> None:
    assert (await attached(page, PNG, "a.png", conversation="dm:radu"))[0] == 403
    assert (await attached(page, PNG, "a.png", who="ana", conversation="triage"))[0] == 403
    assert (await attached(page, b"", "a.png"))[0] == 400
    assert (await attached(page, b"x" * (5 * 1024 * 1024 + 1), "a.png"))[0] == 413
    assert (await page.writes("", files=[]))[0] == 400
    assert (await page.writes("x", files=[1, 2, 3, 4, 5, 6]))[0] == 400
    _, mine = await attached(page, PNG, "a.png")
    await page.writes("Nu merge", who="radu", files=[mine["id"]])
    assert page.received[0].files == ()


async def test_a_file_that_is_passed_on_can_be_had_where_it_arrives(page: Page) -> None:
    _, picture = await attached(page, PNG, "ecran.png")
    await page.writes("Așa arată", files=[picture["id"]])
    file = Attached(name="ecran.png", platform="web", workspace="try", id=str(picture["id"]))
    assert await page.chat.fetch(file, 1000) == PNG
    with pytest.raises(SendError):
        await page.chat.fetch(file, 3)
    with pytest.raises(SendError):
        await page.chat.fetch(replace(file, id="99"), 1000)
    large = replace(file, name="mare.zip", size=9_000_000)
    carried = [Carried(file, PNG), Carried(large, b"x" * 6_000_000)]
    for _ in range(2):  # sent again, it is there once
        await page.chat.send(letter(), carried)
    (post,) = await page.database.read(lambda tx: posts.changed_since(tx, 1))
    assert [(one.name, one.conversation) for one in post.files] == [("ecran.png", "triage")]
    async with page.client.get("/try?side=team") as response:
        assert "mare.zip" in await response.text()
    async with page.client.get(f"/try/files/{post.files[0].id}?as=mihai") as response:
        assert await response.read() == PNG


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_page_cannot_write(page: Page, origin: str | None) -> None:
    status, _ = await page.does("clock", origin=origin, advance="1w")
    assert status == 403
    assert page.clock.ahead == timedelta(0)


async def test_a_foreign_name_that_leads_to_this_machine_is_refused(page: Page) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"X-Forwarded-For": "10.0.0.1"},
    ):
        async with page.client.get("/try", headers=headers) as response:
            assert response.status == 403


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.5", False), ("", False)],
)
async def test_only_this_machine_is_let_in(peer: str, allowed: bool) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response()

    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (peer, 5000) if name == "peername" else default
    request = make_mocked_request("GET", "/try", headers={"Host": "localhost:8080"}, transport=transport)
    opened: Callable[[web.Request], Awaitable[web.StreamResponse]] = guarded(answer)
    if allowed:
        assert (await opened(request)).status == 200
    else:
        with pytest.raises(web.HTTPForbidden):
            await opened(request)


async def test_a_proxy_that_says_nothing_of_itself_is_told_by_its_old_http(page: Page) -> None:
    server = cast(Any, page.client.server)
    reader, writer = await asyncio.open_connection(server.host, server.port)
    host = f"127.0.0.1:{server.port}"
    writer.write(f"GET /try HTTP/1.0\r\nHost: {host}\r\nOrigin: http://{host}\r\n\r\n".encode())
    assert b" 403 " in await reader.readline()
    writer.close()


async def test_a_customer_sees_and_does_nothing_in_somebody_else_s_conversation(page: Page) -> None:
    assert (await page.writes("x", conversation="dm:radu"))[0] == 403
    assert (await page.writes("x", conversation="triage"))[0] == 403
    assert (await page.writes("x", who="nobody"))[0] == 403
    card = int(await page.chat.send(letter()))
    pressed: dict[str, Any] = {"as": "ion", "key": KEY, "conversation": "dm:ion", "message": card}
    assert (await page.does("actions", **pressed, action="ticket.take", subject="1001"))[0] == 404
    assert page.received == []


async def test_what_is_too_long_or_makes_no_sense_is_refused_in_words(page: Page) -> None:
    assert (await page.writes("x" * 8001))[0] == 400
    assert (await page.writes("x" * LARGEST_BODY))[0] == 413
    assert (await page.writes("x", key="short"))[0] == 400
    status, answer = await page.writes("x", surprise=1)
    assert status == 400
    assert "Reload the page" in answer["error"]
    assert page.received == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [("messages", "application/json"), ("files?as=ion&conversation=dm:ion", "application/octet-stream")],
)
async def test_a_body_that_comes_too_slowly_is_refused_in_words(
    page: Page, path: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.body._PATIENCE", 0.0)
    headers = {"Origin": str(page.client.make_url("")).rstrip("/"), "Content-Type": kind}
    async with page.client.post(f"/try/{path}", data=endless(), headers=headers) as response:
        assert response.status == 400
        assert "Reload the page" in (await response.json())["error"]


async def test_what_no_database_takes_is_left_out(page: Page) -> None:
    assert (await page.writes("Nu\0 merge"))[0] == 200
    filled = {
        "as": "ion",
        "key": OTHER_KEY,
        "action": "a",
        "subject": "7\0",
        "fields": {"text": "Nu\0 merge"},
    }
    await page.does("forms", **cast(Any, filled))
    written, submitted = page.received
    assert (written.text, submitted.subject, submitted.fields) == ("Nu merge", "7", {"text": "Nu merge"})
    assert (await page.writes("\0", key=f"{KEY}0"))[0] == 400


async def test_a_failure_is_told_with_a_reference_and_without_its_reason(page: Page) -> None:
    page.breaks = True
    status, answer = await page.writes("Nu merge")
    assert status == 500
    assert "secret" not in answer["error"]


async def test_the_samples_are_there_once_and_keep_what_was_changed(page: Page) -> None:
    def change(tx: Any) -> None:
        customer = people.customer_called(tx, "Rapid Cargo")
        assert customer is not None
        people.change_customer(tx, customer.id, tier="enterprise")

    await page.database.write(change)
    await samples.load(page.database, plan.default(), page.clock.now())
    customers = await page.database.read(people.all_customers)
    assert {customer.name: customer.tier for customer in customers} == {
        "Trans Carpați SRL": "premium",
        "Rapid Cargo": "enterprise",
        "Dunărea Logistic": "standard",
        "EuroFleet Group": "enterprise",
    }
    ana = await page.database.write(lambda tx: people.person(tx, "web", "try", "ana"))
    assert (ana.name, ana.agent) == ("Ana Ionescu", False)  # an agent only where the page is the team's
    channel = (samples.PLATFORM, samples.WORKSPACE, samples.TRIAGE)
    triage = await page.database.write(lambda tx: people.place(tx, *channel, "direct"))
    assert (triage.name, triage.kind) == (samples.TRIAGE, "channel")  # as `load` noted it


def test_the_sample_team_is_on_call_where_the_plan_names_nobody_and_only_there() -> None:
    shipped = plan.default()
    own = shipped.levels["l2"].model_copy(update={"people": ("radu@example.com",)})
    staffed = samples.staffed(shipped.model_copy(update={"levels": {**shipped.levels, "l2": own}}))
    on_call = {key: level.people for key, level in staffed.levels.items()}
    assert on_call == {"l1": ("ana",), "l2": ("radu@example.com",), "lead": ("ana",)}
