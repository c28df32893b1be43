"""Posting to Slack, against a small server that answers as Slack does, and as networks do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from desk.messages import Attached, Form, Message, Text
from notifications.chat import Carried, Chat, FilesLeft, SendError
from notifications.slack.send import SlackChat
from storage.letters import Letter

HELLO = Message((Text(("Bună ziua",)),), "ro")


class FakeSlack:
    """Answers what the test put in; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.answers: list[Callable[[web.Request], Any]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        form = request.content_type == "application/x-www-form-urlencoded"
        sent = request.content_type == "application/json"
        body = dict(await request.post()) if form else json.loads(raw) if sent and raw else {}
        self.asked.append((request.path.rpartition("/")[2], body, request.headers.get("Authorization", "")))
        if self.answers:
            answer = self.answers.pop(0)(request)
            given: web.StreamResponse = await answer if asyncio.iscoroutine(answer) else answer
            return given
        return web.json_response({"ok": True, "ts": f"1.{len(self.asked)}"})

    def refuses(self, error: str) -> None:
        self.answers.append(lambda _: web.json_response({"ok": False, "error": error}))

    def answers_with(self, status: int, **headers: str) -> None:
        self.answers.append(lambda _: web.Response(status=status, headers=headers, text="no"))

    def says(self, **answer: Any) -> None:
        self.answers.append(lambda _: web.json_response({"ok": True, **answer}))


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = FakeSlack()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/api/"))
        yield fake


@pytest.fixture
async def chat(slack: FakeSlack) -> AsyncIterator[SlackChat]:
    async def token_for(workspace: str) -> str:
        return f"xoxb-{workspace}"

    async with aiohttp.ClientSession() as session:
        yield SlackChat(session, token_for, slack.url)


def letter(message: Message | None = HELLO, *, thread: str | None = None, edits: str | None = None) -> Letter:
    return Letter(7, 2, 1, "slack", "T1", "C1", message, "card:1", thread, edits, 0)


async def failure(chat: SlackChat, one: Letter | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await chat.send(one or letter())
    return caught.value


async def test_a_letter_is_posted_with_its_mark_in_its_thread(chat: Chat, slack: FakeSlack) -> None:
    assert await chat.send(letter(thread="1.0")) == "1.1"
    method, body, authorization = slack.asked[0]
    assert method == "chat.postMessage"
    assert authorization == "Bearer xoxb-T1"
    assert (body["channel"], body["thread_ts"], body["text"]) == ("C1", "1.0", "Bună ziua")
    assert body["metadata"] == {"event_type": "dispecer_post", "event_payload": {"id": 7, "revision": 2}}
    assert (body["unfurl_links"], body["unfurl_media"], body.get("link_names")) == (False, False, None)


async def test_an_edit_changes_the_post(chat: SlackChat, slack: FakeSlack) -> None:
    assert await chat.send(letter(edits="0.5")) == "0.5"
    assert slack.asked[0][0] == "chat.update"
    assert slack.asked[0][1]["ts"] == "0.5"


async def test_an_edit_of_what_one_person_was_told_is_made_in_the_conversation_with_them(
    chat: SlackChat, slack: FakeSlack
) -> None:
    direct = replace(letter(edits="0.5"), conversation="U5")
    slack.says(channel={"id": "D5"})
    assert await chat.send(direct) == await chat.send(direct) == "0.5"
    assert [(method, body.get("channel")) for method, body, _ in slack.asked] == [
        ("conversations.open", None),
        ("chat.update", "D5"),
        ("chat.update", "D5"),
    ]
    assert slack.asked[0][1] == {"users": "U5"}


async def test_a_card_that_somebody_deleted_is_posted_again(chat: SlackChat, slack: FakeSlack) -> None:
    slack.refuses("message_not_found")
    assert await chat.send(letter(edits="0.5", thread="0.1")) == "1.2"
    assert [method for method, _, _ in slack.asked] == ["chat.update", "chat.postMessage"]
    assert slack.asked[1][1]["thread_ts"] == "0.1"


@pytest.mark.parametrize("error", [None, "message_not_found"])
async def test_no_message_takes_the_post_back(chat: SlackChat, slack: FakeSlack, error: str | None) -> None:
    if error:
        slack.refuses(error)
    assert await chat.send(letter(None, edits="0.5")) == "0.5"
    assert slack.asked[0][:2] == ("chat.delete", {"channel": "C1", "ts": "0.5"})


async def test_there_is_nothing_to_take_back_that_was_never_posted(chat: SlackChat, slack: FakeSlack) -> None:
    assert await chat.send(letter(None)) == ""
    assert slack.asked == []


async def test_a_channel_that_is_too_busy_says_when_to_come_back(chat: SlackChat, slack: FakeSlack) -> None:
    slack.answers_with(429, **{"Retry-After": "17"})
    error = await failure(chat)
    assert (error.temporary, error.retry_after, error.everywhere, error.uncertain) == (True, 17, False, False)


@pytest.mark.parametrize("message", [HELLO, None])
async def test_edits_are_limited_for_the_whole_workspace(
    chat: SlackChat, slack: FakeSlack, message: Message | None
) -> None:
    slack.answers_with(429, **{"Retry-After": "3"})
    error = await failure(chat, letter(message, edits="0.5"))
    assert (error.temporary, error.retry_after, error.everywhere) == (True, 3, True)


async def test_a_workspace_that_takes_no_more_posts_takes_them_nowhere(
    chat: SlackChat, slack: FakeSlack
) -> None:
    slack.refuses("message_limit_exceeded")
    error = await failure(chat)
    assert (error.temporary, error.everywhere) == (True, True)


def test_the_pace_of_a_place_is_within_what_slack_takes_of_edits() -> None:
    ((_most, seconds),) = SlackChat.limits
    assert 60 / seconds <= 50


@pytest.mark.parametrize("header", ["soon", "-1", "²"])
async def test_a_strange_retry_after_is_none(chat: SlackChat, slack: FakeSlack, header: str) -> None:
    slack.answers_with(429, **{"Retry-After": header})
    error = await failure(chat)
    assert (error.temporary, error.retry_after) == (True, None)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failing_slack_may_have_posted_all_the_same(
    chat: SlackChat, slack: FakeSlack, status: int
) -> None:
    slack.answers_with(status)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


async def test_so_may_one_that_does_not_answer_in_time(chat: SlackChat, slack: FakeSlack) -> None:
    held = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await held.wait()
        return web.Response()

    await chat.send(letter())  # the connection stands
    chat._timeout = aiohttp.ClientTimeout(total=0.3)
    slack.answers.append(never)
    error = await failure(chat)
    held.set()
    assert (error.temporary, error.uncertain) == (True, True)


async def test_so_may_one_that_hangs_up(chat: SlackChat, slack: FakeSlack) -> None:
    def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    slack.answers.append(hang_up)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


async def test_one_that_cannot_be_reached_has_not(chat: SlackChat) -> None:
    chat._api_url = "http://127.0.0.1:9/api/"
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, False)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
async def test_slack_admits_that_a_part_may_be_done(chat: SlackChat, slack: FakeSlack, code: str) -> None:
    slack.refuses(code)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("not_in_channel", "/invite"),
        ("channel_not_found", "exist"),
        ("is_archived", "archived"),
        ("invalid_auth", "Install"),
        ("account_inactive", "Install"),
        ("token_revoked", "Install"),
        ("missing_scope", "manifest.json"),
        ("restricted_action", "administrator"),
        ("msg_blocks_too_long", "too long"),
        ("invalid_blocks", "report"),
        ("edit_window_closed", "change"),
        ("something_new", "something_new"),
    ],
)
async def test_a_refusal_is_final_and_says_what_to_do(
    chat: SlackChat, slack: FakeSlack, code: str, word: str
) -> None:
    slack.refuses(code)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (False, False)
    assert word in str(error)


