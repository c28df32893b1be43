"""The desk is killed at random moments, and shares a database: nothing is lost, nothing is said twice."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from storage.transactions import Transaction
from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually
from tests.e2e.gateway import signed
from tests.e2e.local_slack import ANA, BOT_TOKEN, DESK, SECRET, TEAM, TRIAGE
from tests.e2e.sender import Request, Sender, let_leases_end, no_reply_waits
from tests.e2e.stub_server import StubServer

EVENTS, KILLS = 160, 4


@dataclass
class StubSlack(StubServer):
    """A Web API that keeps posts with their metadata."""

    dice: random.Random
    posts: list[dict[str, Any]] = field(default_factory=list)

    async def open(self) -> None:
        """Begin to serve."""
        await self.serve(web.route("*", "/api/{method}", self._answer), path="/api/")

    async def _answer(self, request: web.Request) -> web.Response:
        json_body = request.content_type == "application/json"
        body = await request.json() if json_body else await request.post()
        asked: dict[str, Any] = {**request.query, **body}
        told = self._do(request.match_info["method"], asked)
        # Slow enough that a kill falls between a post and the note that it was made.
        await asyncio.sleep(self.dice.uniform(0, 0.05))
        return web.json_response({"ok": True} | told)

    def _do(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                ts = f"1800000000.{len(self.posts):06}"
                self.posts.append(asked | {"ts": ts})
                return {"ts": ts, "channel": asked["channel"]}
            case "conversations.history" | "conversations.replies":
                newest = [post for post in reversed(self.posts) if post["channel"] == asked["channel"]]
                return {"messages": newest[:100]}
            case "conversations.members":
                return {"members": [DESK, ANA]}
            case "conversations.open":
                return {"channel": {"id": f"D{asked['users']}"}}
            case "auth.test":
                return {"team_id": TEAM, "user_id": DESK}
            case "users.info":
                return {"user": {"real_name": asked["user"], "updated": 1, "profile": {}}}
        return {"ts": asked.get("ts"), "channel": asked.get("channel")}

    def letters(self) -> Counter[int]:
        """Return how often each letter was posted: an edit of it is not a post."""
        return Counter(post["metadata"]["event_payload"]["id"] for post in self.posts if "metadata" in post)


def message(number: int) -> Request:
    """Return the signed event of a new user's direct message."""
    event = {
        "type": "message",
        "user": f"U{number:05}",
        "text": f"Nu pot crea curse noi ({number})",
        "ts": f"1700000000.{number:06}",
        "channel": f"D{number:05}",
        "channel_type": "im",
    }
    installed = {"team_id": TEAM, "user_id": DESK, "is_bot": True}
    told = {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": f"Ev{number:05}",
        "event": event,
        "authorizations": [installed],
    }
    raw = json.dumps(told).encode()
    return "/slack/events", signed(raw, SECRET), raw


@pytest.fixture
async def stub() -> AsyncIterator[StubSlack]:
    """A Slack that answers everything."""
    stub = StubSlack(random.Random(1))
    await stub.open()
    yield stub
    await stub.close()


OpenDesk = Callable[[str], DeskProcess]


@pytest.fixture
def a_desk(fresh_url: str, stub: StubSlack, tmp_path: Path) -> Iterator[OpenDesk]:
    """Desks of that database, each with a name of its own. None outlives the test."""
    made: list[DeskProcess] = []

    def make(name: str) -> DeskProcess:
        settings = {"DATABASE_URL": fresh_url, "SLACK_API_URL": stub.url, "SLACK_TRIAGE_CHANNEL": TRIAGE}
        secrets = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET}
        made.append(DeskProcess(tmp_path, name, **settings, **secrets))
        return made[-1]

    yield make
    for desk in made:
        desk.kill()


async def knows_its_team(book: Book) -> None:
    await eventually(lambda: book.count("people WHERE agent AND name <> ''"), "the desk knows its team")


async def every_event_is_a_ticket_once(book: Book, many: int) -> None:
    assert await book.count("tickets") == many
    assert await book.count("ticket_events WHERE kind = 'opened'") == many
    assert await book.count("ticket_messages WHERE event_id IS NOT NULL") == many
    places = await book.rows("SELECT conversation FROM tickets t JOIN places p ON p.id = t.place_id")
    assert sorted(str(row[0]) for row in places) == [f"D{number:05}" for number in range(many)]
    assert await book.count("timers WHERE kind = 'sla'") == many


@pytest.mark.parametrize("seed", [20261123])
async def test_a_desk_killed_under_load_loses_nothing_and_repeats_nothing(
    a_desk: OpenDesk, stored: Book, stub: StubSlack, seed: int
) -> None:
    print(f"seed {seed}")
    dice = random.Random(seed)
    desk = a_desk("desk")
    await desk.start()
    await knows_its_team(stored)
    sender = Sender(EVENTS, message, desk)
    sending = asyncio.create_task(sender.send_all())
    for kill in range(KILLS):
        goal = EVENTS * kill // KILLS + dice.randrange(4, EVENTS // KILLS)
        await sender.has_sent(goal)
        desk.kill()
        killed_at = datetime.now(UTC)
        await desk.start()
    await asyncio.wait_for(sending, 60)
    await let_leases_end(stored, killed_at)
    await eventually(lambda: no_reply_waits(stored), "every customer has a reply", 30)

    await every_event_is_a_ticket_once(stored, EVENTS)
    assert sender.repeated > 0, "no kill fell into the load"
    replies = Counter(post["channel"] for post in stub.posts if post["channel"] != TRIAGE)
    assert replies == {f"D{number:05}": 1 for number in range(EVENTS)}
    assert set(stub.letters().values()) == {1}
    assert await desk.stop() == 0


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_desks_on_one_database_say_everything_once(
    a_desk: OpenDesk, stored: Book, stub: StubSlack
) -> None:
    desks = [a_desk("left"), a_desk("right")]
    await asyncio.gather(*(desk.start() for desk in desks))
    await knows_its_team(stored)
    many = 40
    # Each event reaches both desks at once.
    await asyncio.gather(
        Sender(many, message, *desks).send_all(), Sender(many, message, *reversed(desks)).send_all()
    )
    await every_event_is_a_ticket_once(stored, many)

    await stored.database.write(a_month_passes)
    await eventually(lambda: breached(stored, 2 * many), "both clocks of every ticket are exceeded", 30)
    await eventually(lambda: no_reply_waits(stored), "every customer has a reply", 30)
    told = Counter(tuple(row) for row in await stored.rows(_TOLD))
    assert set(told.values()) == {1}
    assert set(stub.letters().values()) == {1}
    replies = Counter(post["channel"] for post in stub.posts if post["channel"] != TRIAGE)
    assert replies == {f"D{number:05}": 1 for number in range(many)}
    for desk in desks:
        assert await desk.stop() == 0
        assert desk.complaints() == []


_TOLD = "SELECT ticket_id, kind, data FROM ticket_events WHERE kind IN ('warned', 'breached', 'told')"


async def breached(book: Book, many: int) -> bool:
    return await book.count("ticket_events WHERE kind = 'breached'") >= many


def a_month_passes(tx: Transaction) -> None:
    """Set everything that happened back, and have the clocks looked at."""
    for table, column in (("tickets", "opened_at"), ("ticket_events", "at")):
        tx.execute(sa.text(f"UPDATE {table} SET {column} = {column} - interval '60 days'"))
    tx.execute(sa.text("UPDATE timers SET due_at = now() WHERE kind = 'sla'"))
