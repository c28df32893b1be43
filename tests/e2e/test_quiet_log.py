"""The log of a bad day: it says what failed and where, and nothing that anybody wrote."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Book, slack_settings, teams_settings
from tests.e2e.desk_process import DeskProcess, eventually
from tests.e2e.gateway import Call, Event, Gateway, Trouble, signed
from tests.e2e.local_slack import (
    ANA,
    BOT_TOKEN,
    CARPATI,
    EMMA,
    EMMA_DM,
    GENERAL,
    ION,
    ION_DM,
    SECRET,
    TEAM,
    TRIAGE,
    LocalSlack,
)
from tests.e2e.playground import Playground
from tests.e2e.teams_world import ION as ION_IN_TEAMS
from tests.e2e.teams_world import ION_CHAT

WRITTEN = (
    *("tulnic", "ghiocel", "brumar", "pietroi", "rasfirat", "scrumbie", "bazaconie", "zurbagiu"),
    *("lastun", "cucuta", "viscol", "margean", "pelin", "catun"),
)

# The desk, made careless: it fails over what is written, in a handler and at Slack's edge, and says so.
_CARELESS = """
import sys

from bot.__main__ import main
from bot.slack import edge
from desk.errors import Refused
from handlers import router

heard, translated = router.KINDS["message"], edge.translate

def message(call):
    text = call.incoming.text
    if "code A" in text:
        int(text)
    if "code B" in text:
        raise Refused("There is no tier “{name}”.", name=text)
    return heard(call)

def translate(body, emoji):
    if "code C" in str(body):
        raise KeyError(str(body))
    return translated(body, emoji)

router.KINDS["message"], edge.translate = message, translate
sys.argv = ["desk", "serve"]
main()
"""


@pytest.fixture
async def desk(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book, tmp_path: Path
) -> AsyncIterator[DeskProcess]:
    """A careless desk in Slack and in Teams, its team in Slack, that logs all it has to say."""
    settings = slack_settings(slack, gateway) | teams_settings(teams)
    more = {"SLACK_TRIAGE_CHANNEL": TRIAGE, "DESK_LOG_LEVEL": "debug"}
    desk = DeskProcess(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'desk.db'}", **settings, **more)
    desk.program = ["-c", _CARELESS]
    gateway.desk_url = teams.gateway.desk_url = desk.address
    try:
        await desk.start()
        await eventually(lambda: book.count("people WHERE agent AND name <> ''"), "the desk knows its team")
        yield desk
    finally:
        desk.kill()


async def told(gateway: Gateway, **event: Any) -> int:
    """Tell the desk of a message that local-slack has no way to write; return its answer's status."""
    ours = [{"team_id": TEAM, "user_id": "U0DESK", "is_bot": True}]
    body = {"type": "event_callback", "event_id": f"Ev{event['ts']}", "team_id": TEAM, "authorizations": ours}
    message = {"type": "message", "channel": ION_DM, "channel_type": "im", "user": ION, **event}
    raw = json.dumps(body | {"event": message}).encode()
    return (await gateway.deliver(Event(raw, signed(raw, SECRET))))[0]


async def test_the_log_holds_neither_secrets_nor_what_people_write(
    slack: LocalSlack, gateway: Gateway, teams: Playground, desk: DeskProcess, book: Book
) -> None:
    failed: set[str] = set()

    def fail_once_in_each_place(call: Call) -> Trouble | None:
        place = str(call.body.get("channel") or call.body.get("user"))
        if not call.method.startswith(("chat.", "users.")) or place in failed:
            return None
        failed.add(place)
        return Trouble("broken", status=500)

    gateway.trouble = fail_once_in_each_place
    asked = await slack.says(ION, ION_DM, "Nu pot crea curse noi, tulnic")
    (card,) = await eventually(slack.cards, "a card is in triage")
    await slack.edits(ION, ION_DM, asked, "Nu pot crea curse noi, ghiocel")
    await slack.says(ION, CARPATI, "Nu merge exportul, brumar")
    await slack.says(ANA, TRIAGE, "Pare certificatul lor, pietroi", thread=card["ts"])
    await slack.presses(ANA, card, "ticket.reply")
    await slack.submits(ANA, text="Ne uităm, rasfirat")
    await slack.types(ION, GENERAL, "/support")
    await slack.submits(ION, text="Nu se mai sincronizează facturile, scrumbie")
    await slack.types(ANA, TRIAGE, "/ticket note 1001 un gand, bazaconie")
    await slack.types(ANA, TRIAGE, "/customer tier Zurbagiu premium")
    file = {"id": "F1", "name": "factura-lastun.pdf", "mimetype": "application/pdf", "size": 3}
    file["url_private_download"] = f"{slack.url}/files/lastun"
    assert await told(gateway, subtype="file_share", ts="1800000000.1", text="cucuta", files=[file]) == 200
    await slack.says(EMMA, EMMA_DM, "I cannot create trips, viscol, code A")
    await slack.says(EMMA, EMMA_DM, "I cannot create trips, margean, code B")
    assert await told(gateway, ts="1800000000.2", text="Nu merge, pelin, code C") == 500
    await teams.says(ION_IN_TEAMS, ION_CHAT, "Nu pot crea curse noi, catun")
    await teams.says(ION_IN_TEAMS, ION_CHAT, "Nu pot crea curse noi, viscol, code A")
    await eventually(book.all_said, "nothing waits to be sent", 30)
    assert await desk.stop() == 0

    events = [str(line["event"]) for line in desk.log()]
    for event in ("event.failed", "event.refused", "slack.not_handled", "outbox.delayed"):
        assert event in events
    log = desk.log_file.read_text().lower()
    assert [word for word in (*WRITTEN, BOT_TOKEN.lower(), SECRET.lower()) if word in log] == []
