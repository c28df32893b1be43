"""What Teams tells us, translated."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.activities import Presence, Told, translate
from bot.teams.emoji import same_emoji
from bot.teams.words import from_html, from_text
from desk.incoming import File, Incoming

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
BOT = "28:c9e8c047-2a74-40a2-b28a-b162d5f5327c"
ION = "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7Zaqt7CZ-NJWi7me2kHTL3Bw"
ION_ENTRA = "7faf8ab2-3d56-4244-b585-20c8a42ed2b8"
ANA, ANA_ENTRA = "29:1LX7g1Z8o0vYk_Ana", "b130c271-d2eb-45f9-83ab-9eb3fe3788bc"
CHAT = "a:17I0kl9EkpE1O9PH5TWrzrLNwnWWcfrU7QZjKR0WSfOpzbfcAg2IaydGElSo10tVr4C7Fc6GtieTJX663"
GROUP = "19:2da4c29f6d7041eca70b638b43d45437@thread.v2"
TEAM, CHANNEL = "19:0b7f32667e064dd9b25d7969801541f4@thread.tacv2", "19:6decf54d86d9@thread.tacv2"
URL = "https://smba.trafficmanager.net/emea/"


def activity(kind: str, **more: Any) -> dict[str, Any]:
    """An activity in Ion's chat with the desk, as Teams sends it."""
    return {
        "type": kind,
        "id": "1485983408511",
        "timestamp": "2026-11-27T14:10:07.437Z",
        "serviceUrl": URL,
        "channelId": "msteams",
        "from": {"id": ION, "name": "Ion Popescu", "aadObjectId": ION_ENTRA},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": CHAT},
        "recipient": {"id": BOT, "name": "Dispecer"},
        "entities": [{"locale": "ro-RO", "country": "RO", "platform": "Web", "type": "clientInfo"}],
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "ro-RO",
        **more,
    }


def message(text: Any = "Nu merge", **more: Any) -> dict[str, Any]:
    shown = {"contentType": "text/html", "content": f"<p>{text}</p>"}
    return activity("message", **{"textFormat": "plain", "text": text, "attachments": [shown], **more})


def in_a_channel(root: str = "1485983408511", **data: Any) -> dict[str, Any]:
    """What differs in a channel."""
    place = {"isGroup": True, "conversationType": "channel", "tenantId": TENANT}
    return {
        "conversation": {**place, "id": f"{CHANNEL};messageid={root}"},
        "channelData": {
            "teamsChannelId": CHANNEL,
            "channel": {"id": CHANNEL},
            "team": {"id": TEAM},
            "tenant": {"id": TENANT},
            **data,
        },
    }


def mention(name: str = "Dispecer", user: str = BOT) -> dict[str, Any]:
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": user, "name": name}}


def told(activity: dict[str, Any]) -> Told:
    return translate(activity, "ticket")


def known(activity: dict[str, Any]) -> Incoming:
    (found,) = told(activity)
    assert isinstance(found, Incoming)
    return found


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ro-RO", "ro"), ("ro", "ro"), ("en-GB", "en"), ("EN_us", "en"), ("de-DE", ""), ("rom", ""), (7, "")],
)
def test_teams_tells_in_which_language_somebody_has_it(locale: Any, language: str) -> None:
    client = {"type": "clientInfo", "locale": locale}
    for wrote in (message(entities=[client], locale=None), message(entities=[], locale=locale)):
        assert known(wrote).language == language
    pressed = activity(
        "invoke", name="task/fetch", value={"data": {"action": "a.b"}}, entities=[], locale=locale
    )
    assert known(pressed).language == language
    if language:
        (added,) = told(activity("installationUpdate", action="add", entities=[], locale=locale))
        assert isinstance(added, Presence)
        assert added.language == language


def test_who_comes_does_not_have_teams_in_the_language_of_whoever_added_them() -> None:
    assert known(members(membersAdded=[{"id": ANA}])).language == ""


