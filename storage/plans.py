"""Plans that were in force, by version. A ticket keeps the version it was opened under."""

from datetime import datetime

import sqlalchemy as sa

from storage.tables import plans
from storage.transactions import Transaction


def remember(tx: Transaction, text: str, digest: str, now: datetime) -> int:
    """Return the version of the plan with this digest, storing it as the newest when it is new."""
    version = tx.execute(sa.select(plans.c.version).where(plans.c.digest == digest)).scalar()
    if version is None:
        row = {"text": text, "digest": digest, "added_at": now}
        version = tx.execute(sa.insert(plans).returning(plans.c.version), row).scalar_one()
    return int(version)


def text_of(tx: Transaction, version: int) -> str:
    """Return the text of a version."""
    return str(tx.execute(sa.select(plans.c.text).where(plans.c.version == version)).scalar_one())
