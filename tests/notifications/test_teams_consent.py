"""Writing a file where Teams has made room for it: there and nowhere else, and without our token."""

import pytest
from aiohttp import web

from notifications.chat import SendError
from notifications.teams.send import TeamsChat
from tests.connector_in_tests import CHAT, Connector

TEAMS = "https://smba.trafficmanager.net/teams/"


def taking(elsewhere: Connector, status: int, **headers: str) -> list[tuple[str, str, str, bytes]]:
    """Let a server take what is written; return what it will have been given."""
    given: list[tuple[str, str, str, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        sent = request.headers
        given.append(
            (request.method, sent.get("Authorization", ""), sent["Content-Range"], await request.read())
        )
        return web.Response(status=status, headers=headers)

    elsewhere.answers.append(take)
    return given


@pytest.fixture(autouse=True)
def _reads_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.connector_in_tests.json.loads", lambda _raw: None)


async def test_a_file_is_written_whole_and_without_the_token(chat: TeamsChat, elsewhere: Connector) -> None:
    given = taking(elsewhere, 201)
    await chat.upload(f"{elsewhere.url}/up?tempauth=a%2Bb", b"%PDF-1.7")
    assert given == [("PUT", "", "bytes 0-7/8", b"%PDF-1.7")]
    assert elsewhere.asked[0].query == {"tempauth": "a+b"}


@pytest.mark.parametrize(
    ("status", "temporary"), [(202, False), (302, False), (401, False), (404, False), (503, True)]
)
async def test_a_file_that_is_not_taken_is_told(
    chat: TeamsChat, elsewhere: Connector, status: int, temporary: bool
) -> None:
    taking(elsewhere, status, Location="https://evil.example/")
    with pytest.raises(SendError) as caught:
        await chat.upload(elsewhere.url, b"x")
    assert str(caught.value) == "It could not be written into your OneDrive."
    assert caught.value.temporary is temporary
    assert len(elsewhere.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://sharepoint.com.evil.example/x",
        "https://evilsharepoint.com/x",
        "https://contoso.sharepoint.com@evil.example/x",
        "https://evil.example\\@contoso.sharepoint.com/x",
        "https://ion:secret@contoso.sharepoint.com/x",
        "https://contoso.sharepoint.com:8443/x",
        "http://contoso.sharepoint.com/x",
        "ftp://contoso.sharepoint.com/x",
        "https://169.254.169.254/x",
        "//contoso.sharepoint.com/x",
        "https://[",
        "",
    ],
)
async def test_files_are_written_to_no_other_address(chat: TeamsChat, url: str) -> None:
    with pytest.raises(SendError, match="only into OneDrive"):
        await chat.upload(url, b"x", TEAMS)


async def test_nothing_is_written_on_this_machine_where_the_service_is_elsewhere(
    chat: TeamsChat, elsewhere: Connector
) -> None:
    with pytest.raises(SendError, match="only into OneDrive"):
        await chat.upload(elsewhere.url, b"x", TEAMS)
    assert elsewhere.asked == []


async def test_what_stands_for_an_offer_is_posted_before_that_goes(chat: TeamsChat, teams: Connector) -> None:
    await chat.put_in_place("T1", CHAT, {"type": "personal"}, "7", {"type": "message"})
    assert [method for method, _path in teams.calls] == ["POST", "DELETE"]
    assert teams.calls[1][1].endswith("/activities/7")
