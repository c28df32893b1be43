"""People, the customers they belong to, and the places where they talk."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from desk.typed import folded
from storage.prepared import Prepared, among
from storage.tables import customers, people, places
from storage.transactions import Transaction


class Customer(Struct, frozen=True):
    """A company that we help."""

    id: int
    name: str
    tier: str
    language: str


class Person(Struct, frozen=True):
    """Somebody on a platform. `language` is what they chose, or what their platform speaks to them."""

    id: int
    platform: str
    workspace: str
    user: str
    name: str
    email: str | None
    language: str | None
    customer_id: int | None
    agent: bool
    home_id: int | None = None


class Place(Struct, frozen=True):
    """A conversation: "direct", "channel" or "triage"."""

    id: int
    platform: str
    workspace: str
    conversation: str
    kind: str
    name: str
    customer_id: int | None
    language: str | None
    address: dict[str, str] | None = None
    closed: bool = False


def _columns(table: sa.Table, kind: type[Struct]) -> list[sa.Column[Any]]:
    return [table.c[name] for name in kind.__struct_fields__]


_CUSTOMER = sa.select(*_columns(customers, Customer))
_PERSON = sa.select(*_columns(people, Person))
_PLACE = sa.select(*_columns(places, Place))

# Written out, not a parameter: so the databases know that the index of these alone serves.
_TRIAGE = places.c.kind == sa.literal_column("'triage'")

_CUSTOMER_BY_ID = _CUSTOMER.where(customers.c.id == sa.bindparam("the_id"))
_CUSTOMER_BY_KEY = _CUSTOMER.where(customers.c.key == sa.bindparam("the_key"))
_CUSTOMERS_BY_NAME = Prepared(_CUSTOMER.order_by(customers.c.name))
_PLACE_BY_ID = _PLACE.where(places.c.id == sa.bindparam("the_id"))
_PEOPLE_BY_ID = Prepared(_PERSON.where(among(people.c.id, "ids")))
_CUSTOMERS_BY_ID = Prepared(_CUSTOMER.where(among(customers.c.id, "ids")))
_PLACES_BY_ID = Prepared(_PLACE.where(among(places.c.id, "ids")))
_PERSON_BY_USER = Prepared(
    _PERSON.where(
        people.c.platform == sa.bindparam("platform"),
        people.c.workspace == sa.bindparam("workspace"),
        people.c.user == sa.bindparam("user"),
    )
)
_PLACE_BY_CONVERSATION = Prepared(
    _PLACE.where(
        places.c.platform == sa.bindparam("platform"),
        places.c.workspace == sa.bindparam("workspace"),
        places.c.conversation == sa.bindparam("conversation"),
    )
)
_NEW_PERSON = {
    True: Prepared(postgresql.insert(people).on_conflict_do_nothing().returning(*_columns(people, Person))),
    False: Prepared(sqlite.insert(people).on_conflict_do_nothing().returning(*_columns(people, Person))),
}
_NEW_PLACE = {
    True: Prepared(postgresql.insert(places).on_conflict_do_nothing().returning(*_columns(places, Place))),
    False: Prepared(sqlite.insert(places).on_conflict_do_nothing().returning(*_columns(places, Place))),
}


def person(tx: Transaction, platform: str, workspace: str, user: str, name: str = "") -> Person:
    """Return the person with this id on a platform, meeting them now, by this name, if we never did."""
    key = {"platform": platform, "workspace": workspace, "user": user}
    row = tx.run(_PERSON_BY_USER, key).first()
    if row is None:
        row = tx.run(_NEW_PERSON[tx.postgres], key | {"name": name}).first()
    if row is None:  # another process met them at the same moment
        row = tx.run(_PERSON_BY_USER, key).one()
    return Person(*row)


def by_id(tx: Transaction, ids: set[int]) -> dict[int, Person]:
    """Return several persons at once."""
    return {row[0]: Person(*row) for row in tx.run(_PEOPLE_BY_ID, {"ids": ids})} if ids else {}


def customers_by_id(tx: Transaction, ids: set[int]) -> dict[int, Customer]:
    """Return several customers at once."""
    return {row[0]: Customer(*row) for row in tx.run(_CUSTOMERS_BY_ID, {"ids": ids})} if ids else {}


def places_by_id(tx: Transaction, ids: set[int]) -> dict[int, Place]:
    """Return several places at once."""
    return {row[0]: Place(*row) for row in tx.run(_PLACES_BY_ID, {"ids": ids})} if ids else {}


def customer_numbered(tx: Transaction, number: str) -> Customer | None:
    """Return the customer whose id somebody sent us as text, None where there is none or it is no id."""
    return customers_by_id(tx, {int(number)}).get(int(number)) if _is_id(number) else None


def place_numbered(tx: Transaction, number: str) -> Place | None:
    """Return the place whose id somebody sent us as text, None where there is none or it is no id."""
    return places_by_id(tx, {int(number)}).get(int(number)) if _is_id(number) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def person_called(tx: Transaction, handle: str) -> Person | None:
    """Find an agent by how the plan names them: an e-mail address, or a platform's user id.

    Nobody else is meant: an e-mail address is what somebody says of themselves.
    """
    named = sa.or_(sa.func.lower(people.c.email) == handle.lower(), people.c.user == handle)
    row = tx.execute(_PERSON.where(people.c.agent.is_(True), named).order_by(people.c.id).limit(1)).first()
    return None if row is None else Person(*row)


def agents(tx: Transaction) -> list[Person]:
    """Return the team: the members of the triage channel, by name."""
    rows = tx.execute(_PERSON.where(people.c.agent.is_(True)).order_by(people.c.name, people.c.id))
    return [Person(*row) for row in rows]


def change_person(tx: Transaction, person_id: int, **changes: Any) -> None:
    """Change some columns of a person."""
    tx.execute(sa.update(people).where(people.c.id == person_id).values(**changes))


def place(
    tx: Transaction,
    platform: str,
    workspace: str,
    conversation: str,
    kind: str,
    name: str = "",
    address: dict[str, str] | None = None,
) -> Place:
    """Return the place of a conversation, noting it now, with what is told of it, if we never were there."""
    key = {"platform": platform, "workspace": workspace, "conversation": conversation}
    row = tx.run(_PLACE_BY_CONVERSATION, key).first()
    if row is None:
        told = {"kind": kind, "name": name, "address": address}
        row = tx.run(_NEW_PLACE[tx.postgres], key | told).first()
    if row is None:  # another process noted it at the same moment
        row = tx.run(_PLACE_BY_CONVERSATION, key).one()
    return Place(*row)


def place_known(tx: Transaction, platform: str, workspace: str, conversation: str) -> Place | None:
    """Return the place of a conversation, None if we never were there."""
    key = {"platform": platform, "workspace": workspace, "conversation": conversation}
    row = tx.run(_PLACE_BY_CONVERSATION, key).first()
    return None if row is None else Place(*row)


def is_named(tx: Transaction, platform: str, workspace: str, conversation: str) -> bool:
    """Say whether we know what a conversation is called."""
    known = place_known(tx, platform, workspace, conversation)
    return known is not None and bool(known.name)


def place_by_id(tx: Transaction, place_id: int) -> Place:
    """Return a place that a row of ours refers to."""
    return Place(*tx.execute(_PLACE_BY_ID, {"the_id": place_id}).one())


def triage_places(tx: Transaction) -> tuple[Place, ...]:
    """Return the team's triage channels: one of each platform on which the team works."""
    rows = tx.execute(_PLACE.where(_TRIAGE).order_by(places.c.id))
    return tuple(Place(*row) for row in rows)


