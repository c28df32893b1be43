"""The outbox: what is to be said where. It is stored with its cause, and sent after the commit.

`revision` counts edits: a post that was edited while it was being sent stays in here and is sent again.
How letters leave is in `storage.letters`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from desk.messages import Message
from storage.prepared import Prepared, among
from storage.tables import outbox, places, posts
from storage.transactions import Transaction

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Message).decode
_LATELY = 5_000  # letters


def _put(insert: Any) -> Any:
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["place_id", "key"],
        index_where=sa.text("done_at IS NULL AND key IS NOT NULL"),
        set_={"message": new.message, "late": new.late, "revision": outbox.c.revision + 1},
    )


def _put_once(insert: Any) -> Any:
    return insert.on_conflict_do_nothing(
        index_elements=["dedupe_key"], index_where=sa.text("dedupe_key IS NOT NULL")
    )


_PUT = {True: Prepared(_put(postgresql.insert(outbox))), False: Prepared(_put(sqlite.insert(outbox)))}
_PUT_ONCE = {
    True: Prepared(_put_once(postgresql.insert(outbox))),
    False: Prepared(_put_once(sqlite.insert(outbox))),
}
# The place's row is always written, so that it is locked: `finish` must not overlook our letter. What
# waits there already keeps its time, and the pace of the place holds for an empty line too. The line of a
# closed place stands.
_AT = sa.bindparam("at", type_=places.c.send_at.type)
_CALL = Prepared(
    sa.update(places)
    .where(places.c.id == sa.bindparam("the_place"))
    .values(
        send_at=sa.case(
            (places.c.closed, sa.null()),
            (places.c.send_at.is_not(None), places.c.send_at),
            (places.c.free_at > _AT, places.c.free_at),
            else_=_AT,
        )
    )
)
_CLOSE = Prepared(sa.update(places).where(among(places.c.id, "ids")).values(closed=True, send_at=None))


class Post(Struct, frozen=True):
    """Something to be said in a place, after everything that waits there already.

    `key` names the post: a key that has a post already edits it, and no message takes it back, unless the
    post is `late`: then its message is written when it leaves. It hangs under the post named `under`, or
    under the platform's message `thread`. With a `dedupe_key` that was used before, nothing is said.
    `ticket_id` is the ticket that it is about.
    """

    place_id: int
    message: Message | None
    key: str | None = None
    under: str | None = None
    thread: str | None = None
    dedupe_key: str | None = None
    late: bool = False
    ticket_id: int | None = None


def put(tx: Transaction, posted: list[Post], now: datetime) -> None:
    """Have these posts said, in this order, those with a `dedupe_key` last.

    An edit of a post that still waits replaces it in the line.
    """
    if not posted:
        return
    call(tx, {post.place_id for post in posted}, now)
    many = [_post_row(post, now) for post in posted if post.dedupe_key is None]
    once = [_post_row(post, now) for post in posted if post.dedupe_key is not None]
    if many:
        tx.run(_PUT[tx.postgres], many)
    if once:
        tx.run(_PUT_ONCE[tx.postgres], once)


def call(tx: Transaction, place_ids: Collection[int], now: datetime) -> None:
    """Have the lines of these places looked at: something waits there."""
    tx.run(_CALL, [{"the_place": place_id, "at": now} for place_id in sorted(place_ids)])
    tx.wake("outbox", now)


def _post_row(post: Post, now: datetime) -> dict[str, Any]:
    return {
        "place_id": post.place_id,
        "late": post.late,
        "message": None if post.message is None else _encode(post.message).decode(),
        "key": post.key,
        "under": post.under,
        "thread": post.thread,
        "dedupe_key": post.dedupe_key,
        "ticket_id": post.ticket_id,
        "stored_at": now,
    }


def close(tx: Transaction, place_ids: Collection[int]) -> None:
    """Let what is said in these places wait, for nobody hears us there, until they `open_again`."""
    tx.run(_CLOSE, {"ids": place_ids})


def open_again(tx: Transaction, place_id: int, now: datetime) -> None:
    """Let what waits in a place leave, in its order: somebody hears us there again."""
    tx.execute(sa.update(places).where(places.c.id == place_id).values(closed=False))
    call(tx, [place_id], now)


def said_already(tx: Transaction, dedupe_key: str) -> bool:
    """Say whether a post with this `dedupe_key` was stored before."""
    query = sa.select(outbox.c.id).where(outbox.c.dedupe_key == dedupe_key)
    return tx.execute(query).first() is not None


def places_of(tx: Transaction, key: str) -> frozenset[int]:
    """Return the places in which there is, or soon will be, a post with this key."""
    said = sa.select(posts.c.place_id).where(posts.c.key == key)
    waits = sa.select(outbox.c.place_id).where(outbox.c.key == key, outbox.c.done_at.is_(None))
    return frozenset(tx.execute(said.union(waits)).scalars())


def lately_put(tx: Transaction, keys: list[str]) -> list[Post]:
    """Return the posts with these keys as they were put last, of those among the last few thousand."""
    newest = sa.select(sa.func.coalesce(sa.func.max(outbox.c.id), 0)).scalar_subquery()
    columns = (outbox.c[name] for name in ("place_id", "message", "key", "under", "thread"))
    query = sa.select(*columns).where(outbox.c.id > newest - _LATELY, outbox.c.key.in_(keys))
    found = {(row.place_id, row.key): row for row in tx.execute(query.order_by(outbox.c.id))}
    return [
        Post(row.place_id, _decode(row.message), key=row.key, under=row.under, thread=row.thread)
        for row in found.values()
        if row.message is not None
    ]


def post_at(tx: Transaction, place_id: int, platform_id: str) -> str | None:
    """Return the key of the post that is this message of a place: "card:1042"."""
    query = sa.select(posts.c.key).where(posts.c.place_id == place_id, posts.c.platform_id == platform_id)
    key: str | None = tx.execute(query).scalar()
    return key


def ticket_at(tx: Transaction, place_id: int, platform_id: str) -> int | None:
    """Return the ticket that a post of ours, which is this message of a place, is about."""
    here = (posts.c.place_id == place_id) & (posts.c.platform_id == platform_id)
    ticket_id: int | None = tx.execute(sa.select(posts.c.ticket_id).where(here)).scalar()
    return ticket_id


_WAITS = outbox.c.done_at.is_(None)
_OF_CLOSED = sa.exists().where(places.c.id == outbox.c.place_id, places.c.closed)
_MAY_LEAVE = _WAITS & sa.not_(_OF_CLOSED)


def waiting(tx: Transaction) -> int:
    """Return how many letters wait to be sent; those for a place that is closed are not counted."""
    return int(tx.execute(sa.select(sa.func.count()).select_from(outbox).where(_MAY_LEAVE)).scalar_one())


def oldest_waiting(tx: Transaction) -> datetime | None:
    """Return when the letter was stored that waits longest to be sent."""
    at: datetime | None = tx.execute(sa.select(sa.func.min(outbox.c.stored_at)).where(_MAY_LEAVE)).scalar()
    return at


def forget(tx: Transaction, before: datetime, most: int) -> int:
    """Remove those of the `most` oldest letters done that were done before an instant. Returns how many.

    No other is looked at: whoever writes meanwhile would wait until a month of letters is read. What has
    waited since before then for a place to open is given up.
    """
    tx.execute(sa.delete(outbox).where(_WAITS, outbox.c.stored_at < before, _OF_CLOSED))
    done = sa.select(outbox.c.id, outbox.c.done_at).where(outbox.c.done_at.is_not(None))
    oldest = done.order_by(outbox.c.id).limit(most).subquery()
    long_ago = sa.select(oldest.c.id).where(oldest.c.done_at < before)
    return tx.execute(sa.delete(outbox).where(outbox.c.id.in_(long_ago))).rowcount
