"""A message as HTML: everything that people wrote stays text."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from desk.messages import (
    Block,
    Bold,
    Button,
    Buttons,
    Code,
    Confirm,
    Fact,
    Facts,
    Fine,
    Inline,
    Link,
    Mention,
    Menu,
    Message,
    Option,
    Quote,
    Rich,
    Table,
    Text,
    When,
)
from notifications.web.render import distances, html, is_card

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TAGS = "p blockquote dl div dt dd table thead tbody tr th td button span strong code a time"
ATTRIBUTES = (
    "class tabindex scope type data-action data-subject data-confirm-title data-confirm-text data-confirm-yes"
    " data-confirm-no aria-haspopup aria-expanded role popover href target rel datetime title"
)

hostile = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onclick='alert(1)",
        "{{ 7 * 7 }}{% raw %}",
        "{0} {name}",
        "&lt;b&gt; & &amp;",
        "javascript:alert(1)",
        "</p></div></li>",
    ]
)
words = st.one_of(hostile, st.text(max_size=40))
instants = st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC))
inlines: st.SearchStrategy[Inline] = st.one_of(
    words,
    words.map(Bold),
    words.map(Code),
    st.builds(Mention, words, words),
    st.builds(Link, words, words),
    st.builds(When, instants, st.one_of(st.none(), instants), st.booleans()),
)
riches: st.SearchStrategy[Rich] = st.lists(inlines, max_size=4).map(tuple)
buttons = st.builds(
    Button,
    words,
    words,
    words,
    st.none(),
    st.one_of(st.none(), st.builds(Confirm, words, words, words, words)),
)
menus = st.builds(Menu, words, words, st.lists(st.builds(Option, words, words), max_size=3).map(tuple))
blocks: st.SearchStrategy[Block] = st.one_of(
    riches.map(Text),
    riches.map(Fine),
    words.map(Quote),
    st.lists(st.builds(Fact, words, riches), max_size=3).map(lambda facts: Facts(tuple(facts))),
    st.builds(lambda cell: Table((cell,), ((cell,),)), words),
    st.lists(st.one_of(buttons, menus), max_size=3).map(lambda items: Buttons(tuple(items))),
)
messages = st.builds(Message, st.lists(blocks, max_size=4).map(tuple), st.sampled_from(["en", "ro"]))


class Read(HTMLParser):
    """What a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(messages)
def test_only_our_own_tags_and_attributes_come_out(message: Message) -> None:
    read = Read(html(message, NOW))
    assert set(read.tags) <= set(TAGS.split())
    assert {name for name, _ in read.attributes} <= set(ATTRIBUTES.split())
    assert read.open == []


@given(messages)
def test_no_link_leads_to_a_script(message: Message) -> None:
    for name, value in Read(html(message, NOW)).attributes:
        if name == "href":
            assert value is not None
            assert value.startswith(("/", "http:", "https:", "mailto:")) or ":" in value.lower()[:7]
            assert not value.lower().lstrip().startswith(("javascript:", "data:", "vbscript:"))


@given(st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=200))
def test_what_somebody_wrote_is_read_as_it_was_written(text: str) -> None:
    assert Read(html(Message((Quote(text),)), NOW)).text == text


@given(messages)
def test_distances_are_told_in_the_order_in_which_they_stand(message: Message) -> None:
    shown = re.findall(r'<span class="away">(.*?)</span>', str(html(message, NOW)))
    assert shown == distances(message, NOW) or not any(isinstance(b, Facts) for b in message.blocks)


def test_an_instant_has_its_weekday_its_distance_and_a_title_in_the_reader_s_zone() -> None:
    due = When(NOW + timedelta(hours=5), NOW)
    drawn = html(Message((Text((due,)),), "ro"), NOW)
    assert "luni 23 nov., 19:00" in drawn
    assert '<span class="away">(peste 5 h)</span>' in drawn
    title = "luni, 23 noiembrie 2026, 19:00 (Europe/Bucharest)"
    assert f'datetime="2026-11-23T17:00:00+00:00" title="{title}"' in drawn


def test_a_card_s_distances_are_told_from_when_it_is_read_not_written() -> None:
    due = (When(NOW + timedelta(hours=5), NOW),)
    message = Message((Facts((Fact("Due", due),)),), "en")
    assert distances(message, NOW + timedelta(hours=2)) == ["(in 3 h)"]
    assert "(in 3 h)" in html(message, NOW + timedelta(hours=2))


def test_a_sentence_keeps_the_distance_that_was_true_when_it_was_said() -> None:
    message = Message((Text(("It is due ", When(NOW + timedelta(hours=5), NOW))),), "en")
    assert "(in 5 h)" in html(message, NOW + timedelta(hours=7))
    assert distances(message, NOW + timedelta(hours=7)) == []


def test_small_print_says_how_long_ago_something_was_and_keeps_its_date_for_the_title() -> None:
    message = Message((Fine(("Ion · ", When(NOW - timedelta(minutes=4), NOW))), Facts(())), "ro")
    read = Read(html(message, NOW))
    assert read.text == "Ion · acum 4 min"
    assert "luni, 23 noiembrie 2026, 13:56 (Europe/Bucharest)" in dict(read.attributes).values()
    assert distances(message, NOW + timedelta(minutes=1)) == ["acum 5 min"]


def test_a_number_keeps_its_unit_and_a_span_its_dash_but_somebody_s_words_stay_as_they_are() -> None:
    span = Table(("De la",), (("luni 23 nov., 10:00 – 14:00",),))
    message = Message((Text(("rezolvare în cel mult 4 h",)), span, Quote("de 4 h – nimic")), "ro")
    read = Read(html(message, NOW)).text
    assert "rezolvare în cel mult 4\N{NO-BREAK SPACE}h" in read
    assert "luni 23 nov., 10:00\N{NO-BREAK SPACE}– 14:00" in read
    assert read.endswith("de 4 h – nimic")


def test_a_line_does_not_end_with_the_hyphen_of_a_short_word_and_is_copied_as_it_was_written() -> None:
    said = "s-a rezolvat într-un minut, n-ați pierdut T-1001, de luni-vineri"
    drawn = html(Message((Text((said,)), Quote("nu s-a <b>schimbat"))), NOW)
    assert re.findall(r'<span class="tied">(.*?)</span>', drawn) == [
        "s-a",
        "într-un",
        "n-ați",
        "luni-vineri",
        "s-a",
    ]
    assert Read(str(drawn)).text == said + "nu s-a <b>schimbat"


def test_a_link_to_somebody_else_s_host_in_disguise_is_plain_text() -> None:
    for address in ("//evil.example", "/\\evil.example", "javascript:alert(1)", "http://[", "JAVASCRIPT:x"):
        assert "<a" not in html(Message((Text((Link(address, "here"),)),)), NOW)


def test_a_button_says_what_it_does_and_what_it_asks_first() -> None:
    sure = Confirm("Escalate?", "Level 2 is told.", "Escalate", "Not now")
    drawn = html(Message((Buttons((Button("ticket.escalate", "Escalate", "1042", "danger", sure),)),)), NOW)
    read = dict(Read(drawn).attributes)
    assert read["class"] == "button danger"
    assert (read["data-action"], read["data-subject"]) == ("ticket.escalate", "1042")
    assert read["data-confirm-title"] == "Escalate?"


def test_what_one_acts_on_is_a_card() -> None:
    assert is_card(Message((Buttons((Button("a", "b"),)),)))
    assert not is_card(Message((Text(("hello",)),)))
