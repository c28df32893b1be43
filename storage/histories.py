"""The histories of tickets: lines are added, and never changed."""

from typing import Any

import sqlalchemy as sa

from desk.tickets import Event, Kind
from storage.prepared import Prepared, among
from storage.tables import ticket_events
from storage.transactions import Transaction

_LATELY = 5_000  # lines of all histories


_EVENT = Prepared(sa.insert(ticket_events))


_HISTORIES = Prepared(
    sa.select(*(ticket_events.c[name] for name in ("ticket_id", "at", "kind", "who", "source", "data")))
    .where(among(ticket_events.c.ticket_id, "ids"))
    .order_by(ticket_events.c.id)
)


_EVENT_BY_ID = sa.select(*(ticket_events.c[name] for name in ("at", "kind", "who", "source", "data")))


def add_event(tx: Transaction, ticket_id: int, event: Event) -> int:
    """Add a line to a ticket's history and return its id. Lines are never changed."""
    return tx.run(_EVENT, _event_row(ticket_id, event)).inserted()


def add_events(tx: Transaction, events: list[tuple[int, Event]]) -> None:
    """Add lines to the histories of many tickets in one go."""
    if events:
        tx.run(_EVENT, [_event_row(ticket_id, event) for ticket_id, event in events])


def _event_row(ticket_id: int, event: Event) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "at": event.at,
        "kind": event.kind.value,
        "who": event.who,
        "source": event.source,
        "data": event.data,
    }


def histories(tx: Transaction, ids: list[int]) -> dict[int, list[Event]]:
    """Return the histories of tickets, each oldest first."""
    found: dict[int, list[Event]] = {ticket_id: [] for ticket_id in ids}
    for ticket_id, at, kind, who, source, data in tx.run(_HISTORIES, {"ids": ids}):
        found[ticket_id].append(Event(at, Kind(kind), who=who, source=source, data=data))
    return found


def event(tx: Transaction, event_id: int) -> Event:
    """Return one line of a history that a row of ours refers to."""
    at, kind, who, source, data = tx.execute(_EVENT_BY_ID.where(ticket_events.c.id == event_id)).one()
    return Event(at, Kind(kind), who=who, source=source, data=data)


def lately_from(tx: Transaction, person_id: int) -> list[int]:
    """Return which lines of histories are somebody's, of those among the last few thousand."""
    newest = sa.select(sa.func.coalesce(sa.func.max(ticket_events.c.id), 0)).scalar_subquery()
    lately = ticket_events.c.id > newest - _LATELY
    query = sa.select(ticket_events.c.id).where(lately, ticket_events.c.who == person_id)
    return list(tx.execute(query.order_by(ticket_events.c.id)).scalars())
