"""What Slack's answers hold, taken for nothing but what it is: proxies and bad days change their shape."""

from typing import Any, Protocol

from desk.wording import sentence as _
from notifications.chat import SendError


class Held(Protocol):
    """A decoded object, or slack_sdk's response."""

    def get(self, name: str, /) -> Any:
        """Return what stands under a name, None where nothing does."""


def inner(answer: Held, name: str) -> dict[str, Any]:
    """Return an object that an answer holds, {} where it holds none."""
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def word(answer: Held, name: str) -> str:
    """Return a text that an answer holds, "" where it holds none."""
    found = answer.get(name)
    return found if isinstance(found, str) else ""


def needed(answer: Held, name: str, *, uncertain: bool = False) -> str:
    """Return a text without which we cannot go on.

    Raises a temporary `SendError` where there is none; an `uncertain` one when what was asked may be done.
    """
    if found := word(answer, name):
        return found
    raise SendError(_("Slack did not answer."), temporary=True, uncertain=uncertain)


def objects(answer: Held, name: str) -> list[dict[str, Any]]:
    """Return a list of objects that an answer holds. Raises a temporary `SendError` where there is none."""
    found = answer.get(name)
    if not isinstance(found, list):
        raise SendError(_("Slack did not answer."), temporary=True)
    return [each for each in found if isinstance(each, dict)]
