"""How people and places are named to those who read about them."""

from desk.wording import Words
from handlers.case import Case
from notifications.chat import PLATFORMS
from storage.people import Person, Place


def called(person: Person | None) -> str:
    """Return a person's name in plain words."""
    return (person.name or person.user) if person else "—"


def assignee_named(case: Case, t: Words, nobody: str) -> str:
    """Return who has a ticket, and that they have left the team if so; or the word for `nobody`."""
    if case.assignee is None:
        return nobody
    who = called(case.assignee)
    return who if case.in_charge else t("{who} (has left the team)", who=who)


def places_named(case: Case) -> str:
    """Return where a ticket's customer talks to us: each conversation in a word or two."""
    return " + ".join(place_name(one.place) for one in case.conversations) or "—"


def place_name(place: Place | None) -> str:
    """Return where a customer talks to us, in a word or two."""
    if place is None:
        return "—"
    platform = PLATFORMS.get(place.platform, place.platform)
    return f"{platform} #{place.name}" if place.name and place.kind != "direct" else platform
