"""What must be in the database for every event that was acknowledged."""

import sqlalchemy as sa

from storage.database import Database
from storage.transactions import Transaction

_ACCOMPANIED = {
    "without its opening": "SELECT ticket_id FROM ticket_events WHERE kind = 'opened'",
    "without a timer": "SELECT CAST(subject AS integer) FROM timers WHERE kind = 'sla'",
    "whose reply was not posted": (
        "SELECT CAST(substr(key, 8) AS integer) FROM outbox "
        "WHERE key LIKE 'opened:%' AND platform_id IS NOT NULL AND error IS NULL"
    ),
    "without a card": "SELECT CAST(substr(key, 6) AS integer) FROM outbox WHERE key LIKE 'card:%'",
}


async def mistakes(url: str, acknowledged: int) -> list[str]:
    """Return in words what is missing or too much."""
    database = Database(url)

    def compare(tx: Transaction) -> list[str]:
        tickets = _ids(tx, "SELECT id FROM tickets")
        found = []
        if len(tickets) != acknowledged:
            found.append(f"{acknowledged:,} events acknowledged, but {len(tickets):,} tickets")
        for what, query in _ACCOMPANIED.items():
            if missing := tickets - _ids(tx, query):
                found.append(f"{len(missing):,} tickets {what}, such as {min(missing)}")
        return found

    try:
        return await database.read(compare)
    finally:
        await database.close()


def _ids(tx: Transaction, query: str) -> set[int]:
    return set(tx.execute(sa.text(query)).scalars())
