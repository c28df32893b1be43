"""Posting to Teams, against a small server that answers as the connector does."""

import asyncio

import pytest
from msgspec.structs import replace

from desk.messages import Attached
from notifications.chat import Bucket, Carried, Chat
from notifications.teams.send import TeamsChat
from storage.letters import Letter
from tests.connector_in_tests import CHANNEL, CHAT, HELLO, MAN, Connector, letter


async def test_a_letter_is_posted_in_its_conversation(chat: Chat, teams: Connector) -> None:
    assert await chat.send(letter()) == "1.1"
    (asked,) = teams.asked
    assert (asked.method, asked.token) == ("POST", "Bearer token-1")
    assert asked.path == "/v3/conversations/19%3Aabc%40thread.tacv2/activities"
    assert (asked.body["type"], asked.body["from"], asked.body["conversation"]) == (
        "message",
        {"id": "28:app"},
        {"id": CHANNEL},
    )
    assert "recipient" not in asked.body


async def test_ids_cannot_lead_to_another_address(chat: TeamsChat, teams: Connector) -> None:
    await chat.send(letter(to="a:1/../x?y#z", edits="1/2"))
    assert teams.asked[0].path == "/v3/conversations/a%3A1%2F..%2Fx%3Fy%23z/activities/1%2F2"


async def test_in_a_channel_a_thread_is_part_of_the_conversations_id(
    chat: TeamsChat, teams: Connector
) -> None:
    await chat.send(letter(thread="9.0"))
    assert teams.asked[0].path == "/v3/conversations/19%3Aabc%40thread.tacv2%3Bmessageid%3D9.0/activities"
    assert teams.asked[0].body["conversation"] == {"id": f"{CHANNEL};messageid=9.0"}


@pytest.mark.parametrize(
    ("to", "kind"), [(CHAT, "personal"), ("19:g@thread.v2", "groupChat"), ("19:g@thread.v2", "")]
)
async def test_elsewhere_there_are_no_threads(chat: TeamsChat, teams: Connector, to: str, kind: str) -> None:
    await chat.send(letter(to=to, thread="9.0", type=kind))
    assert teams.asked[0].body["conversation"] == {"id": to}


async def test_what_a_letter_knows_of_its_place_goes_before_the_settings(
    chat: TeamsChat, teams: Connector
) -> None:
    await chat.send(letter(service_url=f"{teams.url}amer", bot="28:other"))
    assert teams.asked[0].path.startswith("/amer/v3/conversations/")
    assert teams.asked[0].body["from"] == {"id": "28:other"}


async def test_a_thread_whose_beginning_was_deleted_goes_on_in_the_channel(
    chat: TeamsChat, teams: Connector
) -> None:
    teams.refuses(404, "ActivityNotFoundInConversation")
    assert await chat.send(letter(thread="9.0")) == "1.2"
    assert teams.asked[1].body["conversation"] == {"id": CHANNEL}


async def test_an_edit_changes_the_post(chat: TeamsChat, teams: Connector) -> None:
    assert await chat.send(letter(edits="0.5")) == "0.5"
    assert teams.calls == [("PUT", "/v3/conversations/19%3Aabc%40thread.tacv2/activities/0.5")]
    assert teams.asked[0].body["id"] == "0.5"


@pytest.mark.parametrize("code", ["", "ActivityNotFoundInConversation"])
async def test_a_card_that_somebody_deleted_is_posted_again(
    chat: TeamsChat, teams: Connector, code: str
) -> None:
    teams.refuses(404, code)
    assert await chat.send(letter(edits="0.5")) == "1.2"
    assert [one.method for one in teams.asked] == ["PUT", "POST"]


@pytest.mark.parametrize("status", [200, 404])
async def test_no_message_takes_the_post_back(chat: TeamsChat, teams: Connector, status: int) -> None:
    teams.answers_with(status)
    assert await chat.send(letter(None, edits="0.5")) == "0.5"
    assert teams.calls == [("DELETE", "/v3/conversations/19%3Aabc%40thread.tacv2/activities/0.5")]
    assert teams.asked[0].body is None


