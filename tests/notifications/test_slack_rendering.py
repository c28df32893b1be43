"""The neutral message in Slack's dress: nobody's words do anything, and Slack's limits hold."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock, ContextBlock, InputBlock, SectionBlock
from slack_sdk.models.views import View

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
    Mention,
    Menu,
    Message,
    Option,
    Quote,
    Table,
    Text,
    When,
)
from notifications.slack.form import render_form
from notifications.slack.parts import action_of
from notifications.slack.render import LONGEST_FALLBACK, LONGEST_MESSAGE, MOST_BLOCKS, render

NOW = datetime(2026, 11, 30, 9, 20, tzinfo=UTC)
BLOCKS: dict[str, Any] = {"section": SectionBlock, "context": ContextBlock, "actions": ActionsBlock}


def drawn(*blocks: Block, author: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = render(Message(blocks, "ro", author=author))["blocks"]
    return found


def texts(node: Any) -> Iterator[str]:
    """Every text of mrkdwn in a payload."""
    if isinstance(node, list):
        for inner in node:
            yield from texts(inner)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        for inner in node.values():
            yield from texts(inner)


def said(*blocks: Block) -> str:
    return "\n".join(texts(drawn(*blocks)))


def test_a_paragraph_is_a_section() -> None:
    assert said(Text(("Tichetul ", Bold("T-1042"), " e la ", Code("/ticket why 1042")))) == (
        "Tichetul *T-1042* e la `/ticket why 1042`"
    )


def test_small_print_is_a_context() -> None:
    assert drawn(Fine(("mic",)))[0]["type"] == "context"


def test_an_instant_is_slacks_own_date_with_how_far_it_is_in_the_readers_language() -> None:
    at = NOW + timedelta(hours=3)
    assert said(Text((When(at, NOW),))).replace("\u200b", "") == (
        f"<!date^{int(at.timestamp())}^{{date_long_pretty}}, {{time}}|luni 30 nov., 14:20>"
        " (peste\u00a03\u00a0h)"
    )
    assert said(Text((When(at, bold=True),))).startswith("*<!date^")


def test_what_happens_now_is_not_said_to_be_now_for_ever() -> None:
    assert "(" not in said(Text((When(NOW + timedelta(seconds=59), NOW),)))
    assert said(Text((When(NOW - timedelta(minutes=1), NOW),))).endswith("(acum\u00a01\u00a0min)")


def test_the_notification_shows_the_instant_in_words() -> None:
    message = Message((Text((Bold("T-1042"), ": ", When(NOW, NOW + timedelta(minutes=4)))),), "en")
    assert render(message)["text"] == "T-1042: Monday 30 Nov, 11:20 (4\u00a0min\u00a0ago)"


def test_who_wrote_stands_above_what_they_wrote() -> None:
    assert list(texts(drawn(Quote("Merge.\nMersi"), author="Ion P."))) == ["*Ion P.*", ">Merge.\n>Mersi"]


def test_facts_stand_side_by_side_ten_to_a_section() -> None:
    blocks = drawn(Facts(tuple(Fact(f"F{n}", (str(n),)) for n in range(11))))
    assert [len(block["fields"]) for block in blocks] == [10, 1]
    assert blocks[0]["fields"][3]["text"] == "*F3*\n3"
    assert "—" in said(Facts((Fact("Responsabil", ()),)))


def test_a_table_keeps_its_columns() -> None:
    table = Table(("Când", "Cât"), (("vineri", "7 h"), ("luni 30 nov.", "0"), ("scurt",)))
    assert said(table) == (
        "```\nCând          Cât\n─────────────────\nvineri        7 h\nluni 30 nov.  0\nscurt\n```"
    )


def test_buttons_say_what_they_do_and_ask_before_what_is_hard_to_undo() -> None:
    sure = Confirm("Închidem?", "Nu mai lucrăm la el.", "Da", "Nu")
    menu = Menu("ticket.priority", "Prioritate", (Option("P1", "1:P1"), Option("P2", "1:P2")))
    (block,) = drawn(
        Buttons((Button("ticket.take", "Preia", "1", "primary"), Button("x.y", "Z", confirm=sure), menu))
    )
    take, close, priority = block["elements"]
    assert (take["action_id"], take["value"], take["style"]) == ("ticket.take", "1", "primary")
    assert close["confirm"]["deny"]["text"] == "Nu"
    assert "value" not in close
    assert priority["type"] == "static_select"
    assert priority["options"][1]["value"] == "1:P2"


def test_the_same_action_twice_has_two_ids_in_a_block() -> None:
    (block,) = drawn(Buttons((Button("kb.open", "A", "1"), Button("kb.open", "B", "2"))))
    ids = [element["action_id"] for element in block["elements"]]
    assert len(set(ids)) == 2
    assert {action_of(name) for name in ids} == {"kb.open"}


def test_a_changed_card_forgets_what_was_chosen_in_its_menu() -> None:
    buttons = Buttons((Menu("m", "M", (Option("a", "1"),)),))
    one, same, other = (drawn(Text((text,)), buttons)[1]["block_id"] for text in ("a", "a", "b"))
    assert one == same != other


def test_what_says_nothing_is_left_out() -> None:
    assert (
        drawn(Text(()), Fine(("",)), Quote("  "), Buttons(()), Table((), ()), Buttons((Menu("m", "M", ()),)))
        == []
    )
    assert render(Message(()))["text"] == "…"


@pytest.mark.parametrize(
    "nasty",
    [
        "<!channel>",
        "<!here|x>",
        "<@U012345>",
        "<#C012345>",
        "<https://evil.example|bank.example>",
        "a & b < c",
    ],
)
def test_markup_from_people_is_shown_as_they_wrote_it(nasty: str) -> None:
    escaped = nasty.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for shown in (said(Quote(nasty)), said(Text((Bold(nasty),))), said(Fine((nasty,)))):
        assert re.sub("[*<>`]|\u200b|^>", "", shown) == re.sub("[*<>`]", "", escaped)
        assert "<!" not in shown
        assert "<@" not in shown


def test_formats_from_people_are_disarmed_and_names_of_files_are_not() -> None:
    shown = said(Text(("*bold* _it_ ~no~ `code` snake_case.py\n> quote @channel ana@example.com",)))
    assert "∗bold*" in shown
    assert "`" not in shown
    assert "snake_case.py" in shown
    assert "ana@example.com" in shown
    assert "@channel" not in shown
    assert "\n&gt;" not in shown


def test_an_address_from_people_can_be_followed_and_shows_where_it_leads() -> None:
    assert said(Quote("vezi https://a.example/x?b=1&c=2.")) == ">vezi <https://a.example/x?b=1&amp;c=2>."


def test_our_links_and_mentions_work_and_broken_ones_are_words() -> None:
    assert said(Text((Link("https://a.example/1", "a|b"),))) == "<https://a.example/1|a¦b>"
    assert said(Text((Link("javascript:alert(1)", "rău"),))) == "rău"
    assert said(Text((Mention("U01", "Ana"),))) == "<@U01>"
    assert said(Text((Mention("!channel", "Ana"),))) == "Ana"


anything = st.text(st.sampled_from("*_~`<>&@!|# \n:.-^ăA1\u200b\ud800\x00") | st.characters(), max_size=80)
inline: st.SearchStrategy[Inline] = st.one_of(
    anything, anything.map(Bold), anything.map(Code), st.builds(Link, anything, anything)
)


@given(anything)
def test_no_words_mention_anybody_or_open_a_link(text: str) -> None:
    assume(not re.fullmatch(r"[UW][A-Z0-9]{2,}", text))  # a person's id does mention them
    blocks = drawn(
        Text((text, Bold(text), Code(text), Link("https://a.example", text), Mention(text, text))),
        Fine((text,)),
        Quote(text),
        Facts((Fact(text, (text,)),)),
        Table((text,), ((text,),)),
        author=text,
    )
    for shown in [*texts(blocks), render(Message((Quote(text),)))["text"]]:
        for tag in re.findall(r"<([^>]*)>", shown):
            assert tag.startswith(("https://", "http://"))
            assert "|" not in tag or tag.startswith("https://a.example|")
        assert not re.search(r"(?<![0-9A-Za-z])@(?:channel|here|everyone)", shown)
        json.dumps(shown).encode("utf-8")


@given(anything.filter(lambda text: "http" not in text))
def test_stressed_words_stay_in_one_pair_of_asterisks(text: str) -> None:
    for shown in texts(drawn(Text((Bold(text),)))):
        assert shown.count("*") == 2
        assert "\n" not in shown


def valid(blocks: list[dict[str, Any]]) -> None:
    """Hold the limits of Slack's that we know."""
    assert len(blocks) <= MOST_BLOCKS
    assert len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) <= LONGEST_MESSAGE
    assert len({block["block_id"] for block in blocks if "block_id" in block}) == sum(
        "block_id" in b for b in blocks
    )
    for block in blocks:
        walked(BLOCKS[block["type"]](**{k: v for k, v in block.items() if k != "type"}))
    for text in texts(blocks):
        assert 1 <= len(text) <= 3000
    for block in blocks:
        for field in block.get("fields", ()):
            assert len(field["text"]) <= 2000


