import pytest

from desk.typed import folded
from desk.wording import language_of


@pytest.mark.parametrize("typed", ["Trans Carpați", " trans  CARPATI ", "Trans Carpaţi", "trans\tcarpați"])
def test_names_are_compared_without_capitals_diacritics_and_spare_spaces(typed: str) -> None:
    assert folded(typed) == "trans carpati"


@pytest.mark.parametrize(
    ("told", "language"), [("en", "en"), ("ro", "ro"), ("de", "ro"), ("", "ro"), (None, "ro")]
)
def test_we_speak_romanian_unless_english_is_asked_for(told: str | None, language: str) -> None:
    assert language_of(told) == language