@pytest.mark.parametrize(
    ("code", "closed"),
    [
        ("not_in_channel", True),
        ("channel_not_found", True),
        ("is_archived", True),
        ("account_inactive", True),
        ("token_revoked", True),
        ("user_not_found", True),
        ("invalid_auth", False),
        ("missing_scope", False),
        ("msg_too_long", False),
        ("restricted_action_thread_locked", False),
        ("ratelimited", False),
        ("internal_error", False),
    ],
)
async def test_where_nobody_hears_us_the_place_is_closed(
    chat: SlackChat, slack: FakeSlack, code: str, closed: bool
) -> None:
    slack.refuses(code)
    assert (await failure(chat)).closed is closed


async def test_a_page_of_a_proxy_is_no_answer(chat: SlackChat, slack: FakeSlack) -> None:
    slack.answers_with(200)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


def post(number: int, letter_id: int | None = None, revision: int = 2) -> dict[str, Any]:
    message: dict[str, Any] = {"ts": f"{number}.0", "text": "x"}
    if letter_id is not None:
        payload = {"id": letter_id, "revision": revision}
        message["metadata"] = {"event_type": "dispecer_post", "event_payload": payload}
    return message


async def test_a_letter_is_found_by_its_mark(chat: SlackChat, slack: FakeSlack) -> None:
    slack.says(messages=[post(3), post(4, 6), post(5, 7, revision=1), post(6, 7)])
    assert await chat.find(letter()) == "6.0"
    method, query, _ = slack.asked[0]
    assert (method, query["channel"], query["include_all_metadata"]) == (
        "conversations.history",
        "C1",
        "true",
    )