def test_a_message_to_the_desk() -> None:
    assert known(message("Nu pot crea curse")) == Incoming(
        platform="teams",
        id=f"message:{CHAT}:1485983408511",
        kind="message",
        workspace=TENANT,
        user=ION,
        user_name="Ion Popescu",
        language="ro",
        conversation=CHAT,
        home=CHAT,
        message="1485983408511",
        text="Nu pot crea curse",
        address={"service_url": URL, "bot": BOT, "bot_name": "Dispecer", "type": "personal", "team": ""},
        direct=True,
        typed=True,
        threaded=False,
        bare_marks=True,
    )


def test_a_message_in_a_channel_that_mentions_the_desk() -> None:
    one = known(message("<at>Dispecer</at>&nbsp;ticket take 42\r\n", entities=[mention()], **in_a_channel()))
    assert (one.conversation, one.thread, one.message) == (CHANNEL, None, "1485983408511")
    assert (one.text, one.mentioned, one.direct, one.threaded) == ("ticket take 42", True, False, True)
    assert (one.address["type"], one.address["team"], one.home) == ("channel", TEAM, "")


def test_a_message_in_a_channel_that_mentions_nobody() -> None:
    one = known(message(**in_a_channel()))
    assert (one.text, one.mentioned) == ("Nu merge", False)


def test_a_reply_in_a_channel_hangs_under_its_root() -> None:
    one = known(message(**in_a_channel(root="1485983400000")))
    assert (one.conversation, one.thread, one.message) == (CHANNEL, "1485983400000", "1485983408511")


def test_a_group_chat_has_a_name_and_no_threads() -> None:
    place = {"isGroup": True, "conversationType": "groupChat", "id": GROUP, "name": "Trans  Carpați"}
    one = known(message(conversation=place))
    assert (one.conversation, one.thread, one.threaded, one.direct) == (GROUP, None, False, False)
    assert (one.place_name, one.address["type"]) == ("Trans Carpați", "groupChat")


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ({"id": CHAT}, "personal"),
        ({"id": GROUP, "isGroup": True}, "groupChat"),
        ({"id": CHANNEL, "conversationType": "meeting", "isGroup": True}, "groupChat"),
    ],
)
def test_where_teams_does_not_say_what_a_conversation_is(place: dict[str, Any], kind: str) -> None:
    assert known(message(conversation=place)).address["type"] == kind


@pytest.mark.parametrize(
    ("conversation", "channel", "team", "name"),
    [
        ({}, {"name": "Suport"}, {"name": "Trans Carpați"}, "Suport"),
        ({"name": "Suport"}, {}, {"name": "Trans Carpați"}, "Suport"),
        ({}, {}, {"name": "Trans Carpați"}, ""),
        ({}, {}, {"name": "Trans Carpați", "id": CHANNEL}, "Trans Carpați"),
        ({"name": "x" * 300}, {}, {}, "x" * 200),
        ({}, {"name": "Altul", "id": "19:other@thread.tacv2"}, {}, ""),
    ],
)
def test_what_a_channel_is_called(
    conversation: dict[str, Any], channel: dict[str, Any], team: dict[str, Any], name: str
) -> None:
    here = in_a_channel(channel={"id": CHANNEL, **channel}, team={"id": TEAM, **team})
    here["conversation"] |= conversation
    assert known(message(**here)).place_name == name


@pytest.mark.parametrize(
    ("text", "entities", "plain"),
    [
        ("<at>Dispecer</at> nu merge", [mention()], "nu merge"),
        ("Bună <at>Dispecer</at>, nu merge", [mention()], "Bună nu merge"),
        (
            "<at>Dispecer</at> ticket assign 42 <at>Ana Ionescu</at>",
            [mention(), mention("Ana Ionescu", ANA)],
            "ticket assign 42 @Ana Ionescu",
        ),
        ("<at>Dispecer</at><at>Dispecer</at>", [mention(), mention()], ""),
        ("<at>R&amp;D desk</at> nu merge", [mention("R&amp;D desk")], "nu merge"),
    ],
)
def test_the_desks_mention_goes_and_others_stay_as_names(
    text: str, entities: list[dict[str, Any]], plain: str
) -> None:
    one = known(message(text, entities=entities))
    assert (one.text, one.mentioned) == (plain, True)


