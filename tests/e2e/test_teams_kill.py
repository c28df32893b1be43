"""The desk is killed at random moments while Teams speaks to it: nothing that it acknowledged is lost."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually
from tests.e2e.sender import Request, Sender, let_leases_end, no_reply_waits
from tests.e2e.stub_server import StubServer
from tests.e2e.teams_world import ANA, DESK, MIHAI, PEOPLE, TENANT, TRIAGE

EVENTS, KILLS = 120, 4


@dataclass
class StubTeams(StubServer):
    """A connector that remembers where something was posted."""

    dice: random.Random
    posts: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Begin to serve."""
        here = "/v3/conversations/{place}"
        await self.serve(
            web.get(f"{here}/pagedmembers", self._members),
            web.post(f"{here}/activities", self._post),
            web.put(f"{here}/activities/{{id}}", self._edit),
        )

    async def _members(self, _request: web.Request) -> web.Response:
        return web.json_response({"members": [{"id": who, "name": PEOPLE[who]} for who in (ANA, MIHAI)]})

    async def _post(self, request: web.Request) -> web.Response:
        self.posts.append(request.match_info["place"].partition(";")[0])
        posted = str(len(self.posts))
        # Slow enough that a kill falls between a post and the note that it was made.
        await asyncio.sleep(self.dice.uniform(0, 0.05))
        return web.json_response({"id": posted}, status=201)

    async def _edit(self, request: web.Request) -> web.Response:
        return web.json_response({"id": request.match_info["id"]})

    def replies(self) -> Counter[str]:
        """Return how much was posted in each customer's conversation."""
        return Counter(place for place in self.posts if place != TRIAGE)

    def message(self, number: int) -> Request:
        """Return the activity of a new person's direct message."""
        activity = {
            "type": "message",
            "id": str(1_700_000_000_000 + number),
            "channelId": "msteams",
            "serviceUrl": self.url,
            "from": {"id": f"29:{number:05}", "name": f"Om {number}"},
            "recipient": {"id": DESK, "name": "Dispecer"},
            "conversation": {
                "id": conversation(number),
                "conversationType": "personal",
                "tenantId": f"tenant-{number}",
            },
            "channelData": {"tenant": {"id": f"tenant-{number}"}},
            "text": f"Nu pot crea curse noi ({number})",
        }
        return "/api/messages", {"Content-Type": "application/json"}, json.dumps(activity).encode()


def conversation(number: int) -> str:
    return f"a:{number:05}"


@pytest.fixture
async def stub() -> AsyncIterator[StubTeams]:
    """A Teams that answers everything."""
    stub = StubTeams(random.Random(1))
    await stub.open()
    yield stub
    await stub.close()


@pytest.mark.parametrize("seed", [20261123])
async def test_a_desk_killed_under_load_of_teams_messages_loses_none_that_it_acknowledged(
    stored: Book, fresh_url: str, stub: StubTeams, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    desk = DeskProcess(
        tmp_path,
        DATABASE_URL=fresh_url,
        DESK_TEAMS_PLAYGROUND="true",
        TEAMS_SERVICE_URL=stub.url,
        TEAMS_TENANT_ID=TENANT,
        TEAMS_TRIAGE_CHANNEL=TRIAGE,
    )
    try:
        await desk.start()
        await eventually(lambda: stored.count("people WHERE agent AND name <> ''"), "the desk knows its team")
        sender = Sender(EVENTS, stub.message, desk)
        sending = asyncio.create_task(sender.send_all())
        for kill in range(KILLS):
            await sender.has_sent(EVENTS * kill // KILLS + dice.randrange(4, EVENTS // KILLS))
            desk.kill()
            killed_at = datetime.now(UTC)
            await desk.start()
        await asyncio.wait_for(sending, 60)
        await let_leases_end(stored, killed_at)
        await eventually(lambda: no_reply_waits(stored), "every customer has a reply", 30)
        assert await desk.stop() == 0
    finally:
        desk.kill()

    assert sender.repeated > 0, "no kill fell into the load"
    everybody = {conversation(number) for number in range(EVENTS)}
    at = await stored.rows("SELECT p.conversation FROM tickets t JOIN places p ON p.id = t.place_id")
    assert sorted(str(row[0]) for row in at) == sorted(everybody)
    assert await stored.count("timers WHERE kind = 'sla'") == EVENTS
    assert await stored.count("outbox WHERE key LIKE 'card:%'") == EVENTS
    replies = stub.replies()
    assert replies.keys() == everybody
    # A bot cannot ask Teams what it posted: what was under way at a kill may be there twice, and no more.
    assert max(replies.values()) <= 1 + KILLS
    assert replies.total() < EVENTS + KILLS * 64
