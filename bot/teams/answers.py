"""Answers to what somebody pressed or sent, as Teams wants them in its own response.

https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
"""

from collections.abc import Mapping
from typing import Any

from bot.teams.adapter import InvokeAnswer
from desk.messages import Answer, Bold, Button, Buttons, Message, Text
from desk.wording import words, words_for
from notifications.teams.form import dialog as drawn
from notifications.teams.form import inline
from notifications.teams.render import render_card
from notifications.teams.text import summary

_CARD = "application/vnd.microsoft.card.adaptive"
_WORDS = "application/vnd.microsoft.activity.message"
_TITLE = "Dispecer"


def pressed(answer: Answer) -> InvokeAnswer:
    """Answer a card's button: with another card, or with words."""
    if answer.form is not None:
        return _invoked(_CARD, inline(answer.form)["content"])
    if answer.card is not None:
        return _invoked(_CARD, render_card(answer.card))
    return _invoked(_WORDS, _plain(answer.message) if answer.message else "")


def done(language: str | None) -> Answer:
    """Return the answer to a press that shows what it did elsewhere."""
    t = words_for(language)
    return Answer(message=Message((Text((t("Done."),)),), t.language))


def _invoked(kind: str, value: Any) -> InvokeAnswer:
    return InvokeAnswer(200, {"statusCode": 200, "type": kind, "value": value})


def dialog(answer: Answer) -> InvokeAnswer:
    """Answer a button that opens a dialog, a dialog that was sent, or the message action."""
    if answer.form is not None:
        return _task("continue", drawn(answer.form))
    if answer.message is None:
        return InvokeAnswer(200)  # closes the dialog
    if answer.refused:
        return _task("message", _plain(answer.message))
    card = {"contentType": _CARD, "content": render_card(answer.message)}
    return _task("continue", {"title": _TITLE, "height": "medium", "width": "medium", "card": card})


def again(form: Answer, typed: Mapping[str, str], answer: Answer) -> InvokeAnswer:
    """Show a form once more, with what was typed and what is wrong with it."""
    if form.form is None:
        return _task("message", _plain(answer.message or form.message))
    errors = dict(answer.errors)
    if answer.message is not None and form.form.fields:
        errors[form.form.fields[0].name] = _plain(answer.message)
    return _task("continue", drawn(form.form, typed, errors))


def _task(kind: str, value: Any) -> InvokeAnswer:
    return InvokeAnswer(200, {"task": {"type": kind, "value": value}})


def _plain(message: Message | None) -> str:
    return summary(message) if message else ""


def spoken(answer: Answer) -> Message | None:
    """Return an answer as a message, for where nothing but a message can be said: a form by its button."""
    form = answer.form
    if form is None:
        return answer.message
    button = Button(form.opener, words(form.language)("Open"), form.subject, "primary", asks=True)
    return Message((Text((Bold(form.title),)), Buttons((button,))), form.language)
