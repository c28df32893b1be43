"""What was attached on the try page: each file belongs to one post, and is gone with it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from msgspec import Struct

from storage.transactions import Transaction
from storage.web_tables import web_files as files

LARGEST = 5 * 1024 * 1024  # bytes
MOST = 5  # with a post
_WAITS = timedelta(hours=1)  # for its post


class WebFile(Struct, frozen=True):
    """A file without its bytes. It may be seen in its conversation; until it is sent, it has no post."""

    id: int
    post_id: int | None
    conversation: str
    author: str | None
    name: str
    kind: str
    size: int


_FILE = sa.select(*(files.c[name] for name in WebFile.__struct_fields__))


def keep(
    tx: Transaction,
    conversation: str,
    author: str | None,
    name: str,
    kind: str,
    data: bytes,
    now: datetime,
    post_id: int | None = None,
) -> WebFile:
    """Store a file, for a post that is yet to be written unless it is named."""
    tx.execute(sa.delete(files).where(files.c.post_id.is_(None), files.c.at < now - _WAITS))
    row = {
        "post_id": post_id,
        "conversation": conversation,
        "author": author,
        "name": name,
        "kind": kind,
        "size": len(data),
        "data": data,
        "at": now,
    }
    new_id = tx.execute(sa.insert(files).returning(files.c.id), row).scalar_one()
    return WebFile(new_id, post_id, conversation, author, name, kind, len(data))


def waiting(tx: Transaction, author: str, conversation: str, ids: Iterable[int]) -> list[WebFile]:
    """Return those of these files that this person put into this conversation and has not sent yet."""
    own = (files.c.author == author) & (files.c.conversation == conversation) & files.c.post_id.is_(None)
    return _read(tx.execute(_FILE.where(own, files.c.id.in_(list(ids))).order_by(files.c.id)))


def attach(tx: Transaction, found: Sequence[WebFile], post_id: int) -> None:
    """Let files belong to a post."""
    tx.execute(sa.update(files).where(files.c.id.in_([one.id for one in found])), {"post_id": post_id})


def of_posts(tx: Transaction, post_ids: Sequence[int]) -> dict[int, tuple[WebFile, ...]]:
    """Return the files of posts that have any, each in the order in which they were attached."""
    found: dict[int, tuple[WebFile, ...]] = {}
    for one in _read(tx.execute(_FILE.where(files.c.post_id.in_(post_ids)).order_by(files.c.id))):
        assert one.post_id is not None  # noqa: S101 - asked for by it
        found[one.post_id] = (*found.get(one.post_id, ()), one)
    return found


def sent(tx: Transaction, file_id: int) -> WebFile | None:
    """Return a file that belongs to a post, None where there is none with this id."""
    found = _read(tx.execute(_FILE.where(files.c.id == file_id, files.c.post_id.is_not(None))))
    return found[0] if found else None


def data(tx: Transaction, file_id: int) -> bytes | None:
    """Return what is in a file that belongs to a post."""
    here = sa.select(files.c.data).where(files.c.id == file_id, files.c.post_id.is_not(None))
    found: bytes | None = tx.execute(here).scalar()
    return found


def forget(tx: Transaction, post_id: int) -> None:
    """Forget the files of a post that is taken back."""
    tx.execute(sa.delete(files).where(files.c.post_id == post_id))


def _read(rows: Iterable[sa.Row[tuple[object, ...]]]) -> list[WebFile]:
    return [WebFile(**row._mapping) for row in rows]
