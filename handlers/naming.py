"""How people and places are named to those who read about them."""

from handlers.case import Case
from notifications.chat import PLATFORMS
from storage.people import Person, Place


def called(person: Person | None) -> str:
    """Return a person's name in plain words."""
    return (person.name or person.user) if person else "—"


def places_named(case: Case) -> str:
    """Return where a ticket's customer talks to us: each conversation in a word or two."""
    return " + ".join(place_name(one.place) for one in case.conversations) or "—"


def place_name(place: Place | None) -> str:
    """Return where a customer talks to us, in a word or two."""
    if place is None:
        return "—"
    platform = PLATFORMS.get(place.platform, place.platform)
    return f"{platform} #{place.name}" if place.name and place.kind != "direct" else platform
