"""The desk is killed between a customer in Teams and a team in Slack: nothing that it took is lost."""

import asyncio
import json
from urllib.parse import urlencode

import pytest

from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually, holds
from tests.e2e.gateway import Call, Gateway, signed
from tests.e2e.local_slack import ANA, SECRET, TEAM, TRIAGE, LocalSlack, words
from tests.e2e.playground import Playground
from tests.e2e.sender import Request, Sender
from tests.e2e.sight import card_in_slack
from tests.e2e.teams_gateway import Call as TeamsCall
from tests.e2e.teams_world import ION, ION_CHAT

MANY, KILLS = 10, 3  # from each side


def reply(number: int) -> Request:
    """Return the command with which Ana answers; the same one is the same command again."""
    form = {
        "command": "/ticket",
        "text": f"reply 1001 Răspunsul {number}.",
        "team_id": TEAM,
        "user_id": ANA,
        "channel_id": TRIAGE,
        "channel_name": "dispecer-triage",
        "trigger_id": f"{number}.kill",
    }
    raw = urlencode(form).encode()
    return "/slack/events", signed(raw, SECRET, "application/x-www-form-urlencoded"), raw


@pytest.mark.parametrize("team_on", [("slack",)], ids=["team in Slack"])
async def test_a_desk_killed_between_teams_and_slack_loses_nothing(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book, desk_in_both: DeskProcess
) -> None:
    await teams.says(ION, ION_CHAT, "Nu pot crea curse noi")
    card = await card_in_slack(slack, "T-1001")
    said = [
        json.dumps(teams.activity(ION, ION_CHAT, "message", id=f"m{n}", text=f"Detaliul {n}.")).encode()
        for n in range(MANY)
    ]

    def request(number: int) -> Request:
        kind = {"Content-Type": "application/json"}
        return reply(number // 2) if number % 2 else ("/api/messages", kind, said[number // 2])

    sender = Sender(2 * MANY, request, desk_in_both)
    dies_while_posting_to_slack(gateway, desk_in_both)
    sending = asyncio.create_task(sender.send_all())
    await is_born_again(desk_in_both)
    dies_while_posting_to_teams(teams, desk_in_both)
    await is_born_again(desk_in_both)
    await sender.has_sent(MANY)
    desk_in_both.kill()
    await desk_in_both.start()
    await asyncio.wait_for(sending, 60)
    await eventually(book.all_said, "nothing waits to be sent", 60)

    assert await book.count("tickets") == 1
    assert await book.count("ticket_events WHERE kind = 'said'") == MANY
    assert await book.count("ticket_events WHERE kind = 'replied'") == MANY
    in_slack = [words(one) for one in await slack.by_the_desk(TRIAGE, card["ts"])]
    for n in range(MANY):
        assert len([text for text in in_slack if f"Detaliul {n}." in text]) == 1
        assert len([text for text in in_slack if f"Răspunsul {n}." in text]) == 1
    assert set(gateway.letters().values()) == {1}
    assert len(await slack.cards()) == 1
    heard = [post.text for post in teams.gateway.posts(ION_CHAT)]
    times = [len([text for text in heard if f"Răspunsul {n}." in text]) for n in range(MANY)]
    # A bot cannot ask Teams what it posted: what was under way at a kill, one post a place, is posted again.
    assert min(times) == 1
    assert sum(times) <= MANY + KILLS


def dies_while_posting_to_slack(gateway: Gateway, desk: DeskProcess) -> None:
    """Kill the desk at its next post: Slack takes it, and the desk never hears so."""

    def trouble(call: Call) -> None:
        if call.method == "chat.postMessage":
            gateway.trouble = lambda _call: None
            desk.kill()

    gateway.trouble = trouble


def dies_while_posting_to_teams(teams: Playground, desk: DeskProcess) -> None:
    """Kill the desk at its next post: Teams takes it, and the desk never hears so."""

    def trouble(call: TeamsCall) -> None:
        if call.method == "POST" and call.part("what") == "activities":
            teams.gateway.trouble = lambda _call: None
            desk.kill()

    teams.gateway.trouble = trouble


async def is_born_again(desk: DeskProcess) -> None:
    await holds(lambda: not desk.running, "the desk was killed", 30)
    await desk.start()
