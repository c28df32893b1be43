"""A desk with many tickets whose warning comes at one instant, and many more timers far ahead."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa

from bot.app import App
from bot.config import Settings
from bot.warmth import warm_up
from desk import sla
from desk.plan import Plan
from desk.tickets import Event, Kind, Status
from storage import people
from storage.transactions import Transaction

_TIER, _PRIORITY = "enterprise", "P2"  # around the clock, so that the warning comes at any hour
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def desk(path: Path) -> App:
    """Return a prepared desk with a triage channel on a new SQLite database."""
    app = App(Settings(_env_file=None, database_url=f"sqlite:///{path}"))
    await app.prepare()

    def team(tx: Transaction) -> None:
        people.place(tx, "slack", "T0BENCH", "C0TRIAGE", "triage")
        people.person(tx, "slack", "T0BENCH", "U0CUSTOMER")
        people.place(tx, "slack", "T0BENCH", "D0CUSTOMER", "direct")
        app.desk.triages = people.triage_places(tx)

    await app.database.write(team)
    warm_up(app.desk, datetime.now(UTC))
    return app


def pending(path: Path, many: int) -> None:
    """Store timers that are due in a year or later."""
    first = _microseconds(datetime.now(UTC) + timedelta(days=365))
    statement = """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
        INSERT INTO timers (kind, subject, due_at, data, attempts)
        SELECT 'sla', 'pending:' || n, ? + n * 1000000, '{}', 0 FROM numbers"""
    if many:
        _quickly(path, [(statement, [(many, first)])])


def tickets(path: Path, plan: Plan, due: datetime, many: int, apart: timedelta) -> list[datetime]:
    """Store tickets whose warnings come at `due`, each `apart` from the one before; return the instants."""
    ahead = _warning_after(plan)
    instants = [due + apart * number for number in range(many)]
    opened = [_microseconds(at - ahead) for at in instants]
    told = {"text": "Nu pot crea curse noi de azi dimineață.", "files": [], "message": "1.1"}
    data = msgspec.json.encode(told).decode()
    ticket = (
        "INSERT INTO tickets (id, subject, status, priority, tier, language, requester_id, place_id, "
        "plan_version, opened_at, last_said_at) VALUES (?, 'Nu pot crea curse', ?, ?, ?, 'ro', 1, 2, 1, ?, ?)"
    )
    event = (
        "INSERT INTO ticket_events (ticket_id, at, kind, who, source, data) VALUES (?, ?, ?, 1, 'slack', ?)"
    )
    timer = "INSERT INTO timers (kind, subject, due_at, data, attempts) VALUES ('sla', ?, ?, '{}', 0)"
    ids = range(5001, 5001 + many)
    works: list[tuple[str, list[tuple[object, ...]]]] = [
        (
            ticket,
            [(i, Status.TRIAGED.value, _PRIORITY, _TIER, at, at) for i, at in zip(ids, opened, strict=True)],
        ),
        (event, [(i, at, Kind.OPENED.value, data) for i, at in zip(ids, opened, strict=True)]),
        (timer, [(str(i), _microseconds(at)) for i, at in zip(ids, instants, strict=True)]),
    ]
    _quickly(path, works)
    return instants


def _warning_after(plan: Plan) -> timedelta:
    """Return how long after its opening such a ticket's first warning comes."""
    at = datetime.now(UTC)
    clocks = sla.clocks(plan, _TIER, _PRIORITY, at, [Event(at, Kind.OPENED)])
    first = sla.next_moment(clocks, at)
    assert first is not None
    return first - at


def _quickly(path: Path, works: list[tuple[str, list[tuple[object, ...]]]]) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")  # for this connection alone
    for statement, rows in works:
        connection.executemany(statement, rows)
    connection.commit()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # they were stored long ago
    connection.close()


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def warned(tx: Transaction) -> int:
    """Return how many tickets have their warning in their history and a post that says so."""
    of_ticket = (
        "SELECT count(DISTINCT ticket_id) FROM ticket_events WHERE kind = 'warned' AND ticket_id > 5000"
    )
    said = "SELECT count(DISTINCT under) FROM outbox WHERE under LIKE 'card:%'"
    counts = [int(tx.execute(sa.text(query)).scalar_one()) for query in (of_ticket, said)]
    return min(counts)