def test_somebody_elses_mention_is_none_of_the_desk() -> None:
    one = known(message("<at>Ana</at> vezi?", entities=[mention("Ana", ANA)]))
    assert (one.text, one.mentioned) == ("@Ana vezi?", False)


@pytest.mark.parametrize(
    ("format", "text", "plain"),
    [
        ("plain", "a &lt; b &amp;amp; c&nbsp;d\r\ne\rf", "a < b &amp; c d\ne\nf"),
        ("plain", "https://a.example/?a=1&copy=2&lt=3", "https://a.example/?a=1&copy=2&lt=3"),
        ("plain", "<b>așa</b>", "<b>așa</b>"),
        ("markdown", "**așa** &gt; altfel", "**așa** > altfel"),
        ("xml", "<b>așa</b><br/>a &lt; b", "așa\na < b"),
        ("plain", "rupt \ud83d\x00", "rupt"),
    ],
)
def test_what_was_written_is_plain_text(format: str, text: str, plain: str) -> None:
    assert known(message(text, textFormat=format)).text == plain


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<div><p>unu</p>\n<p>&nbsp;</p><p>doi</p></div>", "unu\n\ndoi"),
        ("a<br>b  c\n d", "a\nb c d"),
        ('<p>vezi <a href="https://a.example/x">aici</a></p>', "vezi aici (https://a.example/x)"),
        ('<a href="https://a.example/">https://a.example</a>', "https://a.example/"),
        ('<a href="mailto:a@b.ro">a@b.ro</a> <a href="javascript:x">y</a>', "a@b.ro y"),
        ("<ul><li>unu</li><li>doi</li></ul>", "- unu\n- doi"),
        ('Bravo <img alt="🙂" itemtype="http://schema.skype.com/Emoji">', "Bravo 🙂"),
        ('<at id="0">Dispecer</at> și <at id="1">Ana</at>', "și @Ana"),
        ('<span itemtype="http://schema.skype.com/Mention" itemid="0">Ana</span>', "@Ana"),
        ("<style>p{}</style><table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<![foo[ a", ""),
        ("a <!-- <b>x</b> --> b", "a b"),
        ("a <b c <d> 1 < 2 <e", "a <b c  1 < 2 <e"),
        ('<img alt="a < b"> > c', "a < b > c"),
    ],
)
def test_html_reads_as_lines(markup: str, plain: str) -> None:
    assert from_html(markup, {"Dispecer"}) == plain


QUOTE = (
    '<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="1600457867820">'
    '<strong itemprop="mri" itemid="8:orgid:0de6">Ana</strong><span itemprop="time"></span>'
    '<p itemprop="preview">Ce nu <b>merge</b>?</p></blockquote>'
)


def test_a_reply_in_a_chat_is_what_was_written_below_the_quote() -> None:
    html = {"contentType": "text/html", "content": f"<div>{QUOTE}<p>Exportul &amp; tot</p></div>"}
    written = message("Ana\r\nCe nu merge?\r\n\r\nExportul & tot", attachments=[html])
    assert known(written).text == "Exportul & tot"
    assert known(written).thread is None
    assert known(written).quotes == "1600457867820"
    assert known(message()).quotes is None
    edited = changed("messageUpdate", "editMessage", text=written["text"], attachments=[html])
    assert (known(edited).quotes, known(edited).text) == ("1600457867820", "Exportul & tot")


def test_what_has_html_alone_is_read_from_it() -> None:
    html = {"contentType": "text/html", "content": "<p>Nu merge</p>"}
    assert known(message(None, attachments=[html])).text == "Nu merge"


