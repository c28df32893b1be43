from pathlib import Path

import pytest

from desk.nearest import nearest
from desk.plan import Mistake, PlanError, load, parse

SHIPPED = (Path(__file__).parents[2] / "desk/plan.toml").read_text("utf-8")


def mistakes(text: str) -> list[Mistake]:
    with pytest.raises(PlanError) as caught:
        parse(text)
    return list(caught.value.mistakes)


# What is replaced in the shipped plan, by what, and the mistake that this makes: it stands where `by` does.
EDITS = [
    ('zone = "Europe/Bucharest"', 'zone = "Europe/Bucarest"', "zone", "Did you mean Europe/Bucharest?"),
    (
        'language = "ro"',
        'language = "de"',
        "language",
        "“de” is not one of the choices. Choose from: en, ro.",
    ),
    ('name = "Transport SaaS"', "name = 5", "name", "Write text, in quotes."),
    ('name = "Transport SaaS"', 'name = ""', "name", "It cannot be empty."),
    ('country = "RO"', 'country = "XX"', "holidays.country", "Nobody knows the holidays of “XX”."),
    ("without = []", "without = [2027]", "holidays.without[0]", "Write a day without quotes"),
    (
        "holidays = false",
        'holidays = "no"',
        "calendars.always.holidays",
        "Write true or false, without quotes.",
    ),
    (
        'calendar = "always"\nchannels',
        'calendar = "alwys"\nchannels',
        "tiers.enterprise.calendar",
        "“always”?",
    ),
    (
        'channels = ["email", "docs"]',
        'channels = ["emial", "docs"]',
        "tiers.basic.channels[0]",
        "There is no channel “emial”. Did you mean “email”?",
    ),
    (
        'price = "custom"',
        'price = "custom"\ndiscount = 5',
        "tiers.enterprise.discount",
        "Nothing is called “discount” here. Choose from: name, first_response,",
    ),
    (
        'update_every = "1 h" ',
        'update_evry = "1 h" ',
        "priorities.P1.update_evry",
        "Nothing is called “update_evry” here. Did you mean “update_every”?",
    ),
    ('update_every = "1 h" ', 'update_every = "0 h" ', "priorities.P1.update_every", "longer than nothing."),
    (
        'update_every = "1 h" ',
        'update_every = "2 dys" ',
        "priorities.P1.update_every",
        "“2 dys” is not a duration. Write it like 30 min, 4 h, 2 d or 1 w.",
    ),
    (
        'update_every = "1 h" ',
        "update_every = 60 ",
        "priorities.P1.update_every",
        "Write a duration in quotes",
    ),
    ('combine = "strictest"', 'combine = "strict"', "sla.combine", "Did you mean “strictest”?"),
    ("warn_at = 75", "warn_at = 0", "sla.warn_at", "0 is too little. The least is 1."),
    ("warn_at = 75", "warn_at = 100", "sla.warn_at", "100 is too much. The most is 99."),
    ("warn_at = 75", 'warn_at = "75"', "sla.warn_at", "Write a whole number, without quotes."),
    (
        'next_response = "first_response"',
        'next_response = "resolution"',
        "sla.next_response",
        "Write “first_response” for the same target as the first, or a duration.",
    ),
    (
        'default_priority = "P3"',
        'default_priority = "P5"',
        "sla.default_priority",
        "There is no priority “P5”. ",
    ),
    (
        "overrides = []",
        'overrides = [{ tier = "gold", priority = "P2", resolution = "1 h" }]',
        "sla.overrides[0].tier",
        "There is no tier “gold”. Choose from: basic, standard, premium, enterprise.",
    ),
    (
        "overrides = []",
        'overrides = [{ tier = "basic", priority = "P2" }]',
        "sla.overrides[0]",
        "Say which target holds",
    ),
    (
        "overrides = []",
        'overrides = [\n{tier="basic",priority="P2",resolution="1 h"},{tier="basic",priority="P2"}]',
        "sla.overrides[1]",
        "basic P2 is overridden already.",
    ),
    (
        "overrides = []",
        "overrides = [{ tier = [], priority = {} }]",
        "sla.overrides[0].tier",
        "Write text, in quotes.",
    ),
    ('emoji = "ticket"', 'emoji = "ticket"\nemojy = "x"', "tickets.emojy", "Did you mean “emoji”?"),
    ('unknown_tier = "basic"', 'unknown_tier = "basc"', "tickets.unknown_tier", "Did you mean “basic”?"),
    (
        'ro = "Telefon" }',
        'ro = "Telefon", fr = "Téléphone" }',
        "channels.phone.name.fr",
        "Nothing is called “fr” here. Choose from: en, ro.",
    ),
    ("appointment = true", 'staffed = "night"', "channels.video.staffed", "There is no calendar “night”."),
    (
        'after = "20 min", tell = "lead"',
        'after = "5 min", tell = "lead"',
        "escalation[0].steps[2].after",
        "Steps go in order of time, and “5 min” stands after “10 min”.",
    ),
    (
        'after = "10 min", tell = "l2"',
        'after = "10 min", tell = "l22"',
        "escalation[0].steps[1].tell",
        "There is no level “l22”. Did you mean “l2”?",
    ),
    (
        'repeat = "30 min"\n\n[[escalation]]\non = "warning"',
        'repeat = "0 min"\n\n[[escalation]]\non = "warning"',
        "escalation[0].repeat",
        "It has to be longer than nothing.",
    ),
    (
        'priorities = ["P3", "P4"]',
        'priorities = ["P3", "P2"]',
        "escalation[4].priorities[1]",
        "“breach P2 first_response” has a rule already.",
    ),
    (
        'on = "opened"',
        'clocks = ["resolution"]\non = "opened"',
        "escalation[0].clocks",
        "No clock is meant when a ticket opens. Leave this line out.",
    ),
    ('on = "opened"', 'on = "open"', "escalation[0].on", "Did you mean “opened”?"),
    ("[levels.lead]", "[levels.assignee]", "levels.assignee", "Call this level something else."),
]


