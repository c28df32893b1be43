"""What the reader of a card can do: buttons, questions asked before them, and menus.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from typing import Any

import msgspec

from desk.messages import Bold, Button, Buttons, Confirm, Menu, Message, Option
from desk.wording import sentence as _
from desk.wording import words
from notifications.teams.runs import Element, paragraph
from notifications.teams.text import one_line

MOST_PRIMARY = 6  # actions that Teams shows beside each other; the rest stands under "…"
MOST_OPTIONS = 6  # of a menu that is shown as buttons
CHOICE = "choice"  # the input of a longer menu

_LONGEST_LABEL, _LONGEST_OPTION, _LONGEST_QUESTION = 60, 75, 300
_LARGEST = 13_000  # bytes of all actions with menus as buttons: the half of a card
_LONGEST_CHOICES = 6000  # bytes of all the choices of a card, so that they leave room for words
_STYLES = {"primary": "positive", "danger": "destructive"}
_CHOOSE, _SAVE = _("Choose…"), _("Save")
_encode = msgspec.json.Encoder().encode


def size(drawn: Any) -> int:
    """Return how many bytes `drawn` takes as Teams counts them: JSON in UTF-16."""
    return len(_encode(drawn).decode().encode("utf-16-le"))


def actions(blocks: list[Buttons], message: Message) -> list[Element]:
    """Return the buttons and menus of a card, in their order."""
    items = [item for block in blocks for item in block.items if isinstance(item, Button) or item.options]
    drawn = _drawn(items, message, MOST_OPTIONS)
    if size(drawn) > _LARGEST:
        drawn = _drawn(items, message, 0)
    return drawn[:MOST_PRIMARY] + [action | {"mode": "secondary"} for action in drawn[MOST_PRIMARY:]]


def _drawn(items: list[Button | Menu], message: Message, most_options: int) -> list[Element]:
    """Draw all items, a menu of more than `most_options` as a choice."""
    many = sum(isinstance(item, Menu) and len(item.options) > most_options for item in items)
    names = (CHOICE if place == 0 else f"{CHOICE}.{place + 1}" for place in range(many))
    drawn = []
    for item in items:
        if isinstance(item, Button):
            drawn.append(_button(item, message))
        elif len(item.options) > most_options:
            drawn.append(_choices(item, message, next(names), _LONGEST_CHOICES // many))
        else:
            drawn.append(_menu(item))
    return drawn


def execute(title: str, action: str, value: str, **more: Any) -> Element:
    """Return the doing of `action` on `value`, for old clients too. `more` is sent with it."""
    fallback = {
        "type": "Action.Submit",
        "title": title,
        "data": {"action": action, "value": value} | more,
    }
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": action,
        "data": {"value": value} | more,
        "fallback": fallback,
    }


def label(text: str, longest: int = _LONGEST_LABEL) -> str:
    """Return what a button says, "—" where it would say nothing."""
    return one_line(text, longest) or "—"


def _button(button: Button, message: Message) -> Element:
    name, style = label(button.label), _STYLES.get(button.style or "")
    if button.confirm is not None:
        return {"type": "Action.ShowCard", "title": name, "card": _question(button, button.confirm, message)}
    return _do(name, button.action, button.value, button.asks) | ({"style": style} if style else {})


def _do(name: str, action: str, value: str, in_dialog: bool) -> Element:
    if not in_dialog:
        return execute(name, action, value)
    # Only a submission opens a dialog.
    data = {"msteams": {"type": "task/fetch"}, "action": action, "value": value}
    return {"type": "Action.Submit", "title": name, "data": data}


def _question(button: Button, confirm: Confirm, message: Message) -> Element:
    """Ask once, below the button: pressing it again closes the question."""
    body = [
        *paragraph((Bold(one_line(confirm.title, _LONGEST_QUESTION)),), message),
        *paragraph((one_line(confirm.text, _LONGEST_QUESTION),), message),
    ]
    yes = _do(label(confirm.yes), button.action, button.value, button.asks)
    style = _STYLES.get(button.style or "", "destructive")
    return {"type": "AdaptiveCard", "body": body, "actions": [yes | {"style": style}]}


def _menu(menu: Menu) -> Element:
    options = [
        _do(label(option.label), menu.action, option.value, _in_dialog(option)) for option in menu.options
    ]
    card = {"type": "AdaptiveCard", "body": [], "actions": options}
    return {"type": "Action.ShowCard", "title": label(menu.label), "card": card}


def _in_dialog(option: Option) -> bool:
    # What a press is answered with stands in one line below the card.
    return option.asks or option.tells


def _choices(menu: Menu, message: Message, name: str, room: int) -> Element:
    """Return a menu too long for buttons: a choice, and one button that carries no value of its own."""
    t = words(message.language)
    choice = {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label(menu.label),
        "placeholder": t(_CHOOSE),
        "choices": choices(menu.options, room),
    }
    save = _do(t(_SAVE), menu.action, "", all(map(_in_dialog, menu.options)))
    card = {"type": "AdaptiveCard", "body": [choice], "actions": [save]}
    return {"type": "Action.ShowCard", "title": label(menu.label), "card": card}


def choices(options: tuple[Option, ...], room: int) -> list[Element]:
    """Return the lines of a choice, as many as take at most `room` bytes, but one at least."""
    listed: list[Element] = []
    for option in options:
        listed.append({"title": label(option.label, _LONGEST_OPTION), "value": option.value})
        room -= size(listed[-1]) + 2
        if room < 0 and len(listed) > 1:
            return listed[:-1]
    return listed


def value_of(data: dict[str, Any]) -> str:
    """Return the object of an action: the button's value, or what was chosen in the menu beside it."""
    chosen = [data[name] for name in data if name == CHOICE or name.startswith(f"{CHOICE}.")]
    given = (value for value in (data.get("value"), *chosen) if isinstance(value, str))
    return next(filter(None, given), "")