def test_files_come_along() -> None:
    info = {
        "contentType": "application/vnd.microsoft.teams.file.download.info",
        "contentUrl": "https://contoso.sharepoint.com/personal/ion/Documents/curse.xlsx",
        "name": "curse.xlsx",
        "content": {
            "downloadUrl": "https://a.example/?tempauth=1",
            "uniqueId": "1150D938",
            "fileType": "xlsx",
        },
    }
    image = {"contentType": "image/*", "contentUrl": "https://smba.trafficmanager.net/emea/v3/attachments/0"}
    link = {"contentType": "reference", "contentUrl": "https://a.example/doc", "name": "doc", "id": "R1"}
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {}}
    strange = {"contentType": "video/mp4", "contentUrl": "data:video/mp4;base64,AA", "name": "film.mp4"}
    one = known(message("", attachments=[info, image, link, card, strange, "?", {}]))
    assert one.files == (
        File("1150D938", "curse.xlsx", "xlsx", 0, str(info["contentUrl"]), "https://a.example/?tempauth=1"),
        File("", "image", "image/*", 0, "", image["contentUrl"]),
        File("R1", "doc", "", 0, "https://a.example/doc"),
        File("", "film.mp4", "video/mp4"),
    )


@pytest.mark.parametrize(
    "activity",
    [
        message(**{"from": {"id": BOT, "name": "Dispecer"}}),
        message(**{"from": {"id": "28:other", "name": "Alt bot"}}),
        message(**{"from": {"id": "bot-id", "role": "bot"}}),
        message(**{"from": {}}),
        message(channelId="webchat"),
        message(conversation={}),
        message(id=None),
        message("", attachments=[]),
        message("", attachments=[{"contentType": "application/vnd.microsoft.card.adaptive"}]),
        activity("typing"),
        activity("trace"),
        activity("endOfConversation"),
        activity("event", name="application/vnd.microsoft.readReceipt"),
        activity("messageUpdate", text="a", channelData={"eventType": "other"}),
        activity("messageUpdate", channelData={"eventType": "editMessage"}),
        activity("installationUpdate", action="other"),
        activity("conversationUpdate", channelData={"eventType": "channelRenamed"}),
        activity("invoke", name="composeExtension/query", value={"commandId": "openTicket"}),
        activity("invoke", name="adaptiveCard/action", value={"action": {"data": {}}}),
        {},
    ],
)
def test_what_nobody_said_to_us_is_ignored(activity: dict[str, Any]) -> None:
    assert told(activity) == ()


def changed(kind: str, event: str, **more: Any) -> dict[str, Any]:
    data = {"eventType": event, "tenant": {"id": TENANT}}
    later = {"timestamp": "2026-11-27T14:12:39.461Z", "channelData": data}
    return activity(kind, **{**later, **more})


@pytest.mark.parametrize("event", ["editMessage", "undeleteMessage"])
def test_an_edit_says_what_it_is_now(event: str) -> None:
    one = known(changed("messageUpdate", event, text="Nu merge deloc"))
    assert (one.kind, one.message, one.text, one.user) == ("edited", "1485983408511", "Nu merge deloc", ION)
    assert one.id == f"edited:{CHAT}:1485983408511:2026-11-27T14:12:39.461Z"
    here = in_a_channel(root="1485983400000", eventType=event)
    assert known(changed("messageUpdate", event, text="a", **here)).thread == "1485983400000"


def test_a_message_taken_back_may_be_taken_back_again() -> None:
    one = known(changed("messageDelete", "softDeleteMessage"))
    assert (one.kind, one.message, one.text, one.files) == ("deleted", "1485983408511", "", ())
    again = known(changed("messageDelete", "softDeleteMessage", timestamp="2026-11-27T14:20:00Z"))
    assert one.id != again.id
    assert one.id == known(changed("messageDelete", "softDeleteMessage")).id


def reaction(kind: Any = "1f3ab_ticket", **more: Any) -> dict[str, Any]:
    added = {"replyToId": "1485983400001", "reactionsAdded": [{"type": "like"}, {"type": kind}]}
    return activity(
        "messageReaction", **{"id": "f:9f78d1f3", **added, **in_a_channel("1485983400000"), **more}
    )