async def test_a_letter_that_is_not_there_did_not_arrive(chat: SlackChat, slack: FakeSlack) -> None:
    slack.says(messages=[post(3)], response_metadata={"next_cursor": "more"})
    assert await chat.find(letter()) is None
    assert len(slack.asked) == 1


async def test_a_thread_is_read_to_its_end(chat: SlackChat, slack: FakeSlack) -> None:
    slack.says(messages=[post(3)], response_metadata={"next_cursor": "more"})
    slack.says(messages=[post(4, 7)])
    assert await chat.find(letter(thread="1.0")) == "4.0"
    assert [method for method, _, _ in slack.asked] == ["conversations.replies"] * 2
    assert (slack.asked[1][1]["ts"], slack.asked[1][1]["cursor"]) == ("1.0", "more")


async def test_a_post_of_an_older_revision_is_edited_and_not_repeated(
    chat: SlackChat, slack: FakeSlack
) -> None:
    slack.says(messages=[post(5, 7, revision=1)])
    assert await chat.find(letter()) == "5.0"
    method, body, _ = slack.asked[1]
    assert (method, body["channel"], body["ts"], body["text"]) == ("chat.update", "C1", "5.0", "Bună ziua")
    assert body["metadata"]["event_payload"] == {"id": 7, "revision": 2}


@pytest.mark.parametrize("revision", [1, 2])
async def test_a_post_that_is_not_wanted_any_more_is_taken_back_when_it_is_found(
    chat: SlackChat, slack: FakeSlack, revision: int
) -> None:
    slack.says(messages=[post(5, 7, revision=revision)])
    assert await chat.find(letter(None)) == "5.0"
    assert slack.asked[1][:2] == ("chat.delete", {"channel": "C1", "ts": "5.0"})


def to_ana(**more: Any) -> Letter:
    return replace(letter(**more), conversation="U0ANA")


async def test_in_a_direct_conversation_the_desk_asks_for_its_channel_once(
    chat: SlackChat, slack: FakeSlack
) -> None:
    slack.says(channel={"id": "D1"})
    for _ in range(2):
        slack.says(messages=[post(5, 7)])
        assert await chat.find(to_ana()) == "5.0"
    assert [method for method, _, _ in slack.asked] == [
        "conversations.open",
        "conversations.history",
        "conversations.history",
    ]
    assert slack.asked[0][1] == {"users": "U0ANA"}
    assert slack.asked[1][1]["channel"] == "D1"


async def test_posting_to_a_person_tells_their_channel_for_what_follows(
    chat: SlackChat, slack: FakeSlack
) -> None:
    slack.says(ts="5.0", channel="D1")
    assert await chat.send(to_ana()) == "5.0"
    await chat.send(to_ana(edits="5.0"))
    await chat.send(replace(to_ana(edits="5.0"), message=None))
    assert [(method, body["channel"]) for method, body, _ in slack.asked] == [
        ("chat.postMessage", "U0ANA"),
        ("chat.update", "D1"),
        ("chat.delete", "D1"),
    ]


