"""How what waits in the outbox leaves: in order in each place, and from one process at a time.

A place is claimed for a while by one process, which sends the first post that waits there.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql, sqlite

from desk.messages import Message
from storage.outbox import close
from storage.prepared import Prepared, among
from storage.tables import outbox, places, posts
from storage.transactions import Transaction

_decode = msgspec.json.Decoder(Message).decode


class Letter(Struct, frozen=True):
    """A post that is to leave: what, where, and what it edits or hangs under (platform ids).

    A `doubtful` one may have arrived already. The message of a `late` one is yet to be written. `address` is
    what the platform needs, beside the conversation's id, to reach it. `brought` is what the platform made of
    the files of the post that it edits: its ids.
    """

    id: int
    revision: int
    place_id: int
    platform: str
    workspace: str
    conversation: str
    message: Message | None
    key: str | None
    thread: str | None
    edits: str | None
    attempts: int
    doubtful: bool = False
    late: bool = False
    address: dict[str, str] | None = None
    ticket_id: int | None = None
    brought: tuple[str, ...] = ()


class Outcome(Struct, frozen=True):
    """How sending a letter went. `again_at` is set for a failure that may pass; `next_at` is when the
    place may be spoken in again. `closed` says that nobody hears us there any more; `below` is said next.
    `brought` is what the platform made of its files."""

    letter: Letter
    next_at: datetime
    platform_id: str | None = None
    error: str | None = None
    again_at: datetime | None = None
    doubtful: bool = False
    closed: bool = False
    below: Message | None = None
    brought: tuple[str, ...] = ()


_FREE = sa.or_(places.c.leased_until.is_(None), places.c.leased_until <= sa.bindparam("now"))
_READY = Prepared(
    sa.select(places.c.id, places.c.leased_until)
    .where(places.c.send_at <= sa.bindparam("now"), _FREE)
    .order_by(places.c.send_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True, key_share=True)
)
_LEASE = Prepared(
    sa.update(places).where(among(places.c.id, "ids")).values(leased_until=sa.bindparam("until"))
)
_first = outbox.alias("first")
_HEAD = (
    sa.select(sa.func.min(_first.c.id))
    .where(_first.c.place_id == places.c.id, _first.c.done_at.is_(None))
    .correlate(places)
    .scalar_subquery()
)
_self, _root = posts.alias("self"), posts.alias("root")
_LETTERS = Prepared(
    sa.select(
        outbox.c.id,
        outbox.c.revision,
        outbox.c.place_id,
        places.c.platform,
        places.c.workspace,
        places.c.conversation,
        outbox.c.message,
        outbox.c.key,
        sa.func.coalesce(outbox.c.thread, _root.c.platform_id).label("thread"),
        _self.c.platform_id.label("edits"),
        outbox.c.attempts,
        outbox.c.doubtful,
        outbox.c.late,
        places.c.address,
        outbox.c.ticket_id,
        _self.c.brought,
    )
    .select_from(places)
    .join(outbox, outbox.c.id == _HEAD)
    .outerjoin(_self, sa.and_(_self.c.place_id == places.c.id, _self.c.key == outbox.c.key))
    .outerjoin(_root, sa.and_(_root.c.place_id == places.c.id, _root.c.key == outbox.c.under))
    .where(among(places.c.id, "ids"))
)


def claim(tx: Transaction, now: datetime, until: datetime, most: int) -> list[Letter]:
    """Take at most `most` places in which something waits, and return the first letter of each.

    Nobody else sends there until the lease ends at `until` or `finish` gives the place back.
    """
    ready = tx.run(_READY, {"now": now, "most": most}).all()
    if not ready:
        return []
    taken = [place_id for place_id, _leased_until in ready]
    tx.run(_LEASE, {"ids": taken, "until": until})
    # A lease that ran out belonged to a process that died, perhaps between sending and saying so.
    abandoned = {place_id for place_id, leased_until in ready if leased_until is not None}
    letters = [_letter(row, abandoned) for row in tx.run(_LETTERS, {"ids": taken})]
    empty = set(taken) - {letter.place_id for letter in letters}
    if empty:
        tx.run(_GIVE_BACK, [{"the_place": place_id, "earliest": now} for place_id in empty])
    return letters


def hold(tx: Transaction, place_ids: Collection[int], until: datetime) -> None:
    """Keep places that were claimed for longer: what leaves there takes its time."""
    if place_ids:
        tx.run(_LEASE, {"ids": list(place_ids), "until": until})


def _letter(row: tuple[Any, ...], abandoned: set[int]) -> Letter:
    values = dict(zip(Letter.__struct_fields__, row, strict=True))
    values["doubtful"] = values["doubtful"] or values["place_id"] in abandoned
    values["brought"] = tuple(values["brought"] or ())
    if values["message"] is not None:
        values["message"] = _decode(values["message"])
    return Letter(**values)


def abandon_leases(tx: Transaction, now: datetime) -> None:
    """Let no lease outlive this instant: for a process that starts and knows that it is the only one."""
    tx.execute(sa.update(places).where(places.c.leased_until > now).values(leased_until=now))


def bring_back(tx: Transaction, now: datetime, latest: datetime, asked: datetime, lease: datetime) -> int:
    """Let no place wait for later than `latest`, or `asked` where a letter failed, and no lease end later
    than `lease`. Returns for how many.

    What is further ahead was stored before the clock was set back; what waited for it may leave now.
    """
    failed = sa.exists().where(
        outbox.c.place_id == places.c.id, outbox.c.done_at.is_(None), outbox.c.attempts > 0
    )
    at = places.c.send_at.type
    until = sa.case((failed, sa.literal(asked, at)), else_=sa.literal(latest, at))
    ahead = {
        places.c.send_at: (places.c.send_at > until, now),
        places.c.free_at: (places.c.free_at > until, now),
        places.c.leased_until: (places.c.leased_until > lease, lease),
    }
    values = {
        column: sa.case((is_ahead, sa.literal(at, column.type)), else_=column)
        for column, (is_ahead, at) in ahead.items()
    }
    anything = sa.or_(*(is_ahead for is_ahead, _at in ahead.values()))
    return tx.execute(sa.update(places).where(anything).values(values)).rowcount


# With `key_share`, who only refers to the place is let by: they may wait for another place that we hold.
_LOCK = sa.select(places.c.id).where(places.c.id == sa.bindparam("the_place")).with_for_update(key_share=True)
_WAITING = (
    sa.select(outbox.c.id)
    .where(outbox.c.place_id == sa.bindparam("the_place"), outbox.c.done_at.is_(None))
    .exists()
)
# Typed, because within a CASE the database cannot tell that it is an instant.
_EARLIEST = sa.bindparam("earliest", type_=places.c.send_at.type)
_GIVE_BACK = Prepared(
    sa.update(places)
    .where(places.c.id == sa.bindparam("the_place"))
    .values(
        leased_until=None,
        free_at=_EARLIEST,
        send_at=sa.case((sa.and_(_WAITING, sa.not_(places.c.closed)), _EARLIEST)),
    )
)
_DONE = Prepared(
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("the_id"), outbox.c.revision == sa.bindparam("the_revision"))
    .values(done_at=sa.bindparam("at"), platform_id=sa.bindparam("their_id"), error=sa.bindparam("why"))
)
_AGAIN = Prepared(
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("the_id"))
    .values(
        attempts=outbox.c.attempts + 1,
        error=sa.bindparam("why"),
        doubtful=sa.bindparam("in_doubt"),
    )
)


def _post(insert: Any) -> Any:
    new = insert.excluded
    about = sa.func.coalesce(new.ticket_id, posts.c.ticket_id)
    brought = sa.func.coalesce(new.brought, posts.c.brought)  # an edit leaves what is there
    return insert.on_conflict_do_update(
        index_elements=["place_id", "key"],
        set_={"platform_id": new.platform_id, "ticket_id": about, "brought": brought},
    )


_POST = {True: Prepared(_post(postgresql.insert(posts))), False: Prepared(_post(sqlite.insert(posts)))}


def finish(tx: Transaction, outcomes: list[Outcome], now: datetime, also: Collection[int] = ()) -> None:
    """Store how letters went, give their places back, and close those in which nobody hears us any more.

    There the letter waits, with those behind it. `also`: where else something is put meanwhile.
    """
    done = [_done(o, now) for o in outcomes if not _waits(o)]
    again = [{"the_id": o.letter.id, "why": o.error, "in_doubt": o.doubtful} for o in outcomes if _waits(o)]
    if tx.postgres:  # places first, as whoever stores a post does: so nobody waits for each other
        for place_id in sorted({*also, *(o.letter.place_id for o in outcomes)}):
            tx.execute(_LOCK, {"the_place": place_id})
    kept = [_kept(o) for o in outcomes if o.platform_id is not None and _is_kept(o.letter)]
    for statement, rows in ((_POST[tx.postgres], kept), (_DONE, done), (_AGAIN, again)):
        if rows:
            tx.run(statement, rows)
    tx.run(_GIVE_BACK, [{"the_place": o.letter.place_id, "earliest": o.next_at} for o in outcomes])
    if closed := {o.letter.place_id for o in outcomes if o.closed}:
        close(tx, closed)
    tx.wake("sent", now)


def _waits(outcome: Outcome) -> bool:
    return outcome.closed or outcome.again_at is not None


def _done(outcome: Outcome, now: datetime) -> dict[str, Any]:
    letter = outcome.letter
    return {
        "the_id": letter.id,
        "the_revision": letter.revision,
        "at": now,
        "their_id": outcome.platform_id,
        "why": outcome.error,
    }


def _is_kept(letter: Letter) -> bool:
    """Whether somebody may edit the post, or answer it."""
    return letter.key is not None or letter.ticket_id is not None


def _kept(outcome: Outcome) -> dict[str, Any]:
    letter = outcome.letter
    return {
        "place_id": letter.place_id,
        "key": letter.key or f"letter:{letter.id}",
        "platform_id": outcome.platform_id,
        "ticket_id": letter.ticket_id,
        "brought": outcome.brought or None,
    }


_MAY_LEAVE = sa.case(
    (places.c.leased_until > places.c.send_at, places.c.leased_until), else_=places.c.send_at
)
_NEXT_DUE = Prepared(
    sa.select(sa.func.min(sa.type_coerce(_MAY_LEAVE, places.c.send_at.type))).where(
        places.c.send_at.is_not(None)
    )
)


def next_due(tx: Transaction) -> datetime | None:
    """Return when the next place may be spoken in, or when the next lease runs out."""
    earliest: datetime | None = tx.run(_NEXT_DUE).scalar()
    return earliest
