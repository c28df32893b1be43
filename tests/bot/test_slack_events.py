"""What Slack tells us, translated."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.actions import translate
from bot.slack.events import with_thread
from bot.slack.words import unescape
from desk.incoming import File, Incoming, Line


def envelope(event: dict[str, Any], **more: Any) -> dict[str, Any]:
    ours = {"team_id": "T1", "user_id": "U0BOT", "is_bot": True}
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "authorizations": [ours],
        "event": event,
        **more,
    }


def message(**more: Any) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "user": "U1", "ts": "10.1", "text": "Nu merge", **more}


def heard(event: dict[str, Any], **more: Any) -> Incoming | None:
    return translate(envelope(event, **more), "ticket")


def known(event: dict[str, Any], **more: Any) -> Incoming:
    found = heard(event, **more)
    assert found is not None
    return found


def test_a_message_in_a_channel() -> None:
    assert known(message(channel_type="channel")) == Incoming(
        platform="slack",
        id="message:C1:10.1",
        kind="message",
        workspace="T1",
        user="U1",
        conversation="C1",
        message="10.1",
        text="Nu merge",
    )


@pytest.mark.parametrize(
    ("kind", "channel", "direct"), [("im", "D1", True), ("mpim", "G1", False), ("group", "C2", False)]
)
def test_where_a_message_was_said(kind: str, channel: str, direct: bool) -> None:
    assert known(message(channel_type=kind, channel=channel)).direct is direct


def test_a_message_and_its_mention_are_one() -> None:
    written = message(text="<@U0BOT>: nu merge")
    both = [known(written), known({**written, "type": "app_mention"}, event_id="Ev2")]
    assert len({one.id for one in both}) == 1
    assert {(one.text, one.mentioned) for one in both} == {("nu merge", True)}


def test_a_mention_that_was_edited_in_is_an_edit_only() -> None:
    assert heard({**message(), "type": "app_mention", "edited": {"ts": "11"}}) is None


def test_a_message_in_a_thread_and_the_root_of_one() -> None:
    assert known(message(thread_ts="9.0")).thread == "9.0"
    assert known(message(thread_ts="10.1")).thread is None
    assert known(message(thread_ts="9.0", subtype="thread_broadcast")).thread == "9.0"


def test_files_come_along() -> None:
    file = {
        "id": "F1",
        "title": "a &amp; b.png",
        "mimetype": "image/png",
        "size": 5,
        "permalink": "https://f/1",
    }
    one = known(message(subtype="file_share", text="", files=[file]))
    assert one.files == (File("F1", "a & b.png", "image/png", 5, "https://f/1"),)
    assert known(message(files=[{"id": "F2", "file_access": "check_file_info"}])).files == (File("F2", ""),)


@pytest.mark.parametrize(
    "event",
    [
        message(user="U0BOT"),
        message(bot_id="B1"),
        message(subtype="bot_message", user=None),
        message(subtype="channel_join"),
        message(subtype="channel_topic"),
        message(user="USLACKBOT"),
        {"type": "message", "channel": "C1"},
        {"type": "team_join"},
        {"type": "app_home_opened"},
        {},
    ],
)
def test_what_nobody_said_to_us_is_ignored(event: dict[str, Any]) -> None:
    assert heard(event) is None


def changed(before: dict[str, Any], now: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "channel_type": "channel",
        "event_ts": "12.0",
        "message": now,
        "previous_message": before,
        **more,
    }


def test_an_edit_says_what_it_is_now() -> None:
    before = {"user": "U1", "ts": "10.1", "text": "Nu merge", "thread_ts": "9.0"}
    one = known(changed(before, {**before, "text": "Nu merge deloc", "edited": {"ts": "11.0"}}))
    assert (one.kind, one.id, one.user) == ("edited", "edited:C1:10.1:11.0", "U1")
    assert (one.text, one.thread, one.message) == ("Nu merge deloc", "9.0", "10.1")


def test_a_link_that_grew_a_preview_is_no_edit() -> None:
    before = {"user": "U1", "ts": "10.1", "text": "<https://a.example>"}
    assert heard(changed(before, {**before, "attachments": [{"title": "A"}]})) is None
    assert (
        heard(changed({**before, "text": "x", "bot_id": "B"}, {**before, "text": "y", "bot_id": "B"})) is None
    )


def test_a_message_taken_back() -> None:
    gone = {"user": "U1", "ts": "10.1", "text": "Parola mea"}
    event = {"type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": "10.1"}
    one = known({**event, "previous_message": gone})
    assert (one.kind, one.id, one.message, one.user, one.text) == (
        "deleted",
        "deleted:C1:10.1",
        "10.1",
        "U1",
        "",
    )
    assert heard(event) is None
    root = changed(gone, {"subtype": "tombstone", "ts": "10.1", "user": "USLACKBOT", "text": "Deleted."})
    assert known(root) == one


def reaction(**more: Any) -> dict[str, Any]:
    item = {"type": "message", "channel": "C1", "ts": "10.1"}
    return {
        "type": "reaction_added",
        "user": "U2",
        "reaction": "ticket",
        "item_user": "U1",
        "item": item,
        **more,
    }


def test_the_ticket_emoji_marks_a_message() -> None:
    one = known(reaction())
    assert (one.kind, one.user, one.author, one.message, one.conversation) == (
        "mark",
        "U2",
        "U1",
        "10.1",
        "C1",
    )
    assert one.id == "Ev1"
    assert heard(reaction(reaction="eyes")) is None
    assert heard(reaction(item_user="U0BOT")) is None
    assert heard(reaction(item={"type": "file"})) is None


def test_a_mark_gets_its_thread_so_far() -> None:
    thread = [
        {"user": "U1", "ts": "9.0", "thread_ts": "9.0", "text": "Bună"},
        {"user": "U0BOT", "bot_id": "B0", "ts": "9.5", "thread_ts": "9.0", "text": "card"},
        {"user": "U3", "ts": "10.1", "thread_ts": "9.0", "text": "Nu <https://a.example|merge>"},
        {"user": "U1", "ts": "10.2", "thread_ts": "9.0", "text": "Deloc"},
    ]
    one = with_thread(known(reaction()), thread, "U0BOT")
    assert one is not None
    assert (one.text, one.thread, one.author) == ("Nu merge (https://a.example)", "9.0", "U3")
    assert one.earlier == (Line("U1", "9.0", "Bună"), Line("U1", "10.2", "Deloc"))
    assert with_thread(known(reaction()), thread[:1], "U0BOT") is None


def test_who_comes_and_goes() -> None:
    one = known({"type": "member_joined_channel", "user": "U5", "channel": "C1"})
    assert (one.kind, one.user, one.conversation) == ("joined", "U5", "C1")
    assert known({"type": "member_left_channel", "user": "U5", "channel": "C1"}).kind == "left"
    assert heard({"type": "member_joined_channel", "user": "U0BOT", "channel": "C1"}) is None


def test_in_a_shared_channel_the_workspace_is_ours() -> None:
    assert (
        known(message(team="T9", user_team="T9"), team_id="T9", is_ext_shared_channel=True).workspace == "T1"
    )


def test_a_command() -> None:
    body = {
        "command": "/ticket",
        "text": " assign 1042 <@U01|ana> &lt;acum&gt; ",
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "trigger_id": "77.1",
    }
    one = translate(body, "ticket")
    assert one is not None
    assert (one.kind, one.command, one.text) == ("command", "ticket", "assign 1042 @U01 <acum>")
    assert (one.id, one.workspace, one.conversation, one.direct) == ("command:77.1", "T1", "C1", False)


def interaction(kind: str, **more: Any) -> Incoming | None:
    body = {"type": kind, "trigger_id": "77.1", "team": {"id": "T1"}, "user": {"id": "U1"}, **more}
    return translate(body, "ticket")


def test_a_button_and_a_choice() -> None:
    place = {"channel": {"id": "C1"}, "message": {"ts": "10.1", "thread_ts": "9.0"}}
    one = interaction(
        "block_actions", actions=[{"type": "button", "action_id": "ticket.take#2", "value": "7"}], **place
    )
    assert one is not None
    assert (one.kind, one.command, one.subject, one.id) == (
        "action",
        "ticket.take",
        "7",
        "block_actions:77.1",
    )
    assert (one.conversation, one.message, one.thread) == ("C1", "10.1", "9.0")
    chosen = {"type": "static_select", "action_id": "ticket.priority", "selected_option": {"value": "7:P2"}}
    two = interaction("block_actions", actions=[chosen], container={"channel_id": "D1", "message_ts": "10.1"})
    assert two is not None
    assert (two.subject, two.conversation, two.message, two.direct) == ("7:P2", "D1", "10.1", True)
    assert interaction("block_actions", actions=[{**chosen, "selected_option": None}]) is None
    assert interaction("block_actions", actions=[]) is None


def test_a_form_that_was_sent() -> None:
    values = {
        "text": {"value": {"type": "plain_text_input", "value": "a < b"}},
        "empty": {"value": {"type": "plain_text_input", "value": None}},
        "priority": {"value": {"type": "static_select", "selected_option": {"value": "P2"}}},
    }
    view = {"id": "V1", "callback_id": "support.open", "private_metadata": "7", "state": {"values": values}}
    one = interaction("view_submission", view={**view, "app_installed_team_id": "T3"})
    assert one is not None
    assert (one.kind, one.command, one.subject, one.workspace) == ("action", "support.open", "7", "T3")
    assert one.fields == {"text": "a < b", "empty": "", "priority": "P2"}


def test_shortcuts() -> None:
    one = interaction("shortcut", callback_id="ask_for_support")
    assert one is not None
    assert (one.kind, one.command, one.text) == ("command", "support", "")
    written = {"user": "U2", "ts": "10.1", "text": "Nu merge"}
    two = interaction("message_action", callback_id="open_ticket", channel={"id": "C1"}, message=written)
    assert two is not None
    assert (two.kind, two.message, two.author, two.text) == ("mark", "10.1", "U2", "Nu merge")
    assert two.answered
    ours = {**written, "bot_id": "B1"}
    assert (
        interaction("message_action", callback_id="open_ticket", channel={"id": "C1"}, message=ours) is None
    )
    assert interaction("shortcut", callback_id="other") is None
    assert interaction("view_closed") is None


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("a &amp;lt; b &lt;c&gt;", "a &lt; b <c>"),
        ("<@U1|ana> și <@U2>", "@ana și @U2"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!here> <!subteam^S1|@team> <!date^1^{date}|ieri>", "@here @team ieri"),
        ("<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"),
        ("<https://a.example|aici> <http://b.ro|b.ro>", "aici (https://a.example) http://b.ro"),
        ("<mailto:a@b.ro|a@b.ro>", "a@b.ro"),
        ("rupt \ud83d\x00", "rupt "),
    ],
)
def test_slacks_markup_becomes_plain_text(written: str, plain: str) -> None:
    assert unescape(written) == plain


def test_emoji_become_characters_where_slack_says_which() -> None:
    wave = {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd", "skin_tone": 4}
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [wave]}]}]
    text = ":wave::skin-tone-4: 10:30:45 :ours:"
    assert known(message(text=text, blocks=blocks)).text == "👋🏽 10:30:45 :ours:"
    assert known(message(text=":wave:", blocks="?")).text == ":wave:"


@given(st.text())
def test_any_text_can_be_read_and_stored(text: str) -> None:
    known(message(text=text)).text.encode()


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["user", "ts", "text", "files", "edited", "message", "item"]), json))
def test_a_strange_event_is_ignored_or_fails_where_it_is_seen(fields: dict[str, Any]) -> None:
    for kind in ("message", "app_mention", "reaction_added", "member_joined_channel"):
        try:
            found = heard({"type": kind, "channel": "C1", **fields})
        except (AttributeError, TypeError, ValueError, KeyError):
            continue
        assert found is None or found.user
