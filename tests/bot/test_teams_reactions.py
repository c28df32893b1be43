"""What somebody hears who reacted to a message of which the desk knows nothing."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.teams.edge import Edge
from desk.incoming import Incoming
from desk.messages import Answer, Message, Text
from notifications.teams.send import TeamsChat
from tests.bot.test_teams_activities import CHANNEL, ION, reaction
from tests.connector_in_tests import Connector, Tokens
from tests.notifications.conftest import opened

_SORRY = "Nu mai avem textul acelui mesaj."


@pytest.fixture
async def teams() -> AsyncIterator[Connector]:
    """A service of Teams."""
    async with opened("/") as teams:
        yield teams


async def told(teams: Connector, *, refused: bool) -> list[str]:
    """React in a channel to a message; return whom the desk's answer was sent to."""

    async def receive(_incoming: Incoming) -> Answer:
        return Answer(message=Message((Text((_SORRY,)),)), refused=refused)

    async with aiohttp.ClientSession() as session:
        chat = TeamsChat(session, Tokens().authorize, teams.url, "app")
        await Edge(receive, chat, "ticket").turn(reaction(serviceUrl=teams.url))
    return [
        str(one.body["conversation"]["id"]) if "conversation" in one.body else one.body["members"][0]["id"]
        for one in teams.asked
    ]


async def test_they_are_told_alone(teams: Connector) -> None:
    teams.says({"id": "a:ion"})
    assert await told(teams, refused=True) == [ION, "a:ion"]


async def test_who_has_no_chat_with_the_desk_is_told_under_the_message(teams: Connector) -> None:
    teams.refuses(403, "ForbiddenOperationException")
    assert await told(teams, refused=True) == [ION, f"{CHANNEL};messageid=1485983400000"]


async def test_what_was_done_shows_itself_and_is_not_said_to_all(teams: Connector) -> None:
    teams.refuses(403, "ForbiddenOperationException")
    assert await told(teams, refused=False) == [ION]
