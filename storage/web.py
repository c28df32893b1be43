"""What was written on the try page, by people and by the desk, in the order in which it changed."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from desk.messages import Message
from storage import web_files
from storage.transactions import Transaction
from storage.web_files import WebFile
from storage.web_tables import web_posts as posts

# Any number that nobody else uses: revisions must be committed in the order in which they are given.
_LOCK = 0x57454250


class WebPost(Struct, frozen=True):
    """A post on the page. A person's has an author and a text, the desk's a message."""

    id: int
    revision: int
    key: str
    conversation: str
    thread: int | None
    author: str | None
    text: str | None
    message: Message | None
    at: datetime
    edited_at: datetime | None
    deleted: bool
    files: tuple[WebFile, ...] = ()


_POST = sa.select(*(posts.c[name] for name in WebPost.__struct_fields__ if name != "files"))
_BY_ID = _POST.where(posts.c.id == sa.bindparam("the_id"))
_BY_KEY = _POST.where(posts.c.key == sa.bindparam("the_key"))
_SINCE = _POST.where(posts.c.revision > sa.bindparam("seen")).order_by(posts.c.revision)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(posts.c.revision), 0))


def write(
    tx: Transaction,
    key: str,
    conversation: str,
    now: datetime,
    *,
    thread: int | None = None,
    author: str | None = None,
    text: str | None = None,
    message: Message | None = None,
) -> WebPost:
    """Store a post and return it. With a key that was used before, the post it made is returned."""
    if (before := post_by_key(tx, key)) is not None:
        return before
    row = {
        "revision": _next_revision(tx),
        "key": key,
        "conversation": conversation,
        "thread": _root(tx, thread),
        "author": author,
        "text": text,
        "message": message,
        "at": now,
    }
    new_id = tx.execute(sa.insert(posts).returning(posts.c.id), row).scalar_one()
    return one(tx, new_id)


def _next_revision(tx: Transaction) -> int:
    if tx.postgres:
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    return newest(tx) + 1


def _root(tx: Transaction, thread: int | None) -> int | None:
    # Threads are one level deep: a reply to a reply hangs under the same root.
    if thread is None:
        return None
    root = post(tx, thread)
    return thread if root is None or root.thread is None else root.thread


def edit(
    tx: Transaction, post_id: int, now: datetime, *, text: str | None = None, message: Message | None = None
) -> WebPost:
    """Change what a post says, and return it as it is now."""
    return _change(tx, post_id, text=text, message=message, edited_at=now)


def delete(tx: Transaction, post_id: int, now: datetime) -> WebPost:
    """Take a post back; its words are gone, its place in a thread remains."""
    web_files.forget(tx, post_id)
    return _change(tx, post_id, text=None, message=None, edited_at=now, deleted=True)


def _change(tx: Transaction, post_id: int, **changes: Any) -> WebPost:
    values = {"revision": _next_revision(tx), **changes}
    tx.execute(sa.update(posts).where(posts.c.id == post_id), values)
    return one(tx, post_id)


def one(tx: Transaction, post_id: int) -> WebPost:
    """Return a post that exists."""
    return _with_files(tx, [_read(tx.execute(_BY_ID, {"the_id": post_id}).one())])[0]


def post(tx: Transaction, post_id: int) -> WebPost | None:
    """Return a post, or None where there is none with this id."""
    row = tx.execute(_BY_ID, {"the_id": post_id}).first()
    return None if row is None else _read(row)


def post_by_key(tx: Transaction, key: str) -> WebPost | None:
    """Return the post that a key made, or None where it made none yet."""
    row = tx.execute(_BY_KEY, {"the_key": key}).first()
    return None if row is None else _read(row)


def newest(tx: Transaction) -> int:
    """Return the revision of the last change, 0 before the first."""
    return int(tx.execute(_NEWEST).scalar_one())


def changed_since(tx: Transaction, revision: int) -> list[WebPost]:
    """Return the posts that changed after a revision, in the order of their changes."""
    return _with_files(tx, [_read(row) for row in tx.execute(_SINCE, {"seen": revision})])


def recent(tx: Transaction, conversation: str, most: int) -> list[WebPost]:
    """Return the last `most` posts of a conversation with the replies of each, oldest first."""
    here = posts.c.conversation == conversation
    roots = (
        sa.select(posts.c.id)
        .where(here, posts.c.thread.is_(None))
        .order_by(posts.c.id.desc())
        .limit(most)
        .scalar_subquery()
    )
    query = _POST.where(here, sa.or_(posts.c.id.in_(roots), posts.c.thread.in_(roots))).order_by(posts.c.id)
    return _with_files(tx, [_read(row) for row in tx.execute(query)])


def _with_files(tx: Transaction, found: list[WebPost]) -> list[WebPost]:
    """Return posts as they are shown: with what is attached to them."""
    files = web_files.of_posts(tx, [post.id for post in found]) if found else {}
    return [replace(post, files=files[post.id]) if post.id in files else post for post in found]


def _read(row: Any) -> WebPost:
    values = dict(row._mapping)
    if values["message"] is not None:
        values["message"] = msgspec.convert(values["message"], Message)
    return WebPost(**values)
