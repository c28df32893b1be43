"""Tickets as they are now, and which of them are asked for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from desk.tickets import Status, Ticket
from storage.prepared import Prepared, among
from storage.tables import people, ticket_places, tickets
from storage.transactions import Transaction

_FIELDS = [name for name in Ticket.__struct_fields__ if name != "id"]
_COLUMNS = [tickets.c[name] for name in Ticket.__struct_fields__]
_GET = Prepared(sa.select(*_COLUMNS).where(tickets.c.id == sa.bindparam("the_id")))
_SEVERAL = sa.select(*_COLUMNS).where(among(tickets.c.id, "ids")).order_by(tickets.c.id)
# With `key_share`, who only refers to a ticket is let by.
_READ, _LOCK = Prepared(_SEVERAL), Prepared(_SEVERAL.with_for_update(key_share=True))
_LOCK_FREE = Prepared(_SEVERAL.with_for_update(key_share=True, skip_locked=True))
_OPEN = Prepared(sa.insert(tickets))
_INDEX = ("answer_due", "resolution_due", "last_said_at")
_SAVE = Prepared(
    sa.update(tickets)
    .where(tickets.c.id == sa.bindparam("the_id"))
    .values({name: sa.bindparam(name) for name in (*_FIELDS, *_INDEX)})
)
_OPEN_STATES = [status.value for status in Status if status is not Status.RESOLVED]
_RESOLVED = tickets.c.status == Status.RESOLVED.value
_FROM = (
    sa.select(tickets.c.id)
    .where(
        tickets.c.place_id == sa.bindparam("the_place"),
        tickets.c.requester_id == sa.bindparam("the_person"),
        tickets.c.last_said_at >= sa.bindparam("since"),
    )
    .order_by(tickets.c.last_said_at.desc())
    .limit(1)
)
_LATEST = {False: Prepared(_FROM.where(sa.not_(_RESOLVED))), True: Prepared(_FROM.where(_RESOLVED))}


def open_ticket(
    tx: Transaction,
    ticket: Ticket,
    *,
    answer_due: datetime | None,
    resolution_due: datetime | None,
    last_said_at: datetime | None,
) -> Ticket:
    """Store a new ticket, with its index columns, and return it with its number."""
    index = {"answer_due": answer_due, "resolution_due": resolution_due, "last_said_at": last_said_at}
    return replace(ticket, id=tx.run(_OPEN, _row(ticket) | index).inserted())


def _row(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in _FIELDS}


def get(tx: Transaction, ticket_id: int) -> Ticket | None:
    """Return a ticket as it is now."""
    row = tx.run(_GET, {"the_id": ticket_id}).first()
    return None if row is None else _ticket(row)


def read(tx: Transaction, ids: list[int]) -> list[Ticket]:
    """Return tickets as they are now; missing ones are left out."""
    return [_ticket(row) for row in tx.run(_READ, {"ids": ids})]


def lock(tx: Transaction, ids: list[int]) -> list[Ticket]:
    """Return tickets that no other process changes until this transaction ends; missing ones are left out."""
    return [_ticket(row) for row in tx.run(_LOCK, {"ids": ids})]


def lock_free(tx: Transaction, ids: list[int]) -> list[Ticket]:
    """Like `lock`, but leave out tickets that another process has locked, instead of waiting for it."""
    return [_ticket(row) for row in tx.run(_LOCK_FREE, {"ids": ids})]


def _ticket(row: Sequence[Any]) -> Ticket:
    values = dict(zip(Ticket.__struct_fields__, row, strict=True))
    values["status"] = Status(values["status"])
    values["tags"] = tuple(values["tags"])
    return Ticket(**values)


def save(tx: Transaction, changed: list[tuple[Ticket, dict[str, Any]]]) -> None:
    """Store tickets as they are now, each with all its index columns."""
    if changed:
        tx.run(_SAVE, [_row(ticket) | index | {"the_id": ticket.id} for ticket, index in changed])


def latest_from(
    tx: Transaction, place_id: int, person_id: int, since: datetime, *, resolved: bool = False
) -> int | None:
    """Return the open (or `resolved`) ticket of this person to which something was last added here since."""
    values = {"the_place": place_id, "the_person": person_id, "since": since}
    ticket_id: int | None = tx.run(_LATEST[resolved], values).scalar()
    return ticket_id


def latest_linked(tx: Transaction, place_id: int, since: datetime, *, resolved: bool = False) -> int | None:
    """Return the open (or `resolved`) ticket that goes on here too and to which something was added since."""
    status = _RESOLVED if resolved else sa.not_(_RESOLVED)
    here = tickets.c.id.in_(_linked_to(place_id)) & (tickets.c.last_said_at >= since)
    newest = tickets.c.last_said_at.desc()
    query = sa.select(tickets.c.id).where(here, status).order_by(newest).limit(1)
    ticket_id: int | None = tx.execute(query).scalar()
    return ticket_id


def _linked_to(place_id: int) -> sa.Select[tuple[int]]:
    return sa.select(ticket_places.c.ticket_id).where(ticket_places.c.place_id == place_id)


def only_open_one(tx: Transaction, place_id: int) -> int | None:
    """Return the open ticket of a place, None where there are none or several."""
    found = open_at(tx, place_id, 2)
    return found[0] if len(found) == 1 else None


def open_at(tx: Transaction, place_id: int, most: int = 20) -> list[int]:
    """Return the open tickets of a place."""
    open_here = tickets.c.status.in_(_OPEN_STATES) & _at(place_id)
    return list(
        tx.execute(sa.select(tickets.c.id).where(open_here).order_by(tickets.c.id).limit(most)).scalars()
    )


def _at(place_id: int) -> sa.ColumnElement[bool]:
    return (tickets.c.place_id == place_id) | tickets.c.id.in_(_linked_to(place_id))


_had, _agent = people.alias("had"), people.alias("agent")
# Whoever has the ticket is an agent, or the same e-mail address is one's: as `storage.people.still`.
_SEEN_TO = sa.exists().where(
    _had.c.id == tickets.c.assignee_id,
    _agent.c.agent.is_(True),
    (_agent.c.id == _had.c.id) | (sa.func.lower(_agent.c.email) == sa.func.lower(_had.c.email)),
)


def open_tickets(
    tx: Transaction,
    *,
    customer_id: int | None = None,
    assignee_ids: Collection[int] | None = None,
    requester_id: int | None = None,
    or_at: int | None = None,
    unassigned: bool = False,
    most: int = 20,
) -> list[Ticket]:
    """Return open tickets, the most pressing first: by when an answer or the fix is due.

    A requester's are given with all that are `or_at` a place, if that is asked for. Those are `unassigned`
    too that somebody has who is an agent no more.
    """
    query, values = sa.select(*_COLUMNS).where(tickets.c.status.in_(_OPEN_STATES)), dict[str, Any]()
    if customer_id is not None:
        query = query.where(tickets.c.customer_id == customer_id)
    if assignee_ids is not None:
        query, values = query.where(among(tickets.c.assignee_id, "ids")), {"ids": assignee_ids}
    if requester_id is not None:
        theirs = tickets.c.requester_id == requester_id
        query = query.where(theirs if or_at is None else theirs | _at(or_at))
    if unassigned:
        query = query.where(sa.not_(_SEEN_TO))
    answer, fix = tickets.c.answer_due, tickets.c.resolution_due
    earlier = sa.func.least(answer, fix) if tx.postgres else sa.func.min(answer, fix)
    due = sa.func.coalesce(earlier, answer, fix)  # SQLite's min is empty when one of the two is
    rows = tx.execute(query.order_by(due.is_(None), due, tickets.c.id).limit(most), values)
    return [_ticket(row) for row in rows]


def resolved_lately(tx: Transaction, most: int) -> list[int]:
    """Return the tickets that were resolved last, the latest first."""
    latest = (
        sa.select(tickets.c.id).where(_RESOLVED).order_by(tickets.c.resolved_at.desc(), tickets.c.id.desc())
    )
    return list(tx.execute(latest.limit(most)).scalars())


def spoke_before(tx: Transaction, person_id: int) -> bool:
    """Say whether this person ever opened a ticket."""
    return (
        tx.execute(sa.select(tickets.c.id).where(tickets.c.requester_id == person_id).limit(1)).first()
        is not None
    )


def counts(tx: Transaction) -> dict[str, int]:
    """Return how many tickets there are in each status."""
    query = sa.select(tickets.c.status, sa.func.count()).group_by(tickets.c.status)
    return {row[0]: row[1] for row in tx.execute(query)}


def open_ids_of_customer(tx: Transaction, customer_id: int) -> list[int]:
    """Return the numbers of a customer's open tickets."""
    open_ones = tickets.c.status.in_(_OPEN_STATES) & (tickets.c.customer_id == customer_id)
    return list(tx.execute(sa.select(tickets.c.id).where(open_ones).order_by(tickets.c.id)).scalars())
