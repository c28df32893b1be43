"""The other conversations in which a ticket goes on, beside the one in which its customer began it."""

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared, among
from storage.tables import ticket_places, tickets
from storage.transactions import Transaction


class Link(Struct, frozen=True):
    """A conversation of a ticket; `root` is the message there under which it goes on, if there is one."""

    ticket_id: int
    place_id: int
    root: str | None


_COLUMNS = [ticket_places.c[name] for name in Link.__struct_fields__]
_OF_TICKETS = Prepared(
    sa.select(*_COLUMNS).where(among(ticket_places.c.ticket_id, "ids")).order_by(ticket_places.c.place_id)
)


def of_tickets(tx: Transaction, ids: list[int]) -> dict[int, list[Link]]:
    """Return the links of tickets."""
    found: dict[int, list[Link]] = {ticket_id: [] for ticket_id in ids}
    for row in tx.run(_OF_TICKETS, {"ids": ids}):
        found[row[0]].append(Link(*row))
    return found


def of_others(tx: Transaction, place_id: int, customer_id: int, most: int = 10) -> list[int]:
    """Return the tickets that go on in a place and are not this customer's."""
    linked = sa.join(ticket_places, tickets, ticket_places.c.ticket_id == tickets.c.id)
    here = ticket_places.c.place_id == place_id
    query = sa.select(tickets.c.id).select_from(linked).order_by(tickets.c.id).limit(most)
    return list(tx.execute(query.where(here, tickets.c.customer_id.is_distinct_from(customer_id))).scalars())


def make(tx: Transaction, link: Link) -> None:
    """Let a ticket go on in a conversation too; where it does already, under this message from now on."""
    insert = postgresql.insert(ticket_places) if tx.postgres else sqlite.insert(ticket_places)
    under = {"root": insert.excluded.root}
    key = ["ticket_id", "place_id"]
    row = {"ticket_id": link.ticket_id, "place_id": link.place_id, "root": link.root}
    tx.execute(insert.on_conflict_do_update(index_elements=key, set_=under), row)


def end(tx: Transaction, ticket_id: int, place_id: int) -> bool:
    """Let a ticket no longer go on in a conversation. Returns whether it did."""
    here = (ticket_places.c.ticket_id == ticket_id) & (ticket_places.c.place_id == place_id)
    return tx.execute(sa.delete(ticket_places).where(here)).rowcount > 0
