"""The desk's cards and forms, read by Microsoft's own library for Adaptive Cards."""

from typing import Any

import pytest

from desk.messages import Button, Buttons, Confirm, Menu, Message, Option, Text
from notifications.teams.buttons import size
from notifications.teams.form import dialog, inline
from notifications.teams.render import LARGEST, render
from tests.e2e.teams_cards import LIBRARY, forms, mistakes_in, said

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="no adaptivecards: run `make .venv/.clients`")


def none_wrong(cards: dict[str, Any]) -> None:
    found = mistakes_in(list(cards.values()))
    assert {name: wrong for name, wrong in zip(cards, found, strict=True) if wrong} == {}


def test_what_the_desk_says_is_a_card_without_mistakes() -> None:
    activities = {name: render(message) for name, message in said()}
    cards = {
        name: activity["attachments"][0]["content"]
        for name, activity in activities.items()
        if "attachments" in activity
    }
    assert {name for name in activities if name not in cards} == {
        f"{name} {language}"
        for language in ("en", "ro")
        for name in (
            "news to somebody",
            "said",
            "taken",
            "closed",
            "withdrawn",
            "replied",
            "reopened",
            "greeted",
            "welcome",
            "at your service",
        )
    }
    none_wrong(cards)
    assert max(map(size, activities.values())) < LARGEST


def test_forms_are_cards_without_mistakes_with_errors_too() -> None:
    cards = {}
    for name, form in forms():
        values = {field.name: "P2" if field.kind == "choice" else "ce am scris" for field in form.fields}
        errors = {field.name: "Nu e bine." for field in form.fields}
        cards[f"{name} dialog"] = dialog(form)["card"]["content"]
        cards[f"{name} dialog with errors"] = dialog(form, values, errors)["card"]["content"]
        cards[f"{name} inline"] = inline(form)["content"]
    none_wrong(cards)


def test_every_kind_of_button_is_read_without_mistakes() -> None:
    sure = Confirm("Sigur?", "Nu se poate reveni.", "Da", "Nu")
    long, short = (
        Menu("m.n", "Meniu", tuple(Option(str(n), str(n), asks=n == 1) for n in range(many)))
        for many in (20, 4)
    )
    buttons = Buttons(
        (Button("a.b", "A", "1", "primary"), Button("c.d", "C", "1", "danger", sure), long, long, short)
    )
    none_wrong({"buttons": render(Message((Text(("x",)), buttons)))["attachments"][0]["content"]})


def test_the_library_does_find_mistakes() -> None:
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Input.Text", "isRequired": 3}]}
    assert mistakes_in([card])[0]
