"""A form as a Slack modal."""

from typing import Any

from desk.messages import Field, Form, Message
from desk.wording import sentence as _
from desk.wording import words
from notifications.slack.parts import Element, options, plain, sections
from notifications.slack.text import clean, mrkdwn_chunks
from notifications.words import cut

_LONGEST_TITLE, _LONGEST_LABEL, _LONGEST_LINE = 24, 2000, 3000
_CANCEL = _("Cancel")


def render_form(form: Form) -> dict[str, Any]:
    """Return a form as a modal. Its action is the `callback_id`, its subject the `private_metadata`.

    https://docs.slack.dev/reference/views/modal-views
    """
    message = Message((), form.language)
    intro = sections(mrkdwn_chunks(form.intro, message, 3000))
    return {
        "type": "modal",
        "callback_id": form.action,
        "private_metadata": form.subject,
        "title": plain(form.title, _LONGEST_TITLE),
        "submit": plain(form.submit, _LONGEST_TITLE),
        "close": plain(words(form.language)(_CANCEL), _LONGEST_TITLE),
        "blocks": [
            *intro,
            *(_input(field) for field in form.fields if field.kind != "choice" or field.options),
        ],
    }


def _input(field: Field) -> Element:
    drawn: Element = {
        "type": "input",
        "block_id": field.name,
        "label": plain(field.label, _LONGEST_LABEL),
        "optional": not field.required,
        "element": _choice(field) if field.kind == "choice" else _line(field),
    }
    return drawn | {"hint": plain(field.hint, _LONGEST_LABEL)} if field.hint else drawn


def _line(field: Field) -> Element:
    longest = min(field.longest, _LONGEST_LINE)
    drawn: Element = {"type": "plain_text_input", "action_id": "value", "multiline": field.kind == "text"}
    drawn["max_length"] = longest
    return drawn | {"initial_value": cut(clean(field.value), longest)} if field.value else drawn


def _choice(field: Field) -> Element:
    choices = options(field.options)
    chosen = [option for option in choices if option["value"] == field.value]
    drawn: Element = {"type": "static_select", "action_id": "value", "options": choices}
    return drawn | {"initial_option": chosen[0]} if chosen else drawn
