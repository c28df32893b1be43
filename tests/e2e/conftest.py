"""A desk in a process of its own, in a Slack on this machine."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, async_playwright, expect

from desk.tickets import Event, Ticket
from storage import histories, people, tickets
from storage.database import Database
from storage.transactions import Transaction
from tests.e2e import local_slack, playground_process, teams_world
from tests.e2e.block_kit import mistakes_in
from tests.e2e.browser import ARGUMENTS, chromium
from tests.e2e.desk_process import DeskProcess, eventually
from tests.e2e.gateway import Gateway
from tests.e2e.local_slack import BOT_TOKEN, CARPATI, ION, SECRET, TEAM, TRIAGE, LocalSlack, Mode
from tests.e2e.playground import Playground
from tests.e2e.teams_sign_in import SignIn


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Mode], LocalSlack]]:
    """A workspace for each way in which Slack tells of events, started when it is first asked for."""
    if reason := local_slack.why_not():
        pytest.skip(reason)
    opened: dict[Mode, LocalSlack] = {}

    def workspace(mode: Mode) -> LocalSlack:
        if mode not in opened:
            opened[mode] = local_slack.open_local_slack(tmp_path_factory.mktemp("slack"), mode)
        return opened[mode]

    yield workspace
    for one in opened.values():
        one.close()


@pytest.fixture
def mode() -> Mode:
    """How Slack tells of events: signed HTTP requests, unless a test says otherwise."""
    return "events"


@pytest.fixture
async def slack(workspaces: Callable[[Mode], LocalSlack], mode: Mode) -> AsyncIterator[LocalSlack]:
    """A workspace in which nothing was said yet."""
    workspace = workspaces(mode)
    await workspace.enter()
    yield workspace
    await workspace.leave()


@pytest.fixture
async def gateway(slack: LocalSlack) -> AsyncIterator[Gateway]:
    """What stands between Slack and the desk. At the end, nothing that was sent may have been wrong."""
    gateway = Gateway(slack.url, slack.events_port)
    await gateway.open()
    yield gateway
    await gateway.close()
    seen = [mistake for one in await slack.everything() for mistake in mistakes_in("a message", one)]
    assert gateway.mistakes + seen == []


@dataclass
class Book:
    """What the desk has stored, read beside it."""

    database: Database

    async def ticket(self, ticket_id: int = 1001) -> Ticket:
        """Return a ticket."""
        found = await self.database.read(lambda tx: tickets.get(tx, ticket_id))
        assert found is not None, f"there is no T-{ticket_id}"
        return found

    async def history(self, ticket_id: int = 1001) -> list[Event]:
        """Return a ticket's history."""
        return (await self.database.read(lambda tx: histories.histories(tx, [ticket_id])))[ticket_id]

    async def kinds(self, ticket_id: int = 1001) -> list[str]:
        """Return what happened to a ticket, in order."""
        return [str(event.kind) for event in await self.history(ticket_id)]

    async def rows(self, query: str) -> list[sa.Row[tuple[object, ...]]]:
        """Return what a query finds."""
        return list(await self.database.read(lambda tx: tx.execute(sa.text(query)).all()))

    async def count(self, what: str) -> int:
        """Return how many rows there are of "a table [where ...]"."""
        (row,) = await self.rows(f"SELECT count(*) FROM {what}")
        return int(str(row[0]))

    async def all_said(self) -> bool:
        """Whether nothing waits to be sent."""
        return await self.count("outbox WHERE done_at IS NULL") == 0


@pytest.fixture
async def stored(fresh_url: str) -> AsyncIterator[Book]:
    """An empty database, on SQLite and on PostgreSQL."""
    book = Book(Database(fresh_url))
    yield book
    await book.database.close()


@pytest.fixture
async def book(empty_sqlite: Path, tmp_path: Path) -> AsyncIterator[Book]:
    """A database in which Trans Carpați is a Premium customer: Ion is theirs, and so is #trans-carpati."""
    shutil.copy(empty_sqlite, tmp_path / "desk.db")
    book = Book(Database(f"sqlite:///{tmp_path / 'desk.db'}"))
    await book.database.write(_introduce)
    yield book
    await book.database.close()


def _introduce(tx: Transaction) -> None:
    customer = people.add_customer(tx, "Trans Carpați", "premium", "ro", datetime.now(UTC))
    ion = people.person(tx, "slack", TEAM, ION)
    people.change_person(tx, ion.id, customer_id=customer.id)
    channel = people.place(tx, "slack", TEAM, CARPATI, "channel")
    people.change_place(tx, channel.id, customer_id=customer.id)
    people.add_customer(tx, "EuroFleet", "enterprise", "en", datetime.now(UTC))


@pytest.fixture
async def desk(slack: LocalSlack, gateway: Gateway, book: Book, tmp_path: Path) -> AsyncIterator[DeskProcess]:
    """The desk, running, its team known. At the end it stops when asked, and has not complained."""
    desk = _desk(tmp_path, slack_settings(slack, gateway) | {"SLACK_TRIAGE_CHANNEL": TRIAGE})
    gateway.desk_url = desk.address
    async with _running(desk):
        await eventually(lambda: _knows_its_team(slack, book), "the desk knows its team and is connected")
        yield desk


