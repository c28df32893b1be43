"""What grows for ever is looked up by an index, on both databases: no query reads a table from end to end."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from storage import (
    early,
    heard,
    histories,
    homes,
    letters,
    links,
    offers,
    outbox,
    people,
    ticket_messages,
    tickets,
)
from storage.heard import Said
from storage.letters import Letter, Outcome
from storage.links import Link
from storage.outbox import Post
from storage.people import Person
from storage.transactions import Transaction
from tests.desk_in_tests import MONDAY_TEN, TestedDesk

Work = Callable[[Transaction], Any]

# What may be read from end to end, for it stays small: a list that was given to the query, what waits or is
# offered now, the agents, the team's channels.
_SMALL = {"json_each", "ix_outbox_waiting", "offers", "ix_people_agents", "ix_places_triage"}
_AT = MONDAY_TEN
_AGENT = Person(1, "web", "try", "ana", "Ana", "ana@example.com", None, None, agent=True)
_LETTER = Letter(1, 0, 1, "web", "try", "a", None, "card:1", None, None, 0)
QUERIES: dict[str, Work] = {
    "outbox.put": lambda tx: outbox.put(
        tx, [Post(1, None, key="said:1"), Post(1, None, dedupe_key="x")], _AT
    ),
    "outbox.said_already": lambda tx: outbox.said_already(tx, "x"),
    "outbox.places_of": lambda tx: outbox.places_of(tx, "said:1"),
    "outbox.lately_put": lambda tx: outbox.lately_put(tx, ["said:1"]),
    "outbox.ticket_at": lambda tx: outbox.ticket_at(tx, 1, "p1"),
    "outbox.post_at": lambda tx: outbox.post_at(tx, 1, "p1"),
    "outbox.waiting": outbox.waiting,
    "outbox.oldest_waiting": outbox.oldest_waiting,
    "letters.claim": lambda tx: letters.claim(tx, _AT, _AT, 10),
    "letters.finish": lambda tx: letters.finish(
        tx, [Outcome(_LETTER, _AT, "p1"), Outcome(_LETTER, _AT, error="gone", closed=True)], _AT
    ),
    "letters.next_due": letters.next_due,
    "ticket_messages.belonging": lambda tx: ticket_messages.belonging(tx, 1, "m1"),
    "ticket_messages.claim_message": lambda tx: ticket_messages.claim_message(tx, 1, "m1", 1001, None),
    "ticket_messages.move_message": lambda tx: ticket_messages.move_message(tx, 1, "m1", 1001),
    "ticket_messages.forget_message": lambda tx: ticket_messages.forget_message(tx, 1, "m1"),
    "tickets.lock": lambda tx: tickets.lock(tx, [1]),
    "histories.histories": lambda tx: histories.histories(tx, [1]),
    "histories.lately_from": lambda tx: histories.lately_from(tx, 1),
    "tickets.latest_from": lambda tx: tickets.latest_from(tx, 1, 1, _AT),
    "tickets.latest_linked": lambda tx: tickets.latest_linked(tx, 1, _AT),
    "tickets.only_open_one": lambda tx: tickets.only_open_one(tx, 1),
    "tickets.open_tickets": tickets.open_tickets,
    "tickets.open_tickets of some": lambda tx: tickets.open_tickets(tx, customer_id=1, assignee_ids=[1]),
    "tickets.resolved_lately": lambda tx: tickets.resolved_lately(tx, 50),
    "tickets.spoke_before": lambda tx: tickets.spoke_before(tx, 1),
    "tickets.open_ids_of_customer": lambda tx: tickets.open_ids_of_customer(tx, 1),
    "homes.whose": lambda tx: homes.whose(tx, people.place(tx, "web", "try", "a", "direct")),
    "people.person": lambda tx: people.person(tx, "web", "try", "ana"),
    "people.by_id": lambda tx: people.by_id(tx, {1}),
    "people.person_called": lambda tx: people.person_called(tx, "ana@example.com"),
    "people.agents": people.agents,
    "people.everywhere": lambda tx: people.everywhere(tx, _AGENT),
    "people.place": lambda tx: people.place(tx, "web", "try", "a", "channel"),
    "people.places_by_id": lambda tx: people.places_by_id(tx, {1}),
    "people.triage_places": people.triage_places,
    "people.place_known": lambda tx: people.place_known(tx, "web", "try", "a"),
    "homes.absorb": lambda tx: homes.absorb(tx, people.place_by_id(tx, 1), people.place_by_id(tx, 2), _AT),
    "links.of_tickets": lambda tx: links.of_tickets(tx, [1]),
    "links.make": lambda tx: links.make(tx, Link(1001, 1, None)),
    "links.end": lambda tx: links.end(tx, 1, 1),
    "offers.latest": lambda tx: offers.latest(tx, 100),
    "offers.end": lambda tx: offers.end(tx, [1]),
    "heard.keep": lambda tx: heard.keep(tx, 1, "m1", Said("ion", None, "text"), _AT),
    "heard.find": lambda tx: heard.find(tx, 1, "m1"),
    "early.take": lambda tx: early.take(tx, 1, "m1"),
}


@pytest.mark.parametrize("name", QUERIES)
async def test_no_query_reads_all_that_was_ever_stored(desk: TestedDesk, name: str) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    engine = desk.database.beside()
    async with engine.connect() as connection:
        read_whole = await connection.run_sync(_read_whole, QUERIES[name])
        await connection.rollback()
    await engine.dispose()
    assert read_whole - _SMALL == set()


def _read_whole(connection: sa.Connection, work: Work) -> set[str]:
    """Run a work, and return the tables and indexes that the database reads from end to end for it."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        said.append((sql, values[0] if many else values))

    sa.event.listen(connection, "before_cursor_execute", note)
    work(Transaction(connection))
    sa.event.remove(connection, "before_cursor_execute", note)
    plans = [one for one in said if not one[0].startswith("INSERT")]
    look = _on_postgres if connection.dialect.name == "postgresql" else _on_sqlite
    return {name for sql, values in plans for name in look(connection, sql, values)}


def _on_sqlite(connection: sa.Connection, sql: str, values: Any) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values):
        if found := re.match(r"SCAN (?:\w+ USING (?:COVERING )?INDEX )?(\w+)", row[3]):
            yield found[1]


def _on_postgres(connection: sa.Connection, sql: str, values: Any) -> Iterator[str]:
    # Tables of a few rows are read whole, and joined by that, unless it is said to be dear.
    for dear in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{dear} = off")
    (told,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", values).scalars()
    steps = [told[0]["Plan"]]
    while steps:
        step = steps.pop()
        # What ends after some rows, and passes over none, reads no more than these.
        steps += [one for one in step.get("Plans", ()) if step["Node Type"] != "Limit" or "Filter" in one]
        if "Scan" in step["Node Type"] and not step.keys() & {"Index Cond", "Recheck Cond"}:
            yield step.get("Index Name") or step.get("Relation Name") or step["Node Type"]