def test_the_ticket_emoji_marks_a_message() -> None:
    one = known(reaction())
    assert (one.kind, one.user, one.author, one.text) == ("mark", ION, None, "")
    assert (one.conversation, one.thread, one.message) == (CHANNEL, "1485983400000", "1485983400001")
    assert one.id != known(reaction(id="f:2")).id
    assert one.id != known(reaction(**{"from": {"id": ANA}})).id
    assert told(reaction("heart")) == ()
    assert told(reaction(replyToId="")) == ()
    assert told(activity("messageReaction", replyToId="1", reactionsRemoved=[{"type": "1f3ab_ticket"}])) == ()


@pytest.mark.parametrize(
    ("sent", "wanted", "same"),
    [
        ("1f3ab_ticket", "ticket", True),
        ("🎫", "ticket", True),
        ("ticket", "ticket", True),
        ("1f3ab_ticket", "🎫", True),
        ("1f39f_admissiontickets", "admission_tickets", True),
        ("🎟\ufe0f", "admission_tickets", True),
        ("1f44b_wavinghand-tone3", "waving_hand", True),
        ("1f39f_admissiontickets", "ticket", False),
        ("like", "ticket", False),
        ("1f3ab", "ticket", True),
        ("", "ticket", False),
        ("ffffff_ticke", "ticket", False),
        ("", "", False),
    ],
)
def test_an_emoji_has_several_names(sent: str, wanted: str, same: bool) -> None:
    assert same_emoji(sent, wanted) is same


def test_a_press_without_verbs_is_a_message_without_words() -> None:
    value = {"action": "ticket.take", "value": "1042"}
    pressed = activity("message", id="f:526176", value=value, replyToId="1485983400001", text=None)
    one = known(pressed)
    assert (one.kind, one.command, one.subject, one.message) == (
        "action",
        "ticket.take",
        "1042",
        "1485983400001",
    )
    assert (one.id, one.fields, one.direct) == (f"action:{CHAT}:f:526176", {}, True)
    assert known({**pressed, "text": "take 1042"}).kind == "message"
    assert told({**pressed, "value": {"other": "bot"}}) == ()


