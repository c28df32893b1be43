"""The neutral message in Teams' dress: nobody's words do anything, and what is sent fits."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from desk.messages import (
    Block,
    Bold,
    Button,
    Buttons,
    Code,
    Confirm,
    Fact,
    Facts,
    Field,
    Fine,
    Form,
    Inline,
    Link,
    Live,
    Mention,
    Menu,
    Message,
    Option,
    Quote,
    Table,
    Text,
    When,
)
from notifications.teams.buttons import MOST_PRIMARY, size, value_of
from notifications.teams.form import LONGEST_FIELD, dialog, fields_of, inline
from notifications.teams.render import LARGEST, render, render_card

NOW = datetime(2026, 11, 30, 9, 20, tzinfo=UTC)
ANA = Mention("29:1a-B_c", "Ana Ionescu")
TAKE = Buttons((Button("ticket.take", "Preia", "1042", "primary"),))
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def written(*blocks: Block, author: str | None = None) -> str:
    """The HTML of a message that is no card."""
    activity = render(Message(blocks, "ro", author=author))
    assert (activity["type"], activity["textFormat"]) == ("message", "xml")
    assert "attachments" not in activity
    return str(activity["text"])


def card(*blocks: Block, **more: Any) -> dict[str, Any]:
    """The card that a message is."""
    activity = render(Message(blocks, "ro", **more))
    assert "text" not in activity
    (attachment,) = activity["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    content: dict[str, Any] = attachment["content"]
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.5")
    return content


def body(*blocks: Block, **more: Any) -> list[dict[str, Any]]:
    """What stands above the buttons of a card."""
    found: list[dict[str, Any]] = card(*blocks, TAKE, **more)["body"]
    return found


def actions(*items: Button | Menu) -> list[dict[str, Any]]:
    """The buttons of a card."""
    found: list[dict[str, Any]] = card(Buttons(items))["actions"]
    return found


def elements(node: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Every element of a kind in a card."""
    if isinstance(node, list):
        for inner in node:
            yield from elements(inner, kind)
    elif isinstance(node, dict):
        if node.get("type") == kind:
            yield node
        for inner in node.values():
            yield from elements(inner, kind)


def words(node: Any) -> str:
    """What the runs of a card say."""
    return "".join(run["text"] for run in elements(node, "TextRun"))


