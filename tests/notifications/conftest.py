"""Teams on this machine: its connector, another server, and the desk's chat with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from notifications.teams.send import TeamsChat
from tests.connector_in_tests import Connector, Tokens


@asynccontextmanager
async def opened(path: str) -> AsyncIterator[Connector]:
    """Run a connector; close it at the end."""
    fake = Connector()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.url = str(server.make_url(path))
        yield fake


@pytest.fixture
async def teams() -> AsyncIterator[Connector]:
    """The service of Teams."""
    async with opened("/teams/") as fake:
        yield fake


@pytest.fixture
async def elsewhere() -> AsyncIterator[Connector]:
    """Some other server, with files."""
    async with opened("/file") as fake:
        yield fake


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
async def chat(teams: Connector, tokens: Tokens) -> AsyncIterator[TeamsChat]:
    async with aiohttp.ClientSession() as session:
        yield TeamsChat(session, tokens.authorize, teams.url, "app", 20, tokens.forget)


@pytest.fixture
async def hurried(teams: Connector, tokens: Tokens) -> AsyncIterator[TeamsChat]:
    """A chat that waits for an answer no longer than 0.3 s, over a connection that stands already."""
    async with aiohttp.ClientSession() as session:
        (await session.get(teams.url)).release()
        teams.asked.clear()
        yield TeamsChat(session, tokens.authorize, teams.url, "app", 0.3, tokens.forget)