@pytest.mark.parametrize(("old", "by", "key", "words"), EDITS)
def test_a_mistake_names_its_line_its_key_and_what_would_be_right(
    old: str, by: str, key: str, words: str
) -> None:
    assert SHIPPED.count(old) == 1
    text = SHIPPED.replace(old, by)
    found = next(m for m in mistakes(text) if m.key == key and words in m.text)
    first = text.count("\n", 0, text.index(by)) + 1
    assert found.line in range(first, first + by.count("\n") + 1)


@pytest.mark.parametrize(
    ("days", "key", "words"),
    [
        ("{}", "", "No hour of the week is open. Open at least one span."),
        ("{ mon = [] }", "", "No hour of the week is open. Open at least one span."),
        ('{ mon-fry = ["09:00-18:00"] }', ".mon-fry", "“fry” is not a day. Days are mon, tue, wed,"),
        ('{ mon-fri = "09:00-18:00" }', ".mon-fri", 'Write a list of spans, like ["09:00-18:00"].'),
        ('{ mon-fri = ["9-18"] }', ".mon-fri[0]", "“9-18” is not a span of the day."),
        ('{ mon-fri = ["09:00-18:00", "18:00-18:00"] }', ".mon-fri[1]", "“18:00-18:00” has no length."),
        ('{ mon = ["09:00-18:00", "17:00-19:00"] }', ".mon[1]", "mon 17:00-19:00 overlaps mon 09:00-18:00."),
        ('["09:00-18:00"]', "", "Write days and their spans, like { mon-fri = "),
    ],
)
def test_a_mistake_in_a_week_names_its_day_and_span(days: str, key: str, words: str) -> None:
    text = SHIPPED.replace('{ mon-fri = ["09:00-18:00"] }', days)
    (found,) = mistakes(text)
    assert found.key == "calendars.staffed.days" + key
    assert found.text.startswith(words)
    assert days in text.splitlines()[found.line - 1]


def test_a_plan_without_any_open_hour_is_refused() -> None:
    text = SHIPPED.replace('{ mon-fri = ["00:00-24:00"] }', "{ sat-sun = [] }")
    assert [mistake.key for mistake in mistakes(text)] == ["calendars.working-days.days"]


