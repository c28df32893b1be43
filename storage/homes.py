"""The direct conversation of a person with the desk, which has two names: its own, and the person's id.

A platform takes the latter for the former, and we know no other until they speak to us.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import outbox, people
from storage.people import Person, Place
from storage.prepared import Prepared
from storage.tables import offers, posts
from storage.tables import outbox as letters
from storage.tables import people as residents
from storage.transactions import Transaction

_MOVE_IN = Prepared(
    sa.update(residents)
    .where(residents.c.id == sa.bindparam("the_person"))
    .values(home_id=sa.bindparam("the_place"))
)


def of(tx: Transaction, person: Person) -> Place | None:
    """Return where somebody spoke to us alone, None while they never did."""
    return None if person.home_id is None else people.places_by_id(tx, {person.home_id}).get(person.home_id)


def whose(tx: Transaction, place: Place) -> Person | None:
    """Return whose direct conversation a place is, None where nobody is known to be there.

    The people of one workspace are looked through: only what was refused asks.
    """
    there = sa.or_(residents.c.home_id == place.id, residents.c.user == place.conversation)
    found = sa.select(residents.c.id).where(
        residents.c.platform == place.platform, residents.c.workspace == place.workspace, there
    )
    person_id = tx.execute(found.limit(1)).scalar()
    return None if person_id is None else people.by_id(tx, {person_id})[person_id]


def move_in(tx: Transaction, person: Person, place: Place) -> None:
    """Let somebody's direct conversation be this place from now on."""
    tx.run(_MOVE_IN, {"the_person": person.id, "the_place": place.id})


def absorb(tx: Transaction, stand_in: Place, place: Place, now: datetime) -> None:
    """Let one place go on as another: what waits there waits here, and what was said there is edited here."""
    other = posts.alias()
    taken = sa.exists().where(other.c.place_id == place.id, other.c.key == posts.c.key)
    _move(tx, posts, stand_in, place, sa.not_(taken))
    other = letters.alias()
    taken = sa.exists().where(
        other.c.place_id == place.id, other.c.key == letters.c.key, other.c.done_at.is_(None)
    )
    _move(tx, letters, stand_in, place, letters.c.done_at.is_(None) & sa.not_(taken))
    _move(tx, offers, stand_in, place, sa.true())
    outbox.call(tx, [place.id], now)


def _move(tx: Transaction, table: sa.Table, stand_in: Place, place: Place, these: Any) -> None:
    here = (table.c.place_id == stand_in.id) & these
    tx.execute(sa.update(table).where(here).values(place_id=place.id))