def invoke(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return activity("invoke", **{"id": "f:19ccc884", "name": name, "value": value, **more})


def test_a_press_on_a_card_in_a_thread() -> None:
    action = {"type": "Action.Execute", "verb": "ticket.take", "data": {"value": "1042"}}
    here = in_a_channel("1485983400000")
    pressed = {"action": action, "trigger": "manual"}
    one = known(invoke("adaptiveCard/action", pressed, replyToId="1485983400001", **here))
    assert (one.kind, one.command, one.subject) == ("action", "ticket.take", "1042")
    assert (one.conversation, one.thread, one.message) == (CHANNEL, "1485983400000", "1485983400001")
    root = known(invoke("adaptiveCard/action", pressed, replyToId="1485983400000", **here))
    assert (root.thread, root.message) == (None, "1485983400000")


def test_a_card_that_asks_for_what_its_reader_sees() -> None:
    action = {"type": "Action.Execute", "verb": "ticket.card", "data": {"value": "1042"}}
    one = known(invoke("adaptiveCard/action", {"action": action, "trigger": "automatic"}))
    assert (one.command, one.subject) == ("ticket.card", "1042")


@pytest.mark.parametrize(
    ("chosen", "subject"),
    [
        ({"value": "", "choice": "1042:P2"}, "1042:P2"),
        ({"value": "", "choice.2": "1042:7"}, "1042:7"),
        ({"value": "", "choice": "", "choice.2": "1042:7"}, "1042:7"),
        ({"value": "1042", "choice": ""}, "1042"),
        ({"value": "1042", "choice": 7}, "1042"),
        ({"value": ["1042"], "choice": None}, ""),
    ],
)
def test_what_was_chosen_is_the_object_of_a_button_without_one(chosen: dict[str, Any], subject: str) -> None:
    action = {"type": "Action.Execute", "verb": "ticket.priority", "data": chosen}
    assert known(invoke("adaptiveCard/action", {"action": action})).subject == subject


def test_what_was_filled_in_is_read_by_its_fields() -> None:
    data = {"value": "1042", "field.text": "a < b\r\nc ", "field.number": 7, "other": "x"}
    action = {"type": "Action.Execute", "verb": "ticket.note", "data": data}
    assert known(invoke("adaptiveCard/action", {"action": action})).fields == {"text": "a < b\nc"}


@pytest.mark.parametrize("name", ["task/fetch", "task/submit"])
def test_a_form_that_is_opened_and_one_that_is_sent(name: str) -> None:
    data = {"msteams": {"type": "task/fetch"}, "action": "ticket.reply", "value": "1042", "field.text": "Da"}
    one = known(invoke(name, {"data": data, "context": {"theme": "default"}}))
    assert (one.kind, one.command, one.subject, one.fields) == (
        "action",
        "ticket.reply",
        "1042",
        {"text": "Da"},
    )


def payload(**more: Any) -> dict[str, Any]:
    """What Teams tells of the message on which a message action was chosen."""
    writer = {"userIdentityType": "aadUser", "id": ANA_ENTRA, "displayName": "Ana Ionescu"}
    mentioned = {"application": {"applicationIdentityType": "bot", "id": BOT[3:], "displayName": "Dispecer"}}
    return {
        "linkToMessage": f"https://teams.microsoft.com/l/message/{CHANNEL}/1611060744833",
        "id": "1611060744833",
        "replyToId": None,
        "deleted": False,
        "body": {
            "contentType": "html",
            "content": '<div><div><at id="0">Dispecer</at> nu &lt;merge&gt;</div>\n</div>',
        },
        "from": {"device": None, "conversation": None, "user": writer, "application": None},
        "reactions": [],
        "mentions": [{"id": 0, "mentionText": "Dispecer", "mentioned": mentioned}],
        "attachments": [
            {"id": "R1", "contentType": "reference", "contentUrl": "https://a.ro/d", "name": "d"}
        ],
        **more,
    }


def chosen(message: dict[str, Any], command: str = "openTicket", kind: str = "fetchTask") -> dict[str, Any]:
    value = {"commandId": command, "commandContext": "message", "messagePayload": message}
    return invoke(f"composeExtension/{kind}", value, **in_a_channel("1611060744833"))


@pytest.mark.parametrize("kind", ["fetchTask", "submitAction"])
def test_the_message_action_marks_a_message(kind: str) -> None:
    one = known(chosen(payload(), kind=kind))
    assert (one.kind, one.message, one.thread, one.conversation) == ("mark", "1611060744833", None, CHANNEL)
    assert (one.user, one.author, one.text) == (ION, ANA_ENTRA, "nu <merge>")
    assert one.answered
    assert one.files == (File("R1", "d", "", 0, "https://a.ro/d"),)


def test_who_marks_their_own_message_is_its_writer() -> None:
    mine = {"user": {"id": ION_ENTRA, "displayName": "Ion Popescu"}, "application": None}
    one = known(chosen(payload(**{"from": mine, "replyToId": "1611060740000"})))
    assert (one.author, one.thread) == (ION, "1611060740000")


def test_plain_words_and_what_cannot_be_marked() -> None:
    plain = {"contentType": "text", "content": "a &lt; b"}
    assert known(chosen(payload(body=plain))).text == "a < b"
    bots = {"user": None, "application": {"id": BOT[3:], "displayName": "Dispecer"}}
    assert told(chosen(payload(**{"from": bots}))) == ()
    assert told(chosen(payload(), "otherCommand")) == ()
    assert told(chosen({})) == ()


def members(**more: Any) -> dict[str, Any]:
    place = {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": TEAM}
    data = {"team": {"id": TEAM, "name": "Trans Carpați"}, "tenant": {"id": TENANT}}
    return activity(
        "conversationUpdate", **{"id": "f:d8a6a4aa", "conversation": place, "channelData": data, **more}
    )


def test_who_comes_and_goes() -> None:
    both = told(
        members(membersAdded=[{"id": ANA, "name": "Ana"}, {"id": "28:other"}], membersRemoved=[{"id": ION}])
    )
    assert [(one.kind, one.user, one.user_name) for one in both if isinstance(one, Incoming)] == [
        ("joined", ANA, "Ana"),
        ("left", ION, ""),
    ]
    first = both[0]
    assert isinstance(first, Incoming)
    assert (first.conversation, first.place_name, first.address["team"]) == (TEAM, "Trans Carpați", TEAM)
    assert len({one.id for one in both if isinstance(one, Incoming)}) == 2


def test_the_desk_itself_comes_and_goes() -> None:
    came = Presence(
        added=True,
        workspace=TENANT,
        conversation=TEAM,
        user=ION,
        user_name="Ion Popescu",
        language="ro",
        direct=False,
        place_name="Trans Carpați",
        address={"service_url": URL, "bot": BOT, "bot_name": "Dispecer", "type": "channel", "team": TEAM},
    )
    assert told(members(membersAdded=[{"id": BOT}])) == (came,)
    (went,) = told(members(membersRemoved=[{"id": BOT}]))
    assert isinstance(went, Presence)
    assert not went.added


@pytest.mark.parametrize(
    ("action", "added"), [("add", True), ("add-upgrade", True), ("remove", False), ("remove-upgrade", False)]
)
def test_an_installation(action: str, added: bool) -> None:
    (one,) = told(activity("installationUpdate", action=action))
    assert isinstance(one, Presence)
    assert (one.added, one.conversation, one.direct, one.user) == (added, CHAT, True, ION)


def test_an_id_fits_where_it_is_kept_and_tells_events_apart() -> None:
    long = {"id": "29:" + "x" * 150}
    ids = {known(reaction(id=event, **{"from": long})).id for event in ("f:1", "f:1", "f:2")}
    assert len(ids) == 2
    assert all(len(one) <= 200 for one in ids)


def test_the_tenant_may_stand_with_the_conversation_alone() -> None:
    assert known(message(channelData={})).workspace == TENANT


@given(st.text())
def test_any_text_can_be_read_and_stored(text: str) -> None:
    for format in ("plain", "xml", "markdown"):
        for one in told(message(text, textFormat=format, attachments=[])):
            assert isinstance(one, Incoming)
            one.text.encode()
    from_text(text, {text}).encode()


TAGS = [
    "<p>",
    "</p>",
    "<at>",
    "</at>",
    "<a href='http://x'>",
    "</a>",
    "<![",
    "<!--",
    "&lt;",
    "<blockquote>",
    QUOTE,
]


@pytest.mark.parametrize("end", ["", ">", '">', "'>", "</at>", "-->"])
@pytest.mark.parametrize(
    "part",
    [
        "<at>",
        "<a/",
        '<a "',
        "<a b=",
        "<a b='",
        '<a b="c" ',
        "<!--",
        "<![CDATA[",
        "<!",
        "<?",
        "</a ",
        "\xa0",
        " \n",
    ],
)
def test_no_message_keeps_the_desk_from_going_on(part: str, end: str) -> None:
    long = part * (28_000 // len(part)) + end
    started = time.process_time()
    from_text(long)
    from_html(long)
    assert time.process_time() - started < 1.5  # seconds; where time grows with the square, far more


@given(st.lists(st.sampled_from(TAGS) | st.text(max_size=4)).map("".join))
def test_any_html_can_be_read(markup: str) -> None:
    from_html(markup, {"x"}).encode()


leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([BOT, "image/*", "x;messageid=1"])
)
json = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=3)
            | st.sampled_from(
                [
                    "id",
                    "name",
                    "text",
                    "type",
                    "content",
                    "contentType",
                    "mentioned",
                    "data",
                    "action",
                    "value",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KINDS = ["message", "messageUpdate", "messageDelete", "messageReaction", "invoke", "conversationUpdate"]
NAMES = ["adaptiveCard/action", "task/fetch", "task/submit", "composeExtension/fetchTask"]


@given(
    st.sampled_from([*KINDS, "installationUpdate"]),
    st.dictionaries(st.sampled_from(sorted(reaction() | message() | members(value=1, membersAdded=1))), json),
    st.sampled_from(NAMES) | json,
)
def test_junk_of_any_shape_raises_nothing(kind: str, junk: dict[str, Any], name: Any) -> None:
    told({**activity(kind), **junk, "name": name})
    told({**junk, "channelId": "msteams", "type": kind})
