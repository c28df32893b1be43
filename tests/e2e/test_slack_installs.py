"""Two workspaces install the app themselves, and one desk serves both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually
from tests.e2e.workspaces import CLIENT_ID, CLIENT_SECRET, DESK, SIGNING_SECRET, Workspaces

ALFA, BETA = "T0ALFA", "T0BETA"
ION, ANA = "U0ION", "U0ANA"  # people of different workspaces may have the same id
TRIAGE = "C0TRIAGE"


@pytest.fixture
async def workspaces() -> AsyncIterator[Workspaces]:
    """Two workspaces, neither with the app; the team sits in Alfa."""
    direct: dict[str, tuple[str, ...]] = {"D0ION": (ION, DESK), "D0ANA": (ANA, DESK)}
    workspaces = Workspaces({ALFA: {TRIAGE: (ANA, DESK), **direct}, BETA: direct})
    await workspaces.open()
    yield workspaces
    await workspaces.close()


@pytest.fixture
async def desk(workspaces: Workspaces, book: Book, tmp_path: Path) -> AsyncIterator[DeskProcess]:
    """A desk that both can install."""
    desk = DeskProcess(
        tmp_path,
        DATABASE_URL=f"sqlite:///{tmp_path / 'desk.db'}",
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=CLIENT_SECRET,
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        SLACK_TRIAGE_CHANNEL=f"{ALFA}/{TRIAGE}",
        SLACK_API_URL=workspaces.api_url,
        PYTHONWARNINGS="default,ignore:BasicAuth",  # slack_sdk's own, about what it asks of aiohttp
    )
    workspaces.desk_url = desk.address
    try:
        await desk.start()
        yield desk
        assert await desk.stop() == 0
        assert desk.complaints() == []
    finally:
        desk.kill()


async def agents(book: Book) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await book.rows('SELECT workspace, "user" FROM people WHERE agent')]


async def test_each_workspace_is_served_with_its_own_token_and_sees_its_own_tickets(
    workspaces: Workspaces, desk: DeskProcess, book: Book
) -> None:
    assert [await workspaces.install(team) for team in (ALFA, BETA)] == [200, 200]
    await eventually(lambda: agents(book), "the desk knows its team as soon as it is installed", 10)

    assert await workspaces.says(ALFA, ION, "Nu pot crea curse noi") == 200
    assert await workspaces.says(BETA, ION, "Exportul nu merge") == 200
    await eventually(book.all_said, "everything is said")

    (in_alfa,), (in_beta,) = workspaces.said(ALFA, "D0ION"), workspaces.said(BETA, "D0ION")
    assert "T-1001 · Nu pot crea curse noi" in in_alfa
    assert "T-1002 · Exportul nu merge" in in_beta
    cards = workspaces.said(ALFA, TRIAGE)
    assert [card.partition(" · ")[2].partition("\n")[0] for card in cards[:2]] == [
        "T-1001 · Nu pot crea curse noi",
        "T-1002 · Exportul nu merge",
    ]
    assert workspaces.refused == []


async def test_nobody_of_one_workspace_sees_or_touches_what_is_the_others(
    workspaces: Workspaces, desk: DeskProcess, book: Book
) -> None:
    for team in (ALFA, BETA):
        await workspaces.install(team)
    await eventually(lambda: agents(book), "the desk knows its team")
    await workspaces.says(ALFA, ION, "Nu pot crea curse noi")
    await workspaces.says(BETA, ION, "Exportul nu merge")

    assert "T-1001" in (mine := await workspaces.types(ALFA, ION, "/support status"))
    assert "T-1002" not in mine
    assert "T-1002" in (theirs := await workspaces.types(BETA, ION, "/support status"))
    assert "T-1001" not in theirs
    # Ana of Alfa is an agent. Somebody of Beta with the same id is not.
    assert await agents(book) == [(ALFA, ANA)]
    assert "T-1001" in await workspaces.types(ALFA, ANA, "/ticket list")
    assert "T-1001" not in await workspaces.types(BETA, ANA, "/ticket list")
    assert workspaces.refused == []


async def test_a_workspace_without_the_app_is_not_acknowledged(
    workspaces: Workspaces, desk: DeskProcess, book: Book
) -> None:
    await workspaces.install(ALFA)
    assert await workspaces.says(BETA, ION, "Nu pot crea curse noi") == 500
    assert await book.count("tickets") == 0
    desk.log_file.write_text("")  # that it was refused is logged as an error, as it should be