def make_triage(tx: Transaction, place: Place) -> None:
    """Let a place be the team's triage channel on its platform, and no other there."""
    others = _TRIAGE & (places.c.platform == place.platform)
    tx.execute(sa.update(places).where(others).values(kind="channel"))
    change_place(tx, place.id, kind="triage")


def leave_triage(tx: Transaction, platforms: Collection[str]) -> None:
    """Let the team's triage channels be on these platforms alone, and nobody be an agent on others."""
    elsewhere = _TRIAGE & places.c.platform.not_in(platforms)
    tx.execute(sa.update(places).where(elsewhere).values(kind="channel"))
    former = people.c.agent.is_(True) & people.c.platform.not_in(platforms)
    tx.execute(sa.update(people).where(former).values(agent=False))


def same(one: Person | None, other: Person | None) -> bool:
    """Say whether two persons are one: somebody of the team is known by the same e-mail address everywhere.

    Only agents are taken at their word: who is in the team's private channels is let in by an administrator.
    """
    if one is None or other is None:
        return False
    if one.id == other.id:
        return True
    known = bool(one.email) and one.agent and other.agent
    return known and str(one.email).lower() == str(other.email).lower()


def everywhere(tx: Transaction, person: Person) -> list[Person]:
    """Return somebody on every platform on which they are known, as in `same`; themselves first."""
    if not (person.agent and person.email):
        return [person]
    return [person, *(one for one in agents(tx) if one.id != person.id and same(one, person))]


def still(tx: Transaction, person: Person) -> Person:
    """Return somebody who was an agent as one who is: on another platform, by the same e-mail address.

    Who is an agent nowhere any more is returned as they are.
    """
    if person.agent or not person.email:
        return person
    email = person.email.lower()
    return next((one for one in agents(tx) if (one.email or "").lower() == email), person)


def on(tx: Transaction, person: Person, platform: str) -> Person | None:
    """Return somebody as a platform knows them, None where it does not."""
    return next((one for one in everywhere(tx, person) if one.platform == platform), None)


def change_place(tx: Transaction, place_id: int, **changes: Any) -> None:
    """Change some columns of a place."""
    tx.execute(sa.update(places).where(places.c.id == place_id).values(**changes))


def lock_place(tx: Transaction, place_id: int) -> None:
    """Let nobody else open a ticket from this place until the transaction ends."""
    if tx.postgres:
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(place_id)))


def customer_by_id(tx: Transaction, customer_id: int) -> Customer:
    """Return a customer that a row of ours refers to."""
    return Customer(*tx.execute(_CUSTOMER_BY_ID, {"the_id": customer_id}).one())


def customer_called(tx: Transaction, name: str) -> Customer | None:
    """Find a customer by name, whatever the capitals and diacritics."""
    row = tx.execute(_CUSTOMER_BY_KEY, {"the_key": folded(name)}).first()
    return None if row is None else Customer(*row)


def all_customers(tx: Transaction) -> list[Customer]:
    """Return every customer by name."""
    return [Customer(*row) for row in tx.run(_CUSTOMERS_BY_NAME)]


def add_customer(tx: Transaction, name: str, tier: str, language: str, now: datetime) -> Customer:
    """Add a customer."""
    row = {"name": name, "key": folded(name), "tier": tier, "language": language, "added_at": now}
    new_id = tx.execute(sa.insert(customers).returning(customers.c.id), row).scalar_one()
    return Customer(new_id, name, tier, language)


def change_customer(tx: Transaction, customer_id: int, **changes: Any) -> None:
    """Change some columns of a customer."""
    tx.execute(sa.update(customers).where(customers.c.id == customer_id).values(**changes))