def walked(thing: Any) -> None:
    """Validate a model of slack_sdk's and everything inside it."""
    if hasattr(thing, "validate_json"):
        thing.validate_json()
    for inner in vars(thing).values() if hasattr(thing, "__dict__") else ():
        for one in inner if isinstance(inner, (list, tuple)) else (inner,):
            if hasattr(one, "validate_json"):
                walked(one)


long = st.builds(lambda text, n: text * n, anything, st.integers(1, 600))
options = st.lists(st.builds(Option, long, st.text("abc:1", min_size=1, max_size=75)), max_size=130).map(
    tuple
)
part: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, st.lists(inline | long, max_size=5).map(tuple)),
    st.builds(Fine, st.lists(inline | long, max_size=5).map(tuple)),
    st.builds(Quote, long),
    st.builds(
        lambda facts: Facts(tuple(Fact(a, (b,)) for a, b in facts)),
        st.lists(st.tuples(long, long), max_size=15),
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


@settings(deadline=None)
@given(st.lists(part, max_size=8), buttons, st.none() | long)
def test_whatever_is_said_slacks_limits_hold_and_the_buttons_stay(
    parts: list[Block], last: Buttons, author: str | None
) -> None:
    message = Message((*parts, last), "ro", author=author)
    rendered = render(message)
    valid(rendered["blocks"])
    assert len(rendered["text"]) <= LONGEST_FALLBACK
    usable = [item for item in last.items if isinstance(item, Button) or item.options]
    assert sum(len(b["elements"]) for b in rendered["blocks"] if b["type"] == "actions") == len(usable)


def test_a_very_long_text_is_dealt_to_sections_and_the_reader_told_of_the_rest() -> None:
    blocks = drawn(Quote("Nu merge. " * 3000), Buttons((Button("a", "A"),)))
    assert [block["type"] for block in blocks][-2:] == ["context", "actions"]
    assert len(blocks) > 4
    shown = list(texts(blocks))
    assert shown[-2].endswith("…")
    assert shown[-1] == "The rest is in the ticket." or "tichet" in shown[-1]


def test_a_very_long_text_leaves_room_for_the_lines_about_its_files() -> None:
    lines = tuple(Fine((f"poza{n}.png · Fișierul este prea mare.",)) for n in range(10))
    for more in ((), (Buttons((Button("a.b", "Preia"),)),)):
        texts_of = list(texts(drawn(Quote("Nu merge. " * 2000), *more, *lines)))
        assert texts_of[-11:] == ["Restul este în tichet.", *[line.rich[0] for line in lines]]


def test_of_very_long_last_lines_as_many_stay_whole_as_leave_room_for_the_text() -> None:
    lines = tuple(Fine((f"{n} " + "x" * 1500,)) for n in range(20))
    shown = list(texts(drawn(Quote("Nu merge. " * 2000), *lines)))
    assert len(shown[0]) > 2000
    assert [text[0] for text in shown[shown.index("Restul este în tichet.") + 1 :]] == list("0123")


def test_a_text_that_just_fits_loses_nothing() -> None:
    text = "cuvânt " * 1400
    shown = "".join(one.replace(">", "") for one in texts(drawn(Quote(text))))
    assert shown.replace("\n", "").replace(" ", "") == text.replace(" ", "")


def test_many_parts_leave_room_for_the_buttons() -> None:
    blocks = drawn(*[Text((str(n),)) for n in range(80)], Buttons((Button("a", "A"),)))
    assert len(blocks) == MOST_BLOCKS
    assert blocks[-1]["type"] == "actions"


def form(*fields: Field) -> dict[str, Any]:
    return render_form(Form("support.open", "Ask for support", "Send", fields, "7", ("Hello",), "en"))


def test_a_form_is_a_modal_that_carries_its_action_and_subject() -> None:
    view = form(
        Field("text", "What happened?", "text", value="It is *broken*", hint="In your own words"),
        Field("subject", "Title", longest=80, required=False),
        Field("priority", "Priority", "choice", "P2", (Option("High", "P2"), Option("Low", "P4"))),
    )
    assert (view["callback_id"], view["private_metadata"]) == ("support.open", "7")
    intro, text, subject, priority = view["blocks"]
    assert intro["text"]["text"] == "Hello"
    assert (text["block_id"], text["element"]["initial_value"]) == ("text", "It is *broken*")
    assert (subject["optional"], subject["element"]["max_length"]) == (True, 80)
    assert priority["element"]["initial_option"]["value"] == "P2"
    for block in view["blocks"][1:]:
        walked(InputBlock(**{k: v for k, v in block.items() if k != "type"}))
    View(**view).validate_json()


@settings(deadline=None)
@given(long, long, options)
def test_the_longest_form_holds_slacks_limits(title: str, value: str, choices: tuple[Option, ...]) -> None:
    fields = (Field("a", title, value=value, hint=title), Field("b", title, "choice", options=choices))
    view = render_form(Form("x", title, title, fields, "1"))
    View(**view).validate_json()
    for block in view["blocks"]:
        walked(InputBlock(**{k: v for k, v in block.items() if k != "type"}))
