"""The Romanian catalogue: whatever the desk can say is there, well written, and nothing else."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from desk.messages import Bold, plain
from desk.wording import words

_ROOT = Path(__file__).parents[2]
_LOCALE = _ROOT / "desk" / "locale"
_SPOKEN_IN = ("bot", "desk", "handlers", "notifications", "storage")


@cache
def said() -> Catalog:
    """Return what the source says, as a catalogue without translations."""
    with (_LOCALE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalogue = Catalog()
    for folder in _SPOKEN_IN:
        for name, line, sentence, *_ in extract_from_dir(_ROOT / folder, methods, options):
            catalogue.add(sentence, locations=[(f"{folder}/{name}", line)])
    return catalogue


@cache
def romanian() -> Catalog:
    """Return the Romanian catalogue."""
    with (_LOCALE / "ro" / "LC_MESSAGES" / "dispecer.po").open("rb") as file:
        return read_po(file, locale="ro", abort_invalid=True)


def english(message: Message) -> str:
    """Return the sentence of a message as it stands in the code."""
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def forms(message: Message) -> tuple[str, ...]:
    """Return all forms of a message's translation."""
    return message.string if isinstance(message.string, tuple) else (str(message.string),)


def sentences_of(catalogue: Catalog) -> dict[str, Message]:
    """Return the messages of a catalogue by their sentence, without its header."""
    return {english(message): message for message in catalogue if message.id}


def translations() -> Iterator[tuple[str, str]]:
    """Yield each sentence of the catalogue with each form of its translation."""
    for sentence, message in sentences_of(romanian()).items():
        for form in forms(message):
            yield sentence, form


def fields(sentence: str) -> set[str]:
    """Return the names of the `{fields}` of a sentence."""
    return {field for _, field, _, _ in Formatter().parse(sentence) if field is not None}


def test_every_sentence_has_a_translation() -> None:
    known = sentences_of(romanian())
    missing = {
        sentence: message.locations
        for sentence, message in sentences_of(said()).items()
        if sentence not in known or not all(forms(known[sentence])) or known[sentence].fuzzy
    }
    assert not missing, "make words, and translate these"


def test_nothing_is_translated_that_nobody_says() -> None:
    assert not sentences_of(romanian()).keys() - sentences_of(said()).keys(), "make words drops these"
    assert not romanian().obsolete


def test_a_sentence_that_counts_has_three_forms() -> None:
    known = sentences_of(romanian())
    counting = [sentence for sentence, message in sentences_of(said()).items() if message.pluralizable]
    assert not [sentence for sentence in counting if sentence in known and len(forms(known[sentence])) != 3]


def test_placeholders_are_those_of_the_english_sentence() -> None:
    other = {sentence: form for sentence, form in translations() if fields(form) != fields(sentence)}
    assert not other


def test_white_space_around_a_sentence_is_kept() -> None:
    def around(text: str) -> tuple[str, str]:
        return text[: -len(text.lstrip())], text[len(text.rstrip()) :]

    assert not {s: form for s, form in translations() if around(form) != around(s)}


def test_romanian_is_spelled_with_its_own_letters_and_quotes() -> None:
    wrong = {
        sentence: (letter, form)
        for sentence, form in translations()
        if form != sentence
        for letter in "şţŞŢãÃǎ\"“'’`"
        if letter in form
    }
    assert not wrong, "ș and ț have a comma below, quotes are „ ”"
    unpaired = {s: form for s, form in translations() if form.count("„") != form.count("”")}
    assert not unpaired


def test_no_letter_stands_decomposed() -> None:
    assert not {s: form for s, form in translations() if any("\u0300" <= c <= "\u036f" for c in form)}


@pytest.mark.parametrize(
    ("n", "counted"),
    [
        (0, "0 tichete deschise"),
        (1, "1 tichet deschis"),
        (2, "2 tichete deschise"),
        (19, "19 tichete deschise"),
        (20, "20 de tichete deschise"),
        (100, "100 de tichete deschise"),
        (101, "101 tichete deschise"),
        (119, "119 tichete deschise"),
        (120, "120 de tichete deschise"),
    ],
)
def test_romanian_counts(n: int, counted: str) -> None:
    assert words("ro").count("{n} open ticket", "{n} open tickets", n) == counted


@pytest.mark.parametrize(
    ("n", "counted"), [(0, "0 open tickets"), (1, "1 open ticket"), (2, "2 open tickets")]
)
def test_english_counts(n: int, counted: str) -> None:
    assert words("en").count("{n} open ticket", "{n} open tickets", n) == counted


def test_what_was_cut_ends_its_sentence() -> None:
    t = words("en")
    assert t("Sent to {who}.", who="Ion Pop…") == "Sent to Ion Pop…"
    assert plain(t.rich("{number} is resolved.", number=Bold("T-1 · Nu…"))) == "T-1 · Nu… is resolved."
    assert plain(t.rich("We added this to {number}.", number=Bold("T-1 · Nu…"))).endswith("T-1 · Nu…")


@pytest.mark.parametrize(
    "code",
    [
        '_("one"); sentence("two")',
        't("one" "") + call.t("two")',
        't.rich("one", who=Bold(t("two")))',
        'words(language)("one"); desk.team("two")',
        'call.say("one" if chosen else "two")',
        'frame.count("two") or t.count("one", "two", n)',
    ],
)
def test_sentences_are_found_in_python(code: str) -> None:
    assert read("in_python", code) == {"one", "two"}


@pytest.mark.parametrize(
    "template",
    [
        '<p title="{{ t(\'one\') }}">{{ t("two", name=name | upper) }}</p>',
        '{% if replies %}{{ t.count("one", "two", replies | length) }}{% endif %}',
        '{% macro m(x) %}{{ piece(t("one")) }}{% endmacro %}{{ m(t("two")) }}',
    ],
)
def test_sentences_are_found_in_templates(template: str) -> None:
    assert read("in_template", template) == {"one", "two"}


def read(reader: str, source: str) -> set[str]:
    """Return the sentences that a reader finds in a source."""
    found = extract(f"desk.locale.sentences:{reader}", BytesIO(source.encode()))
    return {each for _, said, *_ in found for each in ([said] if isinstance(said, str) else said)}