async def test_where_nothing_can_be_deleted_a_dash_remains(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(501, "NotImplemented")
    assert await chat.send(letter(None, edits="0.5")) == "0.5"
    assert [one.method for one in teams.asked] == ["DELETE", "PUT"]
    assert (teams.asked[1].body["text"], "attachments" in teams.asked[1].body) == ("—", False)


async def test_there_is_nothing_to_take_back_that_was_never_posted(chat: TeamsChat, teams: Connector) -> None:
    assert await chat.send(letter(None)) == await chat.send(letter(None, edits="")) == ""
    assert teams.asked == []


@pytest.mark.parametrize("one", [letter(to=MAN), letter(to="user-id-0"), letter(to="00-aad", type="person")])
async def test_with_a_person_a_conversation_is_made_first_and_once(
    chat: TeamsChat, teams: Connector, one: Letter
) -> None:
    teams.says({"id": CHAT}, 201)
    await chat.send(one)
    await chat.send(replace(one, edits="0.5"))
    assert teams.calls == [
        ("POST", "/v3/conversations"),
        ("POST", "/v3/conversations/a%3A1%2Fx/activities"),
        ("PUT", "/v3/conversations/a%3A1%2Fx/activities/0.5"),
    ]
    assert teams.asked[0].body == {
        "bot": {"id": "28:app"},
        "members": [{"id": one.conversation}],
        "isGroup": False,
        "tenantId": "T1",
        "channelData": {"tenant": {"id": "T1"}},
    }


async def test_conversations_with_people_are_remembered_for_some_only(
    chat: TeamsChat, teams: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.teams.send._PEOPLE_REMEMBERED", 2)
    for person in ("29:a", "29:b", "29:a", "29:c", "29:a", "29:b"):
        await chat.send(letter(to=person))
    made = [one.body["members"][0]["id"] for one in teams.asked if one.path == "/v3/conversations"]
    assert made == ["29:a", "29:b", "29:c", "29:b"]


async def test_the_same_person_in_another_tenant_is_somebody_else(chat: TeamsChat, teams: Connector) -> None:
    await chat.send(letter(to=MAN))
    await chat.send(replace(letter(to=MAN), workspace="T2"))
    assert [one.body["tenantId"] for one in teams.asked if "tenantId" in one.body] == ["T1", "T2"]


async def test_teams_cannot_be_asked_what_arrived_so_a_doubtful_letter_is_sent_once_more(
    chat: Chat, teams: Connector
) -> None:
    assert await chat.find(replace(letter(), doubtful=True)) is None
    assert await chat.find(replace(letter(edits="0.5"), doubtful=True)) is None
    assert teams.asked == []


async def test_a_post_whose_id_is_not_told_has_arrived_all_the_same(
    chat: TeamsChat, teams: Connector
) -> None:
    teams.answers_with(202)
    assert await chat.send(letter()) == ""
    await chat.send(letter(edits=""))
    assert teams.asked[1].method == "POST"


async def test_what_is_said_beside_the_outbox(chat: TeamsChat, teams: Connector) -> None:
    await chat.say("T1", CHANNEL, HELLO, {"bot": "28:b", "type": "channel"}, "9.0")
    assert teams.asked[0].body["conversation"] == {"id": f"{CHANNEL};messageid=9.0"}
    assert teams.asked[0].body["from"] == {"id": "28:b"}


async def test_files_below_a_post_keep_the_pace_of_the_conversation(
    chat: TeamsChat, teams: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[tuple[float, int]] = []

    async def sleep(seconds: float) -> None:
        waited.append((seconds, len(teams.asked)))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    files = [Carried(Attached(f"{n}.pdf", "slack", "T1"), b"%PDF") for n in range(3)]
    await chat.send(letter(to=CHAT), files)
    assert waited == [(0.6, 1), (0.6, 2), (0.6, 3)]
    assert len(teams.asked) == 4


async def test_what_a_file_became_is_told_and_taken_back_with_its_message(
    chat: TeamsChat, teams: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TeamsChat, "limits", (Bucket(1, 0.0),))
    made: list[str] = []
    files = [
        Carried(Attached("a.png", "slack", "T1"), b"\x89PNG\r\n\x1a\n"),
        Carried(Attached("b.pdf", "slack", "T1"), b"%PDF"),
    ]
    post = await chat.send(letter(to=CHAT), files, made.append)
    assert (post, made) == ("1.1", ["1.2", "1.3"])

    taken_back = replace(letter(None, to=CHAT, edits=post), brought=tuple(made))
    teams.answers_with(404)  # somebody deleted it, or took the file that it offered
    teams.refuses(501, "NotImplemented")
    assert await chat.send(taken_back) == "1.1"
    assert [(method, path.rpartition("/")[2]) for method, path in teams.calls[3:]] == [
        ("DELETE", "1.2"),
        ("DELETE", "1.3"),
        ("PUT", "1.3"),
        ("DELETE", "1.1"),
    ]
    assert (teams.asked[5].body["text"], "attachments" in teams.asked[5].body) == ("—", False)


async def test_the_words_go_though_a_file_may_not(chat: TeamsChat, teams: Connector) -> None:
    teams.refuses(403, "Forbidden")
    assert await chat.send(replace(letter(None, to=CHAT, edits="0.5"), brought=("0.6",))) == "0.5"
    assert [one.method for one in teams.asked] == ["DELETE", "DELETE"]


async def test_an_edit_leaves_the_files_where_they_are(chat: TeamsChat, teams: Connector) -> None:
    await chat.send(replace(letter(to=CHAT, edits="0.5"), brought=("0.6",)))
    assert [one.method for one in teams.asked] == ["PUT"]
