"""Where somebody is when no message tells: a sent form has not even a conversation."""

from dataclasses import replace
from datetime import datetime

from msgspec import structs

from desk.incoming import Incoming
from handlers.context import Call, customer_of
from storage import homes, people
from storage.people import Person, Place
from storage.transactions import Transaction


def home(call: Call) -> Place | None:
    """Return where a request without a message lives: the customer's own channel, or the direct conversation.

    In a channel of another customer it would be read by strangers.
    """
    incoming, place = call.incoming, call.place
    if place is not None and (incoming.direct or _is_theirs(call, place)):
        return place
    if not incoming.home:
        return None
    return people.place(call.tx, incoming.platform, incoming.workspace, incoming.home, "direct")


def _is_theirs(call: Call, place: Place) -> bool:
    return (
        place.customer_id is not None and call.customer is not None and place.customer_id == call.customer.id
    )


def heard_alone(tx: Transaction, person: Person, incoming: Incoming, now: datetime) -> tuple[Person, Place]:
    """Return the direct conversation in which somebody is heard, and them with it as their home.

    What their id stood for until now goes on as this conversation: one line of posts for one person.
    """
    platform, workspace, conversation = incoming.platform, incoming.workspace, incoming.conversation
    place = people.place_known(tx, platform, workspace, conversation)
    if place is not None and (person.home_id == place.id or conversation == _named_after(person)):
        return person, place
    stand_in = people.place_known(tx, platform, workspace, _named_after(person))
    if place is None:  # the stand-in gets its name, with the other news of it
        place = stand_in or people.place(
            tx, platform, workspace, conversation, "direct", address=incoming.address or None
        )
    elif stand_in is not None:
        homes.absorb(tx, stand_in, place, now)
    if conversation != _named_after(person):
        homes.move_in(tx, person, place)
        person = structs.replace(person, home_id=place.id)
    return person, place


def alone_with(tx: Transaction, person: Person) -> Place:
    """Return where we can talk to somebody alone; a platform takes a person's id for that conversation."""
    home = homes.of(tx, person)
    if home is not None:
        return home
    place = people.place(tx, person.platform, person.workspace, _named_after(person), "direct")
    if person.platform == "teams" and place.address is None:
        people.change_place(tx, place.id, address={"type": "person"})
    return place


def _named_after(person: Person) -> str:
    return f"dm:{person.user}" if person.platform == "web" else person.user


def opened_in(call: Call, number: str) -> Place | None:
    """Return the place in which a sent form was opened, by its number, if the sender may be there.

    The platform gives our forms back as we wrote them, to those alone for whom we opened them; what it
    tells of the sender still has to agree.
    """
    place = people.place_numbered(call.tx, number)
    return place if place is not None and _may_use(call, place) else None


def _may_use(call: Call, place: Place) -> bool:
    incoming, person = call.incoming, call.person
    if (place.platform, place.workspace) != (incoming.platform, incoming.workspace):
        return False
    if place.kind == "direct":
        return incoming.home in ("", place.conversation)
    if person.agent:
        return False
    if place.customer_id is None or person.customer_id is None:
        return call.place is None or call.place.id == place.id
    return place.customer_id == person.customer_id


def seen_from(call: Call, place: Place | None) -> Call:
    """Return the call as if it came from this place; whoever is of no customer is then of the place's."""
    if call.place is not None or place is None:
        return call
    return replace(call, place=place, customer=customer_of(call.tx, call.person, place))
