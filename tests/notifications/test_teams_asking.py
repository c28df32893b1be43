"""Asking Teams for people and files; the token goes to nobody else."""

import pytest
from aiohttp import web

from desk.messages import Attached
from notifications.chat import SendError
from notifications.teams.errors import TeamsRefused
from notifications.teams.send import TeamsChat
from tests.connector_in_tests import CHANNEL, CHAT, MAN, Connector


async def test_the_members_of_a_conversation_come_page_by_page(chat: TeamsChat, teams: Connector) -> None:
    teams.says({"members": [{"id": "29:a"}], "continuationToken": "a+b/c"})
    teams.says({"members": [{"id": "29:b"}]})
    assert await chat.members(teams.url, CHANNEL, "T1") == [{"id": "29:a"}, {"id": "29:b"}]
    assert teams.calls == [("GET", "/v3/conversations/19%3Aabc%40thread.tacv2/pagedmembers")] * 2
    assert [one.query for one in teams.asked] == [
        {"pageSize": "500"},
        {"pageSize": "500", "continuationToken": "a+b/c"},
    ]


async def test_a_list_of_members_that_never_ends_is_left(
    chat: TeamsChat, teams: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.teams.send._MOST_PAGES", 3)
    for _ in range(5):
        teams.says({"members": [], "continuationToken": "again"})
    await chat.members("", CHANNEL, "T1")
    assert len(teams.asked) == 3


async def test_one_member_is_asked_for(chat: TeamsChat, teams: Connector) -> None:
    teams.says({"id": MAN, "name": "Ion", "email": "ion@example.com"})
    assert (await chat.member(teams.url, CHAT, MAN))["name"] == "Ion"
    assert teams.calls == [("GET", "/v3/conversations/a%3A1%2Fx/members/29%3A1-ion")]


async def test_somebody_who_is_not_there_is_told(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(404, "MemberNotFoundInConversation")
    with pytest.raises(TeamsRefused) as caught:
        await chat.member(teams.url, CHAT, MAN)
    assert (caught.value.status, caught.value.code) == (404, "MemberNotFoundInConversation")


async def test_a_file_of_the_service_is_fetched_with_the_token(chat: TeamsChat, teams: Connector) -> None:
    teams.answers_with(body=b"x" * 100_000)
    url = teams.url.replace("/teams/", "/v3/attachments/1/views/original")
    assert len(await chat.download(url, 100_000)) == 100_000
    assert teams.asked[0].token == "Bearer token-1"


async def test_a_file_that_teams_hands_to_people_alone_is_not_asked_for(
    chat: TeamsChat, teams: Connector
) -> None:
    file = Attached("raport.pdf", "teams", "T1", url=teams.url, service_url=teams.url)
    with pytest.raises(SendError, match="only from the chat with one person"):
        await chat.fetch(file, 10)
    assert teams.asked == []


async def test_for_a_file_too_a_refused_token_is_renewed(chat: TeamsChat, teams: Connector) -> None:
    teams.answers_with(401)
    teams.answers_with(body=b"x")
    assert await chat.download(teams.url, 10) == b"x"
    assert [one.token for one in teams.asked] == ["Bearer token-1", "Bearer token-2"]


async def test_another_host_never_sees_the_token(
    chat: TeamsChat, teams: Connector, elsewhere: Connector
) -> None:
    elsewhere.answers_with(body=b"x")
    assert await chat.download(elsewhere.url, 10) == b"x"
    teams.answers_with(302, Location=elsewhere.url)
    elsewhere.answers_with(body=b"y")
    assert await chat.download(teams.url, 10) == b"y"
    assert [one.token for one in elsewhere.asked] == ["", ""]


async def test_another_host_cannot_lead_the_token_to_an_address_of_its_choice(
    chat: TeamsChat, teams: Connector, elsewhere: Connector
) -> None:
    elsewhere.answers_with(302, Location=f"{teams.url}v3/secret")
    teams.answers_with(body=b"x")
    await chat.download(elsewhere.url, 10)
    assert teams.asked[0].token == ""


async def download_fails(chat: TeamsChat, url: str, most: int = 10, **more: str) -> SendError:
    with pytest.raises(SendError) as caught:
        await chat.download(url, most, **more)
    return caught.value


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_file_that_is_too_large_is_not_read_to_its_end(
    chat: TeamsChat, teams: Connector, chunked: bool
) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if not chunked:
            response.content_length = 10**9
        await response.prepare(request)
        try:
            for _ in range(10_000):
                await response.write(b"x" * 100_000)
        except ConnectionError:
            pass
        return response

    teams.answers.append(endless)
    error = await download_fails(chat, teams.url, 200_000)
    assert (str(error), error.temporary) == ("It is too large to be passed on.", False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "/etc/passwd",
        "https://",
        "http://[",
        "",
    ],
)
async def test_files_are_fetched_from_no_other_addresses(chat: TeamsChat, url: str) -> None:
    assert "such an address" in str(await download_fails(chat, url))


async def test_this_machine_is_not_asked_where_the_service_is_elsewhere(
    chat: TeamsChat, teams: Connector
) -> None:
    error = await download_fails(chat, teams.url, service_url="https://smba.trafficmanager.net/teams/")
    assert "such an address" in str(error)
    assert teams.asked == []


@pytest.mark.parametrize(
    "to", ["ftp://127.0.0.1/x", "https://127.0.0.1:9/x", "http://example.com/", "http://["]
)
async def test_a_file_is_not_followed_to_another_scheme(chat: TeamsChat, teams: Connector, to: str) -> None:
    teams.answers_with(302, Location=to)
    assert "such an address" in str(await download_fails(chat, teams.url))


async def test_a_file_is_not_followed_for_ever(chat: TeamsChat, teams: Connector) -> None:
    for _ in range(10):
        teams.answers_with(302, Location=teams.url)
    assert str(await download_fails(chat, teams.url)) == "The file could not be fetched."
    assert len(teams.asked) == 5


@pytest.mark.parametrize(("status", "temporary"), [(404, False), (403, False), (503, True), (302, False)])
async def test_a_file_that_is_not_given_is_told(
    chat: TeamsChat, teams: Connector, status: int, temporary: bool
) -> None:
    teams.answers_with(status)
    error = await download_fails(chat, teams.url)
    assert (str(error), error.temporary) == ("The file could not be fetched.", temporary)
