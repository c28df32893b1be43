import pytest

from desk.typed import as_words, folded
from desk.wording import language_of


@pytest.mark.parametrize("typed", ["Trans Carpați", " trans  CARPATI ", "Trans Carpaţi", "trans\tcarpați"])
def test_names_are_compared_without_capitals_diacritics_and_spare_spaces(typed: str) -> None:
    assert folded(typed) == "trans carpati"


@pytest.mark.parametrize(
    ("told", "language"), [("en", "en"), ("ro", "ro"), ("de", "ro"), ("", "ro"), (None, "ro")]
)
def test_we_speak_romanian_unless_english_is_asked_for(told: str | None, language: str) -> None:
    assert language_of(told) == language


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Write /support to reach us.", "Write support to reach us."),
        (
            "There is no /ticket x. Did you mean /ticket list?",
            "There is no ticket x. Did you mean ticket list?",
        ),
        ("Vedeți https://a.example/support și /tmp", "Vedeți https://a.example/support și /tmp"),
    ],
)
def test_commands_are_said_as_they_are_typed(said: str, typed: str) -> None:
    assert as_words(said) == typed
