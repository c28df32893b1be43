"""Plans that were in force, by version. A ticket keeps the version it was opened under."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import plans
from storage.transactions import Transaction

_ADD = {
    True: postgresql.insert(plans).on_conflict_do_nothing(),
    False: sqlite.insert(plans).on_conflict_do_nothing(),
}


def remember(tx: Transaction, text: str, digest: str, now: datetime) -> int:
    """Return the version of the plan with this digest, storing it as the newest when it is new."""
    known = sa.select(plans.c.version).where(plans.c.digest == digest)
    version = tx.execute(known).scalar()
    if version is None:  # two processes may start with the same new plan
        tx.execute(_ADD[tx.postgres], {"text": text, "digest": digest, "added_at": now})
        version = tx.execute(known).scalar_one()
    return int(version)


def text_of(tx: Transaction, version: int) -> str:
    """Return the text of a version."""
    return str(tx.execute(sa.select(plans.c.text).where(plans.c.version == version)).scalar_one())
