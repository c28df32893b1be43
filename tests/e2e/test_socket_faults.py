"""When the Socket Mode connection ends, and when it tells of things twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually, holds
from tests.e2e.gateway import Gateway
from tests.e2e.local_slack import EMMA, EMMA_DM, ION, ION_DM, LocalSlack, Mode
from tests.e2e.socket_line import SocketLine

RECONNECTED = 30  # seconds: slack_sdk looks after its connection every ten


@pytest.fixture
def mode() -> Mode:
    """Only Socket Mode has a connection."""
    return "socket"


@pytest.fixture
async def line(gateway: Gateway) -> AsyncIterator[SocketLine]:
    """The connection, in our hands."""
    line = SocketLine()
    await line.open()
    gateway.answered = line.answered
    yield line
    await line.close()


@pytest.fixture
async def desk(line: SocketLine, desk: DeskProcess) -> DeskProcess:
    """A desk that is connected over `line`."""
    await holds(lambda: line.connections > 0, "the desk is connected")
    return desk


pytestmark = pytest.mark.usefixtures("desk")


async def answered(slack: LocalSlack, book: Book, place: str, times: int = 1) -> None:
    async def look() -> bool:
        return len(await slack.by_the_desk(place)) >= times and await book.all_said()

    await eventually(look, f"{place} is answered")
    assert len(await slack.by_the_desk(place)) == times


async def test_an_envelope_that_comes_twice_makes_one_ticket(
    slack: LocalSlack, line: SocketLine, book: Book
) -> None:
    line.deliveries = 3
    await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    await answered(slack, book, ION_DM)
    await holds(lambda: len(line.heard) == 3, "every envelope is acknowledged")
    assert await book.count("tickets") == 1


@pytest.mark.parametrize("how", ["cut", "announced"])
async def test_a_connection_that_ends_is_made_anew(
    slack: LocalSlack, line: SocketLine, book: Book, how: str
) -> None:
    await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    await answered(slack, book, ION_DM)
    before = line.connections
    await (line.cut() if how == "cut" else line.announce_the_end())
    await holds(lambda: line.connections > before, "the desk is connected again", RECONNECTED)
    await slack.says(EMMA, EMMA_DM, "I cannot create new trips")
    await answered(slack, book, EMMA_DM)
    assert await book.count("tickets") == 2


async def test_what_was_stored_but_not_heard_to_be_comes_again_and_is_one_ticket(
    slack: LocalSlack, line: SocketLine, book: Book
) -> None:
    line.deaf = True
    saying = asyncio.create_task(slack.says(ION, ION_DM, "Nu pot crea curse noi"))
    await holds(lambda: len(line.heard) == 1, "the desk has acknowledged")
    line.deaf = False
    before = line.connections
    await line.cut()
    await holds(lambda: line.connections > before and not line.waiting(), "it came again", RECONNECTED)
    await saying
    await answered(slack, book, ION_DM)
    assert await book.count("tickets") == 1