def test_a_span_that_overlaps_on_five_days_is_one_mistake() -> None:
    text = SHIPPED.replace('"09:00-18:00"', '"09:00-18:00", "12:00-13:00"')
    assert [mistake.key for mistake in mistakes(text)] == ["calendars.staffed.days.mon-fri[1]"]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = SHIPPED
    for old, by, _, _ in EDITS:
        text = text.replace(old, by)
    found = mistakes(text)
    assert len(found) > 15
    assert [mistake.line for mistake in found] == sorted(mistake.line for mistake in found)
    assert {"zone", "sla.warn_at", "sla.default_priority", "escalation[0].steps[1].tell"} <= {
        mistake.key for mistake in found
    }


def test_a_missing_key_is_reported_where_its_table_begins() -> None:
    text = SHIPPED.replace('emoji = "ticket"', "# emoji")
    (found,) = mistakes(text)
    assert (found.key, found.text) == ("tickets.emoji", "It is missing.")
    assert text.splitlines()[found.line - 1] == "[tickets]"


def test_an_empty_file_lacks_everything() -> None:
    found = mistakes("")
    assert {mistake.line for mistake in found} == {1}
    assert {"name", "zone", "tiers", "escalation"} < {mistake.key for mistake in found}


def test_a_section_of_the_wrong_kind_is_one_mistake_of_it() -> None:
    found = mistakes("tiers = 5\nescalation = 'x'\nlevels = []\npriorities = {}\nsla = { overrides = 1 }")
    texts = {mistake.key: mistake.text for mistake in found}
    assert texts["tiers"] == "Write a table of keys and values."
    assert texts["levels"] == "Write a table of keys and values."
    assert texts["escalation"] == "Write a list, in square brackets."
    assert texts["sla.overrides"] == "Write a list, in square brackets."
    assert texts["priorities"] == "Name at least one."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name = \n", 1),
        ('name = "a"\nname = "b"\n', 2),
        ('name = "a"\n\n[tiers\n', 3),
        ('name = "a"\ndays = [1, 2', 2),
        ('name = "a"\n[x]\n[x]\n', 3),
    ],
)
def test_a_file_that_is_not_toml_is_reported_where_it_stops_being_so(text: str, line: int) -> None:
    (found,) = mistakes(text)
    assert (found.line, found.key) == (line, "")
    assert found.text.startswith("This is not TOML. ")
    assert "line" not in found.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            SHIPPED + "#" * 200_000,
            Mistake(1, "", "This is too long to be a plan: over 200000 characters."),
        ),
        ("a = 1\nb = " + "9" * 10_000, Mistake(2, "", "This number is too long.")),
        ("x = " + "[" * 5_000, Mistake(1, "", "This is nested too deeply to be a plan.")),
        (".".join("a" * 2_000) + " = 1", Mistake(1, "", "This is nested too deeply to be a plan.")),
    ],
)
def test_what_no_plan_holds_is_refused_in_a_sentence(text: str, found: Mistake) -> None:
    assert mistakes(text) == [found]


def test_nothing_in_a_key_steers_the_terminal_on_which_it_is_shown() -> None:
    (found,) = mistakes(SHIPPED + '\n["\\u001b]0;ț\\u0007"]\n')
    assert found.key == '"\\x1b]0;ț\\x07"'
    assert found.text.startswith("Nothing is called “\\x1b]0;ț\\x07” here.")


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes("name = 'a'\n# ț".encode("iso-8859-16"))
    with pytest.raises(PlanError) as caught:
        load(file)
    assert caught.value.mistakes == (Mistake(2, "", "This is not UTF-8 text. Save the file as UTF-8."),)


def test_the_error_reads_like_a_list_of_places() -> None:
    with pytest.raises(PlanError) as caught:
        parse(SHIPPED.replace("warn_at = 75", "warn_at = 0"), name="ours.toml")
    line = SHIPPED[: SHIPPED.index("warn_at")].count("\n") + 1
    assert str(caught.value) == (
        f"The plan has mistakes:\nours.toml:{line}: sla.warn_at: 0 is too little. The least is 1."
    )


@pytest.mark.parametrize(
    ("word", "meant"),
    [("frist_response", "first_response"), ("First_Response", "first_response"), ("xyz", None), ("", None)],
)
def test_a_slip_is_answered_with_the_nearest_word(word: str, meant: str | None) -> None:
    assert nearest(word, ["first_response", "resolution", "price"]) == meant
