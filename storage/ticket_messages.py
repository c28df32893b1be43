"""Which ticket a message of a place belongs to."""

from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared
from storage.tables import ticket_messages
from storage.transactions import Transaction


class Belonging(Struct, frozen=True):
    """Which ticket a message belongs to; `event_id` is empty for a root that we have not seen yet."""

    ticket_id: int
    event_id: int | None


_BELONGING = Prepared(
    sa.select(ticket_messages.c.ticket_id, ticket_messages.c.event_id).where(
        ticket_messages.c.place_id == sa.bindparam("the_place"),
        ticket_messages.c.message == sa.bindparam("the_message"),
    )
)


def _claim(insert: Any) -> Any:
    known = sa.func.coalesce(ticket_messages.c.event_id, insert.excluded.event_id)
    return insert.on_conflict_do_update(index_elements=["place_id", "message"], set_={"event_id": known})


_CLAIM = {
    True: Prepared(_claim(postgresql.insert(ticket_messages))),
    False: Prepared(_claim(sqlite.insert(ticket_messages))),
}


def belonging(tx: Transaction, place_id: int, message: str) -> Belonging | None:
    """Return the ticket that a message of a place belongs to."""
    row = tx.run(_BELONGING, {"the_place": place_id, "the_message": message}).first()
    return None if row is None else Belonging(*row)


def claim_message(tx: Transaction, place_id: int, message: str, ticket_id: int, event_id: int | None) -> None:
    """Say that a message belongs to a ticket, or fill in the event of a root that came late."""
    row = {"place_id": place_id, "message": message, "ticket_id": ticket_id, "event_id": event_id}
    tx.run(_CLAIM[tx.postgres], row)


def move_message(tx: Transaction, place_id: int, message: str, ticket_id: int) -> None:
    """Let a message of a place belong to another ticket."""
    tx.execute(
        sa.update(ticket_messages)
        .where(ticket_messages.c.place_id == place_id, ticket_messages.c.message == message)
        .values(ticket_id=ticket_id)
    )


def forget_message(tx: Transaction, place_id: int, message: str) -> None:
    """Let a message of a place belong to no ticket."""
    here = (ticket_messages.c.place_id == place_id) & (ticket_messages.c.message == message)
    tx.execute(sa.delete(ticket_messages).where(here))