class Read(HTMLParser):
    """HTML as a browser reads it: its text, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", list[str](), list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for _name, value in attrs]
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def same(text: str) -> str:
    """A text as it is shown: without control characters, whatever its spaces and line breaks are made of."""
    lines = re.sub(r"\r\n?|[\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", lines).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (
            Text(
                ("Tichetul ", Bold("T-1042"), "."),
            ),
            "<p>Tichetul <b>T-1042</b>.</p>",
        ),
        (Text(("Scrieți ", Code("ticket why 1042"))), "<p>Scrieți <code>ticket why 1042</code></p>"),
        (Fine(("mic",)), "<p><i>mic</i></p>"),
        (Quote("Merge.\nMersi"), "<blockquote>Merge.<br/>Mersi</blockquote>"),
        (Quote("a\n  b"), "<blockquote>a<br/> \xa0b</blockquote>".replace(" \xa0", "\xa0\xa0")),
        (
            Text((Link("https://a.example/?a=1&b", "aici"),)),
            '<p><a href="https://a.example/?a=1&amp;b">aici</a></p>',
        ),
        (Text((Link("javascript:alert(1)", "rău"),)), "<p>rău</p>"),
        (
            Text(("vezi https://a.example/x.",)),
            '<p>vezi <a href="https://a.example/x">https://a.example/x</a>.</p>',
        ),
        (Text((When(NOW + timedelta(hours=3), NOW),)), "<p>luni 30 nov., 14:20 (peste\u00a03\u00a0h)</p>"),
        (Text((When(NOW, bold=True),)), "<p><b>luni 30 nov., 11:20</b></p>"),
        (Text((When(NOW, NOW),)), "<p>luni 30 nov., 11:20</p>"),
        (Text((ANA, ", e al dumneavoastră.")), "<p><at>Ana Ionescu</at>, e al dumneavoastră.</p>"),
        (Text((Mention("", "Ana"),)), "<p>Ana</p>"),
        (Text(()), "<p>…</p>"),
    ],
)
def test_words_alone_are_html(block: Block, html: str) -> None:
    assert written(block) == html


def test_who_wrote_stands_above_what_they_wrote() -> None:
    assert written(Quote("Merge."), author="Ion P.") == "<p><b>Ion P.</b></p><blockquote>Merge.</blockquote>"
    assert words(body(Text(("Merge.",)), author="Ion P.")[0]) == "Ion P."


def test_a_mention_notifies_in_text_and_in_a_card() -> None:
    ana = {"id": "29:1a-B_c", "name": "Ana Ionescu"}
    told = {"type": "mention", "text": "<at>Ana Ionescu</at>", "mentioned": ana}
    assert render(Message((Text((ANA, " și ", ANA)),)))["entities"] == [told]
    assert card(Text((Bold("T-1"), " ", ANA)), TAKE)["msteams"]["entities"] == [told]
    assert body(Text((Bold("T-1"), " ", ANA)))[0] == {
        "type": "TextBlock",
        "text": "**T-1** <at>Ana Ionescu</at>",
        "wrap": True,
    }
    assert card(Facts((Fact("Responsabil", (ANA,)),)))["msteams"]["entities"] == [told]
    assert "msteams" not in card(Text(("nimeni",)), TAKE)


def test_a_name_with_an_invisible_character_is_notified_too() -> None:
    ana = Mention("29:1a-B_c", "Ana\u200d Ionescu\u200e")
    (told,) = card(Text((ana,)), TAKE)["msteams"]["entities"]
    assert told["text"] in str(body(Text((ana,)))[0]["text"])
    assert len(render(Message((Text((ana,)),)))["entities"]) == 1


def test_a_mention_that_was_cut_off_notifies_nobody() -> None:
    assert "entities" not in render(Message((Text(("x" * 20_000, ANA)),)))
    assert "msteams" not in card(Text(("x" * 20_000, ANA)), TAKE)


def test_a_card_says_words_in_runs_that_no_markdown_is_read_in() -> None:
    (element,) = body(Text(("*a* ", Bold("b"), " ", Code("c"), " https://a.example/x")))
    assert element["inlines"] == [
        {"type": "TextRun", "text": "*a* "},
        {"type": "TextRun", "text": "b", "weight": "Bolder"},
        {"type": "TextRun", "text": " "},
        {"type": "TextRun", "text": "c", "fontType": "Monospace"},
        {"type": "TextRun", "text": " "},
        {
            "type": "TextRun",
            "text": "https://a.example/x",
            "color": "Accent",
            "selectAction": {"type": "Action.OpenUrl", "url": "https://a.example/x"},
        },
    ]


def test_what_a_client_would_fill_in_is_dealt_to_two_runs() -> None:
    macro = "{{DATE(2026-11-30T00:00:00Z, SHORT)}} <at>Ana</at>"
    (element,) = body(Text((macro,)))
    assert words(element) == macro
    assert all("{{" not in run["text"] and "<at>" not in run["text"] for run in element["inlines"])


def test_small_print_quotes_and_facts_have_their_places() -> None:
    fine, quote, facts, last = body(
        Fine(("mic",)), Quote("zis"), Facts(tuple(Fact(f"F{n}", (str(n),)) for n in range(3)))
    )
    assert fine["inlines"][0] | {"size": "Small", "isSubtle": True} == fine["inlines"][0]
    assert (quote["type"], quote["style"], words(quote)) == ("Container", "emphasis", "zis")
    assert [words(column) for column in facts["columns"]] == ["F00", "F11"]
    assert [words(column) for column in last["columns"]] == ["F22", ""]
    assert "—" in words(body(Facts((Fact("Responsabil", ()),))))


def test_a_table_is_rows_of_columns_as_wide_as_each_other() -> None:
    rows = body(Table(("Când", "Cât"), (("vineri, de la 15:04 la 24:00", "7 h"), ("scurt",))))
    assert [[words(column) for column in row["columns"]] for row in rows] == [
        ["Când", "Cât"],
        ["vineri, de la 15:04 la 24:00", "7 h"],
        ["scurt", ""],
    ]
    assert {tuple(column["width"] for column in row["columns"]) for row in rows} == {(24, 12)}


def test_a_button_executes_and_old_clients_submit() -> None:
    (take,) = actions(Button("ticket.take", "Preia", "1042", "primary"))
    assert (take["type"], take["verb"], take["data"]) == ("Action.Execute", "ticket.take", {"value": "1042"})
    assert take["style"] == "positive"
    assert take["fallback"]["type"] == "Action.Submit"
    assert take["fallback"]["data"] == {"action": "ticket.take", "value": "1042"}


def test_a_button_that_asks_opens_a_dialog() -> None:
    (reply,) = actions(Button("ticket.reply", "Răspunde", "1042", asks=True))
    assert reply["type"] == "Action.Submit"
    assert reply["data"] == {"msteams": {"type": "task/fetch"}, "action": "ticket.reply", "value": "1042"}


def test_what_is_hard_to_undo_is_asked_below_its_button() -> None:
    sure = Confirm("Închidem?", "Nu mai lucrăm la el.", "Da, închide", "Nu")
    (close,) = actions(Button("x.y", "Închide", "1", confirm=sure))
    assert (close["type"], close["title"]) == ("Action.ShowCard", "Închide")
    assert words(close["card"]) == "Închidem?Nu mai lucrăm la el."
    (yes,) = close["card"]["actions"]
    assert (yes["title"], yes["verb"], yes["style"]) == ("Da, închide", "x.y", "destructive")


def test_a_menu_shows_its_options_as_buttons() -> None:
    options = (
        Option("P1", "1:P1"),
        Option("Notă", "note:1", asks=True),
        Option("De ce?", "why:1", tells=True),
    )
    (menu,) = actions(Menu("ticket.more", "Mai mult", options))
    first, asking, telling = menu["card"]["actions"]
    assert (menu["type"], first["verb"], first["data"]) == (
        "Action.ShowCard",
        "ticket.more",
        {"value": "1:P1"},
    )
    assert asking["data"]["msteams"] == {"type": "task/fetch"}
    assert telling["data"]["msteams"] == {"type": "task/fetch"}  # a press is answered in one line


def test_a_long_menu_is_a_choice_whose_value_is_read_with_the_button() -> None:
    menu = Menu("ticket.customer", "Ce client?", tuple(Option(f"Client {n}", f"1:{n}") for n in range(30)))
    first, second = actions(menu, menu)
    ids = [choice["id"] for choice in elements([first, second], "Input.ChoiceSet")]
    assert ids == ["choice", "choice.2"]
    (choice,) = first["card"]["body"]
    assert len(choice["choices"]) == 30
    (save,) = first["card"]["actions"]
    assert (save["verb"], save["data"]) == ("ticket.customer", {"value": ""})
    assert value_of(save["data"] | {"choice": "1:7"}) == "1:7"
    assert value_of(save["data"] | {"choice.2": "1:8"}) == "1:8"
    assert (value_of({"value": "1042"}), value_of({})) == ("1042", "")


def test_menus_that_would_fill_a_card_are_choices() -> None:
    menu = Menu("m.n", "M", tuple(Option("👍" * 60, f"1042:{n}") for n in range(6)))
    assert [len(list(elements(actions(*[menu] * n), "Input.ChoiceSet"))) for n in (1, 5)] == [0, 5]


def test_only_six_actions_stand_beside_each_other() -> None:
    drawn = actions(*[Button("a.b", str(n), str(n)) for n in range(9)])
    assert [action.get("mode") for action in drawn] == [None] * MOST_PRIMARY + ["secondary"] * 3


def test_the_buttons_at_the_foot_come_before_those_above_them() -> None:
    above = Buttons((Button("a.b", "Client?", "1"),))
    assert [action["title"] for action in card(above, Text(("x",)), TAKE)["actions"]] == ["Preia", "Client?"]


def test_a_live_card_is_asked_for_anew_by_at_most_sixty_viewers() -> None:
    refresh = card(Text(("x",)), live=Live("ticket.card", "1042", tuple(map(str, range(70)))))["refresh"]
    assert refresh["action"] == {"type": "Action.Execute", "verb": "ticket.card", "data": {"value": "1042"}}
    assert len(refresh["userIds"]) == 60
    assert "userIds" not in card(Text(("x",)), live=Live("ticket.card", "1042"))["refresh"]


def test_words_alone_can_be_a_card_too() -> None:
    shown = render_card(Message((Text(("Gata.",)),), author="Ana"))
    assert (shown["type"], words(shown["body"])) == ("AdaptiveCard", "AnaGata.")


def test_the_notification_says_the_first_words_plainly() -> None:
    at = When(NOW, NOW + timedelta(minutes=4))
    message = Message((Text((Bold("T-1"), ": <b> ", at)), Quote("a\nb"), TAKE), "en", author="Ion")
    assert render(message)["summary"] == "Ion: T-1: <b> Monday 30 Nov, 11:20 (4 min ago) a b"
    assert len(render(Message((Text(("cuvânt " * 100,)),)))["summary"]) <= 200
    assert render(Message(()))["summary"] == "…"


anything = st.text(
    st.sampled_from("*_~`<>&@/at!|#[]() \\\n\r:.-^{}ă👍\u202e\u200f\x00\x1b\x85\ud83d\u2028A1")
    | st.characters(),
    max_size=80,
)
inline_part: st.SearchStrategy[Inline] = st.one_of(
    anything, anything.map(Bold), anything.map(Code), st.builds(Link, anything, anything)
)


@given(anything, anything)
def test_html_reads_exactly_as_people_wrote_and_mentions_nobody(text: str, other: str) -> None:
    for block in (Text((text, Bold(other), Code(text))), Fine((text, Bold(other), Code(text)))):
        read = Read(written(block))
        assert same(read.text) in (same(text) + same(other) + same(text), "…")
        assert set(read.tags) <= {"p", "i", "b", "code", "br", "a"}
        assert all(link.startswith(("http://", "https://")) for link in read.links)
    assert same(Read(written(Quote(text))).text).strip("\n ") in (same(text).strip("\n "), "…")
    assert "entities" not in render(Message((Text((text,)), Quote(other)), author=text))


@given(anything, anything)
def test_a_card_reads_exactly_as_people_wrote(text: str, other: str) -> None:
    shown = card(Text((text, Bold(other))), Quote(text), TAKE)
    expected = [said for said in (same(text) + same(other), same(text).strip("\n")) if said.strip()]
    assert same(words(shown["body"])) == "".join(expected)
    assert not list(elements(shown, "TextBlock"))
    assert "msteams" not in shown


def beside_a_mention(*rich: Inline) -> str:
    """The Markdown of a paragraph that begins with these words and mentions somebody at its end."""
    shown = card(Text((*rich, ANA)), TAKE)
    (block,) = elements(shown, "TextBlock")
    assert len(shown["msteams"]["entities"]) == 1
    assert block["text"].count("<at>") == 1
    return str(block["text"]).removesuffix("<at>Ana Ionescu</at>")


@given(anything)
def test_words_beside_a_mention_format_nothing(text: str) -> None:
    for token in MarkdownIt("commonmark").parse(beside_a_mention(text) + "."):
        assert token.type in {"paragraph_open", "inline", "paragraph_close"}
        assert {child.type for child in token.children or ()} <= {"text", "softbreak"}


@pytest.mark.parametrize(
    ("written_by_people", "shown"),
    [
        ("snake_case.py ", "snake_case.py "),
        ("_a_ *b* ~c~ `d`", "ˍaˍ ∗b∗ ∼c∼ ˋdˋ"),
        ("[a](https://b.example)", "[a]\u200b(https://b.example)"),
        ("<at>Ana</at>", "<\u200bat>Ana<\u200b/at>"),
        ("1. unu\n# doi", "\u200b1. unu\n\n\u200b# doi"),
    ],
)
def test_markdown_gives_way_to_what_looks_like_it(written_by_people: str, shown: str) -> None:
    assert beside_a_mention(written_by_people) == shown


@given(anything)
def test_a_name_stays_within_its_mention(name: str) -> None:
    activity = render(Message((Text((Mention("29:1", name),)),)))
    for entity in activity.get("entities", ()):
        assert activity["text"] == f"<p>{entity['text']}</p>"
        assert Read(activity["text"]).tags == ["p", "at"]
        assert Read(activity["text"]).text == entity["mentioned"]["name"]


long = st.builds(lambda text, n: text * n, anything, st.integers(1, 300))
options = st.lists(st.builds(Option, long, st.text("abc:1", min_size=1, max_size=75)), max_size=110).map(
    tuple
)
part: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, st.lists(inline_part | long | st.just(ANA), max_size=5).map(tuple)),
    st.builds(Fine, st.lists(inline_part | long, max_size=5).map(tuple)),
    st.builds(Quote, long),
    st.builds(
        lambda facts: Facts(tuple(Fact(a, (b,)) for a, b in facts)),
        st.lists(st.tuples(long, long), max_size=9),
    ),
    st.builds(
        lambda rows: Table(("a", "b"), tuple(rows)),
        st.lists(st.lists(long, max_size=3).map(tuple), max_size=60),
    ),
)
buttons = st.builds(
    lambda items: Buttons(tuple(items)),
    st.lists(
        st.builds(Button, st.just("a.b"), long, st.just("1042"))
        | st.builds(Menu, st.just("m.n"), long, options),
        max_size=5,
    ),
)


def strings(node: Any) -> Iterator[str]:
    """Every string in an activity."""
    if isinstance(node, str):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from strings(inner)


@settings(deadline=None)
@given(st.lists(part, max_size=6), buttons, st.none() | long)
def test_whatever_is_said_it_fits_and_the_buttons_stay(
    parts: list[Block], last: Buttons, author: str | None
) -> None:
    live = Live("ticket.card", "1042", tuple(f"29:{n:060}" for n in range(60))) if last.items else None
    activity = render(Message((*parts, last), "ro", author=author, live=live))
    assert len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) < 28_000
    assert size(activity) <= LARGEST
    assert not any(CONTROL.search(text.replace("\t", "")) for text in strings(activity))
    usable = [item for item in last.items if isinstance(item, Button) or item.options]
    if usable:
        assert len(activity["attachments"][0]["content"]["actions"]) == len(usable)
    for card_body in elements(activity, "RichTextBlock"):
        assert card_body["inlines"]


@pytest.mark.parametrize("blocks", [(), (TAKE,)])
def test_a_very_long_text_is_cut_and_the_reader_told_of_the_rest(blocks: tuple[Block, ...]) -> None:
    activity = render(Message((Quote("Nu merge. " * 2000), *blocks), "ro"))
    shown = (
        Read(activity["text"]).text if not blocks else words(activity["attachments"][0]["content"]["body"])
    )
    assert shown.endswith("…Restul este în tichet.")
    assert size(activity) > LARGEST * 3 // 4


@pytest.mark.parametrize("blocks", [(), (TAKE,)])
def test_a_very_long_text_leaves_room_for_the_lines_about_its_files(blocks: tuple[Block, ...]) -> None:
    lines = tuple(Fine((f"poza{n}.png",)) for n in range(10))
    activity = render(Message((Quote("Nu merge. " * 2000), *blocks, *lines), "ro"))
    shown = (
        Read(activity["text"]).text if not blocks else words(activity["attachments"][0]["content"]["body"])
    )
    assert shown.endswith("…Restul este în tichet." + "".join(f"poza{n}.png" for n in range(10)))


def test_a_long_table_keeps_its_beginning() -> None:
    rows = body(Table(("a", "b"), tuple((str(n), "x" * 50) for n in range(200))))
    assert words(rows[1]).startswith("0x")
    assert words(rows[-1]) == "Restul este în tichet."


FIELDS = (
    Field("text", "Ce s-a întâmplat?", "text", hint="Pe scurt"),
    Field("subject", "Titlu", longest=80, required=False),
    Field("priority", "Prioritate", "choice", "P2", (Option("Mare", "P2"), Option("Mică", "P4"))),
)
FORM = Form("support.open", "Cereți ajutor", "Trimite", FIELDS, "7", ("Bună ", Bold("ziua")), "ro")


def test_a_form_is_a_dialog_that_carries_its_action_and_subject() -> None:
    opened = dialog(FORM)
    assert opened["title"] == "Cereți ajutor"
    assert isinstance(opened["width"], int)
    assert isinstance(opened["height"], int)
    content = opened["card"]["content"]
    (submit,) = content["actions"]
    assert (submit["type"], submit["title"]) == ("Action.Submit", "Trimite")
    assert submit["data"] == {"action": "support.open", "value": "7", "dialog": True}
    intro, text, hint, subject, priority = content["body"]
    assert (words(intro), words(hint)) == ("Bună ziua", "Pe scurt")
    assert (text["id"], text["isMultiline"], text["isRequired"]) == ("field.text", True, True)
    assert text["errorMessage"] == "Completați acest câmp."
    assert (subject["isRequired"], subject["maxLength"]) == (False, 80)
    assert (priority["type"], priority["value"]) == ("Input.ChoiceSet", "P2")


def test_a_form_in_a_conversation_executes_and_old_clients_submit() -> None:
    content = inline(FORM)["content"]
    (send,) = content["actions"]
    assert (send["type"], send["verb"], send["data"]) == ("Action.Execute", "support.open", {"value": "7"})
    assert send["fallback"]["data"] == {"action": "support.open", "value": "7"}
    assert words(content["body"][0]) == "Cereți ajutor"


def test_errors_stand_beside_their_fields_and_what_was_typed_is_kept() -> None:
    content = dialog(FORM, {"text": "abc", "priority": "P4"}, {"text": "Prea puțin."})["card"]["content"]
    _intro, text, error, _hint, _subject, priority = content["body"]
    assert (text["value"], priority["value"]) == ("abc", "P4")
    assert (words(error), error["inlines"][0]["color"]) == ("Prea puțin.", "Attention")


def test_what_was_typed_is_read_back_as_words_alone() -> None:
    data = {"field.text": "a\r\nb\x00", "field.n": 3, "action": "x", "value": "7", "field.long": "x" * 9999}
    assert fields_of(data) == {"text": "a\nb", "long": "x" * LONGEST_FIELD}


@settings(deadline=None)
@given(long, long, options)
def test_whatever_a_form_asks_it_fits_and_is_without_control_characters(
    title: str, value: str, choices: tuple[Option, ...]
) -> None:
    fields = (Field("a", title, "text", value, hint=title), Field("b", title, "choice", options=choices))
    form = Form("x", title, title, fields, "1", (title,), "ro")
    for opened in (dialog(form, {}, {"a": value}), inline(form)):
        assert not any(CONTROL.search(text.replace("\t", "")) for text in strings(opened))
        json.dumps(opened, ensure_ascii=False).encode()
