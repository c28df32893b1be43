"""What a ticket is called."""

import pytest

from desk.subjects import LONGEST, says_more, subject_of


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Nu pot crea curse noi.", "Nu pot crea curse noi"),
        ("Nu pot crea curse...", "Nu pot crea curse..."),
        ("Bună ziua, nu pot crea curse", "Nu pot crea curse"),
        ("Buna ziua nu pot crea curse", "Nu pot crea curse"),
        ("Bună ziua!\n\nNu merge exportul", "Nu merge exportul"),
        ("Bună seara. Salut! nu merge exportul", "Nu merge exportul"),
        ("Hi, I cannot create trips", "I cannot create trips"),
        ("Dear team,\nthe export fails", "the export fails"),
        ("Good morning everyone - the export fails", "The export fails"),
        ("Bună ziua", "Bună ziua"),  # all there is
        ("Salut! Bună, ", "Salut! Bună,"),
        ("Bună factura asta?", "Bună factura asta?"),  # no greeting
        ("Salutul din e-mail nu apare", "Salutul din e-mail nu apare"),
        ("Hidden trips are shown", "Hidden trips are shown"),
        ("   ", "—"),
    ],
)
def test_a_subject_is_the_first_line_without_the_greeting(text: str, subject: str) -> None:
    assert subject_of(text) == subject


def test_a_file_without_words_is_called_by_its_name() -> None:
    assert subject_of("", "eroare.png") == "eroare.png"


def test_a_long_line_is_cut_at_a_word() -> None:
    subject = subject_of("Bună ziua, nu pot crea curse " + "foarte " * 20)
    assert len(subject) <= LONGEST
    assert subject.endswith(" foarte…")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Nu pot crea curse.", False),
        ("Bună ziua, nu pot crea curse.", False),
        ("Nu pot crea curse. Apare o eroare.", True),
        ("Nu pot crea curse\nBună ziua", True),
        ("", False),
    ],
)
def test_a_text_is_quoted_where_it_says_more_than_its_subject(text: str, more: bool) -> None:
    assert says_more(text, "Nu pot crea curse") is more