async def test_conversations_with_people_are_remembered_for_some_only(
    chat: SlackChat, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.slack.send._PEOPLE_REMEMBERED", 2)
    for user in ("U1", "U2", "U1", "U3"):
        slack.says(ts="5.0", channel=f"D{user}")
        await chat.send(replace(letter(), conversation=user))
    assert chat._direct == {("T1", "U1"): "DU1", ("T1", "U3"): "DU3"}


@pytest.mark.parametrize("answer", [{}, {"ts": None}, {"ts": ""}, {"ts": {"ts": "1.1"}}])
async def test_a_post_without_its_ts_may_have_arrived(
    chat: SlackChat, slack: FakeSlack, answer: dict[str, Any]
) -> None:
    slack.says(**answer)
    error = await failure(chat)
    assert (error.temporary, error.uncertain) == (True, True)


@pytest.mark.parametrize("answer", [{}, {"channel": "D1"}, {"channel": []}, {"channel": {"id": None}}])
async def test_a_conversation_that_slack_does_not_name_is_asked_for_again(
    chat: SlackChat, slack: FakeSlack, answer: dict[str, Any]
) -> None:
    slack.says(**answer)
    error = await failure(chat, to_ana(edits="5.0"))
    assert (error.temporary, error.uncertain) == (True, False)
    slack.says(channel={"id": "D1"})
    assert await chat.send(to_ana(edits="5.0")) == "5.0"


@pytest.mark.parametrize("answer", [{}, {"channel": None}, {"channel": "C1"}, {"channel": [1]}])
async def test_a_channel_of_which_slack_tells_nothing_has_nothing(
    chat: SlackChat, slack: FakeSlack, answer: dict[str, Any]
) -> None:
    slack.says(**answer)
    assert await chat.channel("T1", "C1") == {}


@pytest.mark.parametrize("answer", [{}, {"messages": None}, {"messages": {"ts": "1.1"}}])
async def test_a_letter_is_not_missing_because_slack_told_no_messages(
    chat: SlackChat, slack: FakeSlack, answer: dict[str, Any]
) -> None:
    slack.says(**answer)
    with pytest.raises(SendError) as caught:
        await chat.find(letter())
    assert caught.value.temporary


async def test_strange_messages_are_passed_over(chat: SlackChat, slack: FakeSlack) -> None:
    strange = [None, 1, "text", {"metadata": "text"}, {"metadata": {"event_payload": 1}}]
    slack.says(messages=strange, response_metadata=None)
    assert await chat.find(letter()) is None


async def test_a_file_for_which_slack_names_no_place_is_left_and_the_post_stands(
    chat: SlackChat, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.files._PAUSE", 0.0)
    file = Carried(Attached(id="F1", name="a.txt", platform="slack", workspace="T1"), b"hello")
    slack.says(ts="1.1")
    slack.says(upload_url=None)
    with pytest.raises(FilesLeft) as caught:
        await chat.send(letter(), [file])
    assert (caught.value.post, [one.file.name for one in caught.value.left]) == ("1.1", ["a.txt"])
    assert [method for method, _body, _ in slack.asked][:2] == [
        "chat.postMessage",
        "files.getUploadURLExternal",
    ]


async def test_asking_may_fail_too_and_holds_up_no_other_place(chat: SlackChat, slack: FakeSlack) -> None:
    slack.answers_with(429, **{"Retry-After": "60"})
    with pytest.raises(SendError) as caught:
        await chat.find(letter())
    assert (caught.value.retry_after, caught.value.everywhere) == (60, False)


async def test_answers_to_one_person(chat: SlackChat, slack: FakeSlack) -> None:
    await chat.ephemeral("T1", "C1", "U1", HELLO, thread="1.0")
    await chat.open_form("T1", "trigger", Form("a.b", "Title", "Send", (), "7"))
    await chat.respond(slack.url + "respond", HELLO)
    await chat.say("T1", "D1", HELLO)
    ephemeral, opened, responded, told = slack.asked
    assert (ephemeral[0], ephemeral[1]["user"], ephemeral[1]["thread_ts"]) == (
        "chat.postEphemeral",
        "U1",
        "1.0",
    )
    assert (opened[0], opened[1]["trigger_id"], opened[1]["view"]["callback_id"]) == (
        "views.open",
        "trigger",
        "a.b",
    )
    assert (responded[1]["response_type"], responded[1]["replace_original"]) == ("ephemeral", False)
    assert responded[2] == ""
    assert (told[0], told[1]["channel"]) == ("chat.postMessage", "D1")


async def test_a_used_up_response_url_is_told(chat: SlackChat, slack: FakeSlack) -> None:
    slack.answers_with(404)
    with pytest.raises(SendError) as caught:
        await chat.respond(slack.url + "respond", HELLO)
    assert not caught.value.temporary


PHOTO = Attached("poza.png", "teams", "tenant", kind="image/png", url="https://files.example/poza.png")


async def test_a_file_is_uploaded_below_the_post_that_it_came_with(chat: SlackChat, slack: FakeSlack) -> None:
    slack.says(ts="1.1", channel="C1")
    slack.says(upload_url=slack.url + "upload", file_id="F1")
    slack.answers.append(lambda _: web.Response(text="OK"))
    assert await chat.send(letter(), [Carried(PHOTO, b"\x89PNG")]) == "1.1"
    (asked, form, _), (_upload, _raw, token), (_done, body, _) = slack.asked[1:]
    assert (asked, form) == ("files.getUploadURLExternal", {"filename": "poza.png", "length": "4"})
    assert token == ""
    assert body == {"files": [{"id": "F1", "title": "poza.png"}], "channel_id": "C1", "thread_ts": "1.1"}


async def test_a_file_that_cannot_travel_is_named_with_the_reason_and_where_it_is(
    chat: SlackChat, slack: FakeSlack
) -> None:
    await chat.send(letter(), [Carried(PHOTO, None, "It could not be fetched.")])
    ((_, body, _),) = slack.asked
    assert "<https://files.example/poza.png|poza.png> · Fișierul nu a putut fi preluat." in json.dumps(
        body, ensure_ascii=False
    )


async def test_an_upload_that_fails_says_why_and_is_not_repeated(chat: SlackChat, slack: FakeSlack) -> None:
    slack.says(ts="1.1", channel="C1")
    slack.refuses("missing_scope")
    with pytest.raises(FilesLeft) as caught:
        await chat.send(letter(), [Carried(PHOTO, b"\x89PNG")])
    ((file, data, reason),) = caught.value.left
    assert (caught.value.post, file, data) == ("1.1", PHOTO, None)
    assert "lacks a permission" in reason
    assert len(slack.asked) == 2


async def test_an_upload_for_which_slack_is_too_busy_is_tried_again_and_the_post_is_not(
    chat: SlackChat, slack: FakeSlack
) -> None:
    slack.says(ts="1.1", channel="C1")
    slack.answers_with(429, **{"Retry-After": "0"})
    slack.says(upload_url=slack.url + "upload", file_id="F1")
    slack.answers.append(lambda _: web.Response(text="OK"))
    assert await chat.send(letter(), [Carried(PHOTO, b"\x89PNG")]) == "1.1"
    assert [method for method, _body, _ in slack.asked] == [
        "chat.postMessage",
        "files.getUploadURLExternal",
        "files.getUploadURLExternal",
        "upload",
        "files.completeUploadExternal",
    ]


async def test_what_was_uploaded_is_told_though_nobody_knows_whether_it_is_shown(
    chat: SlackChat, slack: FakeSlack
) -> None:
    made: list[str] = []
    slack.says(ts="1.1", channel="C1")
    slack.says(upload_url=slack.url + "upload", file_id="F1")
    slack.answers.append(lambda _: web.Response(text="OK"))
    slack.answers_with(502)
    with pytest.raises(FilesLeft):
        await chat.send(letter(), [Carried(PHOTO, b"\x89PNG")], made.append)
    assert made == ["F1"]


@pytest.mark.parametrize("error", [None, "file_deleted", "file_not_found", "cant_delete_file"])
async def test_what_is_taken_back_takes_its_files_along_as_far_as_slack_lets_them_go(
    chat: SlackChat, slack: FakeSlack, error: str | None
) -> None:
    if error:
        slack.refuses(error)
    assert await chat.send(replace(letter(None, edits="0.5"), brought=("F1", "F2"))) == "0.5"
    assert [(method, body) for method, body, _ in slack.asked] == [
        ("files.delete", {"file": "F1"}),
        ("files.delete", {"file": "F2"}),
        ("chat.delete", {"channel": "C1", "ts": "0.5"}),
    ]


async def test_files_that_slack_is_too_busy_to_delete_are_asked_for_again_and_hold_up_no_other_place(
    chat: SlackChat, slack: FakeSlack
) -> None:
    slack.answers_with(429, **{"Retry-After": "17"})
    error = await failure(chat, replace(letter(None, edits="0.5"), brought=("F1",)))
    assert (error.temporary, error.retry_after, error.everywhere) == (True, 17, False)


async def test_an_edit_leaves_the_files_where_they_are(chat: SlackChat, slack: FakeSlack) -> None:
    await chat.send(replace(letter(edits="0.5"), brought=("F1",)))
    assert [method for method, _, _ in slack.asked] == ["chat.update"]


async def test_a_file_of_slacks_is_fetched_with_the_token_from_slack_alone(
    chat: SlackChat, slack: FakeSlack
) -> None:
    file = Attached("log.txt", "slack", "T1", id="F7")
    slack.says(file={"url_private_download": slack.url + "files/F7"})
    slack.answers.append(lambda _: web.Response(body=b"0123456789"))
    assert await chat.fetch(file, 10) == b"0123456789"
    assert slack.asked[-1][2] == "Bearer xoxb-T1"
    slack.says(file={"url_private_download": "https://evil.example/F7"})
    with pytest.raises(SendError, match="does not hand this file out"):
        await chat.fetch(file, 10)
    slack.says(file={"url_private_download": slack.url + "files/F7"})
    slack.answers.append(lambda _: web.Response(body=b"0123456789A"))
    with pytest.raises(SendError, match="too large"):
        await chat.fetch(file, 10)
