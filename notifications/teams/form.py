"""A form as a dialog, or as a card in a conversation, and what was typed into it.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
"""

from collections.abc import Mapping
from typing import Any

from desk.messages import Bold, Field, Form, Message
from desk.wording import sentence as _
from desk.wording import words
from notifications.teams.buttons import choices, execute, label
from notifications.teams.cards import attachment
from notifications.teams.runs import Element, paragraph
from notifications.teams.text import clean, one_line
from notifications.words import cut

LONGEST_FIELD = 3000  # characters of what is typed, as in Slack

_PREFIX = "field."
_LONGEST_TITLE, _LONGEST_LABEL, _LONGEST_HINT = 60, 200, 500
_LONGEST_CHOICES = 8000  # bytes, all choices of a form together
_MISSING, _CHOOSE = _("Please fill this in."), _("Choose…")
_WIDTH, _LEAST_HEIGHT, _MOST_HEIGHT = 520, 220, 600  # pixels
_HEIGHTS = {"line": 90, "choice": 90, "text": 150}
_HEIGHT_OF_BUTTON, _HEIGHT_OF_WORDS = 100, 40

Errors = Mapping[str, str]


def dialog(
    form: Form, values: Mapping[str, str] | None = None, errors: Errors | None = None
) -> dict[str, Any]:
    """Return a form as the value of a task/continue response.

    `values` are what was typed already, by the fields' names, and `errors` what is wrong with it.
    """
    data = {"action": form.action, "value": form.subject, "dialog": True}
    data |= {"opener": form.opener} if form.opener else {}
    submit = {"type": "Action.Submit", "title": label(form.submit), "data": data, "style": "positive"}
    return {
        "title": one_line(form.title, _LONGEST_TITLE) or "—",
        "width": _WIDTH,
        "height": _height(form, errors or {}),
        "card": _card(form, _body(form, values or {}, errors or {}), submit),
    }


def inline(
    form: Form, values: Mapping[str, str] | None = None, errors: Errors | None = None
) -> dict[str, Any]:
    """Return a form as the attachment of a card, for where no dialog can be opened."""
    title = paragraph((Bold(one_line(form.title, _LONGEST_TITLE)),), Message((), form.language))
    submit = execute(label(form.submit), form.action, form.subject) | {"style": "positive"}
    return _card(form, title + _body(form, values or {}, errors or {}), submit)


def fields_of(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed into a form, by the fields' names, of what its submission carries."""
    return {
        name.removeprefix(_PREFIX): clean(value)[:LONGEST_FIELD]
        for name, value in data.items()
        if name.startswith(_PREFIX) and isinstance(value, str)
    }


def _card(form: Form, body: list[Element], submit: Element) -> Element:
    return attachment(body, actions=[submit], fallbackText=label(form.title))


def _height(form: Form, errors: Errors) -> int:
    inputs = sum(_HEIGHTS[field.kind] + _HEIGHT_OF_WORDS * bool(field.hint) for field in form.fields)
    height = _HEIGHT_OF_BUTTON + inputs + _HEIGHT_OF_WORDS * (bool(form.intro) + len(errors))
    return max(_LEAST_HEIGHT, min(height, _MOST_HEIGHT))


def _body(form: Form, values: Mapping[str, str], errors: Errors) -> list[Element]:
    message = Message((), form.language)
    body = paragraph(form.intro, message)
    for field in form.fields:
        if field.kind != "choice" or field.options:
            body += _field(field, form, message, values.get(field.name, field.value))
            body += _said_below(errors.get(field.name, ""), message, color="Attention")
            body += _said_below(field.hint, message, isSubtle=True)
    return body


def _said_below(text: str, message: Message, **look: Any) -> list[Element]:
    said = paragraph((one_line(text, _LONGEST_HINT),), message, size="Small", **look)
    return [element | {"spacing": "Small"} for element in said]


def _field(field: Field, form: Form, message: Message, value: str) -> list[Element]:
    drawn: Element = {
        "type": "Input.ChoiceSet" if field.kind == "choice" else "Input.Text",
        "id": _PREFIX + field.name,
        "label": one_line(field.label, _LONGEST_LABEL) or "—",
        "isRequired": field.required,
    }
    if field.required:
        drawn["errorMessage"] = words(message.language)(_MISSING)
    return [drawn | (_choice(field, form, value) if field.kind == "choice" else _line(field, value))]


def _line(field: Field, value: str) -> Element:
    longest = min(field.longest, LONGEST_FIELD)
    typed = cut(clean(value), longest)
    drawn: Element = {"isMultiline": field.kind == "text", "maxLength": longest}
    return drawn | ({"value": typed} if typed else {})


def _choice(field: Field, form: Form, value: str) -> Element:
    many = sum(other.kind == "choice" for other in form.fields)
    listed = choices(field.options, _LONGEST_CHOICES // many)
    drawn: Element = {"placeholder": words(form.language)(_CHOOSE), "choices": listed}
    return drawn | ({"value": value} if any(choice["value"] == value for choice in listed) else {})
