"""How files go to Teams: small pictures as they are, anywhere; everything else is offered to one person.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from desk.wording import sentence as _
from notifications.chat import Carried
from notifications.files import TOO_LARGE, picture_kind
from notifications.teams.consent import offer
from notifications.teams.pictures import picture
from storage.letters import Letter

_MOST_PICTURES = 5  # of a message
_ONLY_TO_ONE = _("Teams lets apps send files only in the chat with one person.")

Parcel = tuple[Sequence[Carried], dict[str, Any]]


class Enclosed(NamedTuple):
    """What goes below a message: files, with the activity that brings them; and the files that stay."""

    parcels: list[Parcel]
    left: list[Carried]


def enclose(letter: Letter, files: Sequence[Carried], *, alone: bool) -> Enclosed:
    """Return how the files of a letter travel, to one person `alone` or to a channel or a group."""
    shown, offered, left = list[Carried](), list[Parcel](), list[Carried]()
    for place, one in enumerate(files):
        if one.data is None:
            left.append(one)
        elif len(shown) < _MOST_PICTURES and picture(one) is not None:
            shown.append(one)
        elif alone:
            offered.append(((one,), offer(letter, place, one)))
        else:
            left.append(one.left(TOO_LARGE if picture_kind(one.data) else _ONLY_TO_ONE))
    return Enclosed([*_pictures(shown), *offered], left)


def _pictures(shown: list[Carried]) -> list[Parcel]:
    if not shown:
        return []
    return [(shown, {"type": "message", "attachments": [picture(one) for one in shown]})]
