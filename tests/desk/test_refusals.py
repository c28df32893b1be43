import pytest

from desk.errors import BadInput
from desk.plan_parts import Label
from desk.refusals import refusal
from desk.wording import Language, words
from tests.desk_in_tests import answer_text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "There is no P5. The priorities are P1 critical."),
        ("ro", "Nu există P5. Prioritățile sunt P1 critică."),
    ],
)
def test_an_error_and_the_labels_in_it_are_said_in_its_readers_language(
    language: Language, said: str
) -> None:
    known = Label(en="P1 critical", ro="P1 critică")
    error = BadInput("There is no {priority}. The priorities are {known}.", priority="P5", known=known)
    answer = refusal(error, words(language), "UTC")
    assert answer_text(answer) == said
    assert answer.refused
