import pytest

from desk.follow_ups import goes_on


@pytest.mark.parametrize(
    "text",
    [
        "iar nu merge, aceeași eroare",
        "Tot nu pot",
        "Încă nu merge",
        "A apărut din nou",
        "S-a întors problema",
        "Aveți vreo veste?",
        "În ce stadiu e?",
        "Când se rezolvă?",
        "it still fails",
        "Happened again this morning",
        "Any news?",
        "not fixed",
    ],
)
def test_words_that_go_on_from_something(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tot sistemul e picat",
        "Nu pot crea curse noi",
        "Nu merge exportul, iar factura e greșită",
        "Excel 2016, pe Windows 10",
        "Cum adaug un utilizator nou?",
        "Against the plan",
        "",
    ],
)
def test_words_that_begin_something(text: str) -> None:
    assert not goes_on(text)