def slack_settings(slack: LocalSlack, gateway: Gateway) -> dict[str, str]:
    """Return the settings of a desk in the Slack of this machine, without its team."""
    socket = {"SLACK_APP_TOKEN": local_slack.APP_TOKEN}
    secret = socket if slack.mode == "socket" else {"SLACK_SIGNING_SECRET": SECRET}
    return secret | {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": gateway.api_url}


def _desk(folder: Path, settings: dict[str, str]) -> DeskProcess:
    return DeskProcess(folder, DATABASE_URL=f"sqlite:///{folder / 'desk.db'}", **settings)


@asynccontextmanager
async def _running(desk: DeskProcess) -> AsyncIterator[None]:
    """Run a desk; at the end it stops when asked, and has not complained."""
    try:
        await desk.start()
        yield
        assert await desk.stop() == 0
        assert desk.complaints() == []
    finally:
        desk.kill()


@pytest.fixture(scope="session")
def playgrounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Playground]]:
    """A Teams on this machine for each person whose window its page is, started when first asked for."""
    if reason := playground_process.why_not():
        pytest.skip(reason)
    opened: dict[str, Playground] = {}
    with ExitStack() as closing:

        def playground(oneself: str) -> Playground:
            if oneself not in opened:
                folder = tmp_path_factory.mktemp("teams")
                running = playground_process.open_playground(folder, oneself)
                opened[oneself] = closing.enter_context(running)
            return opened[oneself]

        yield playground


@pytest.fixture
def oneself() -> str:
    """Whose window the page of Teams is: Ion's, unless a test says otherwise."""
    return teams_world.ION


@pytest.fixture
async def teams(playgrounds: Callable[[str], Playground], oneself: str) -> AsyncIterator[Playground]:
    """A Teams in which nothing was said yet. At the end, nothing that was sent may have been wrong."""
    playground = playgrounds(oneself)
    await playground.enter()
    yield playground
    await playground.leave()
    assert playground.gateway.mistakes == []


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium, with nothing of anybody's in it."""
    if chromium() is None:
        pytest.skip("No Chromium is installed: apt-get install chromium")
    expect.set_options(timeout=15_000)  # milliseconds; what is shown went through three processes
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        await browser.close()


def teams_settings(teams: Playground) -> dict[str, str]:
    """Return the settings of a desk in the Teams of this machine, without its team."""
    sign_in = teams.gateway.sign_in
    return {
        "TEAMS_TENANT_ID": teams_world.TENANT,
        "TEAMS_SERVICE_URL": teams.gateway.service_url,
        **(sign_in.settings() if sign_in else {"DESK_TEAMS_PLAYGROUND": "true"}),
    }


@pytest.fixture
async def sign_in(teams: Playground) -> AsyncIterator[None]:
    """Let Teams and the desk prove to each other who they are; a desk that is started after this does."""
    teams.gateway.sign_in = SignIn()
    await teams.gateway.sign_in.open()
    yield
    await teams.gateway.sign_in.close()
    teams.gateway.sign_in = None


@pytest.fixture
async def desk_in_teams(teams: Playground, book: Book, tmp_path: Path) -> AsyncIterator[DeskProcess]:
    """The desk, running in Teams alone, its team known; Ion and the group chat are Trans Carpați's."""
    await book.database.write(_introduce_in_teams)
    desk = _desk(tmp_path, teams_settings(teams) | {"TEAMS_TRIAGE_CHANNEL": teams_world.TRIAGE})
    teams.gateway.desk_url = desk.address
    async with _running(desk):
        await eventually(lambda: _knows_its_team_in_teams(book), "the desk knows its team")
        yield desk


@pytest.fixture
def team_on() -> tuple[str, ...]:
    """The platforms on which the team of a desk in both works: on both, unless a test says otherwise."""
    return "slack", "teams"


@pytest.fixture
async def desk_in_both(
    slack: LocalSlack,
    gateway: Gateway,
    teams: Playground,
    book: Book,
    team_on: tuple[str, ...],
    tmp_path: Path,
) -> AsyncIterator[DeskProcess]:
    """The desk, running in Slack and in Teams at once; its team is where `team_on` says."""
    await book.database.write(_introduce_in_teams)
    settings = slack_settings(slack, gateway) | teams_settings(teams)
    if "slack" in team_on:
        settings["SLACK_TRIAGE_CHANNEL"] = TRIAGE
    if "teams" in team_on:
        settings["TEAMS_TRIAGE_CHANNEL"] = teams_world.TRIAGE
    desk = _desk(tmp_path, settings)
    gateway.desk_url = teams.gateway.desk_url = desk.address
    async with _running(desk):
        if "slack" in team_on:
            await eventually(lambda: _knows_its_team(slack, book), "the desk knows its team in Slack")
        if "teams" in team_on:
            await eventually(lambda: _knows_its_team_in_teams(book), "the desk knows its team in Teams")
        yield desk


def _introduce_in_teams(tx: Transaction) -> None:
    customer = people.customer_called(tx, "Trans Carpați")
    assert customer is not None
    ion = people.person(tx, "teams", teams_world.TENANT, teams_world.ION)
    people.change_person(tx, ion.id, customer_id=customer.id)
    group = people.place(tx, "teams", teams_world.TENANT, teams_world.GROUP, "channel")
    people.change_place(tx, group.id, customer_id=customer.id)


async def _knows_its_team_in_teams(book: Book) -> bool:
    return await book.count("people WHERE agent AND platform = 'teams' AND name <> ''") == 2


async def _knows_its_team(slack: LocalSlack, book: Book) -> bool:
    agents = await book.count("people WHERE agent AND platform = 'slack' AND name <> ''")
    return agents == 2 and (slack.mode == "events" or await slack.connected())
