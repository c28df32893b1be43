"""What was said lately and is in no ticket, where a mark on a message comes without the message's words.

It is kept for `KEPT`, and no longer: people did not say it to the desk.
"""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from desk.incoming import File
from storage.prepared import Prepared
from storage.tables import heard
from storage.transactions import Transaction

KEPT = timedelta(hours=36)
"""How long somebody's words wait for a mark: from yesterday morning to this afternoon."""


class Said(Struct, frozen=True):
    """A message as it stands: who wrote it (their id on the platform), under which one, and what."""

    user: str
    thread: str | None
    text: str
    files: tuple[File, ...] = ()


def _keep(insert: sa.Insert) -> Prepared:
    changed = {"said": insert.excluded.said}  # type: ignore[attr-defined]
    return Prepared(insert.on_conflict_do_update(index_elements=["place_id", "message"], set_=changed))  # type: ignore[attr-defined]


_KEEP = {True: _keep(postgresql.insert(heard)), False: _keep(sqlite.insert(heard))}
_THIS = (heard.c.place_id == sa.bindparam("the_place")) & (heard.c.message == sa.bindparam("the_message"))
_FIND = Prepared(sa.select(heard.c.said).where(_THIS))
_DROP = sa.delete(heard).where(_THIS)
_FORGET = Prepared(sa.delete(heard).where(heard.c.at < sa.bindparam("before")))


def keep(tx: Transaction, place_id: int, message: str, said: Said, now: datetime) -> None:
    """Keep what a message of a place says, or says now, and forget what is too old."""
    forget(tx, now - KEPT)
    row = {"place_id": place_id, "message": message, "said": msgspec.to_builtins(said), "at": now}
    tx.run(_KEEP[tx.postgres], row)


def find(tx: Transaction, place_id: int, message: str) -> Said | None:
    """Return what a message of a place says, None where it was never heard or is forgotten."""
    row = tx.run(_FIND, {"the_place": place_id, "the_message": message}).first()
    return None if row is None else msgspec.convert(row[0], Said)


def drop(tx: Transaction, place_id: int, message: str) -> None:
    """Forget a message: it was taken back, or a ticket has it now."""
    tx.execute(_DROP, {"the_place": place_id, "the_message": message})


def forget(tx: Transaction, before: datetime) -> None:
    """Forget what was said before an instant."""
    tx.run(_FORGET, {"before": before})
