from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from handlers import housekeeping
from storage import inbox, outbox, timers
from storage.tables import outbox as outbox_table
from storage.timers import Timer
from storage.transactions import Transaction, Work
from tests.desk_in_tests import DAY, MINUTE, MONDAY_TEN, TestedDesk

_WEEK_LATER = MONDAY_TEN + 8 * DAY


async def events_known(desk: TestedDesk, many: int) -> int:
    """Return how many of the first events are still known."""

    def work(tx: Transaction) -> int:
        return sum(not inbox.first_time(tx, "web", f"old{n}", _WEEK_LATER) for n in range(many))

    return await desk.database.write(work)


async def test_old_events_are_forgotten_some_at_a_time(
    desk: TestedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_AT_ONCE", 2)

    def before(tx: Transaction) -> None:
        for n in range(5):
            inbox.first_time(tx, "web", f"old{n}", MONDAY_TEN + timedelta(seconds=n))

    await desk.database.write(before)
    desk.now = _WEEK_LATER
    await desk.database.write(lambda tx: housekeeping.tidy(tx, desk.desk, [], desk.now))
    await desk.after(MINUTE)
    assert await events_known(desk, 5) == 0


async def test_a_desk_that_starts_every_morning_tidies_all_the_same(desk: TestedDesk) -> None:
    for day in range(3):
        at = MONDAY_TEN + day * (DAY - timedelta(hours=1))
        await desk.database.write(lambda tx, at=at: housekeeping.schedule(tx, at))  # type: ignore[misc]
    claimed: list[Timer] = await desk.database.write(lambda tx: timers.claim(tx, MONDAY_TEN + DAY, 10))
    assert [timer.kind for timer in claimed] == ["housekeeping"]


def letter_done(at: datetime | None) -> Work[object]:
    """Store a letter that was done at an instant, or waits."""
    row = {"place_id": 1, "message": "", "stored_at": MONDAY_TEN, "done_at": at}
    return lambda tx: tx.execute(sa.insert(outbox_table), row)


async def test_of_the_letters_only_the_oldest_are_looked_at_and_those_that_wait_stand_in_nobodys_way(
    desk: TestedDesk,
) -> None:
    long_ago, lately = MONDAY_TEN, MONDAY_TEN + 20 * DAY
    for at in (None, None, long_ago, lately, long_ago, long_ago, lately):
        await desk.database.write(letter_done(at))
    forgotten = [await desk.database.write(lambda tx: outbox.forget(tx, lately, 3)) for _ in range(3)]
    assert forgotten == [2, 1, 0]
    left = await desk.database.read(lambda tx: tx.execute(sa.select(outbox_table.c.done_at)).scalars().all())
    assert list(left) == [None, None, lately, lately]
