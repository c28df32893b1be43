import asyncio
from datetime import datetime

from storage import timers
from storage.database import Database
from storage.timers import Timer
from storage.transactions import Transaction
from tests.desk_in_tests import HOUR, MINUTE, MONDAY_TEN


def claim(tx: Transaction) -> list[Timer]:
    return timers.claim(tx, MONDAY_TEN, 10)


async def test_a_timer_is_moved_rather_than_doubled(database: Database) -> None:
    await database.write(lambda tx: timers.set_timer(tx, "sla", "1", MONDAY_TEN - HOUR))
    await database.write(lambda tx: timers.set_timer(tx, "sla", "1", MONDAY_TEN, {"a": 1}))
    (timer,) = await database.write(claim)
    assert (timer.due_at, timer.data) == (MONDAY_TEN, {"a": 1})


async def test_only_what_is_due_is_claimed_the_earliest_first(database: Database) -> None:
    def store(tx: Transaction) -> None:
        due: list[tuple[str, datetime, dict[str, object]]] = [
            ("late", MONDAY_TEN - HOUR, {}),
            ("now", MONDAY_TEN, {}),
            ("soon", MONDAY_TEN + MINUTE, {}),
        ]
        timers.set_timers(tx, "sla", due)

    await database.write(store)
    assert [timer.subject for timer in await database.write(claim)] == ["late", "now"]
    assert await database.read(timers.next_due) == MONDAY_TEN + MINUTE


async def test_a_claim_that_is_undone_leaves_the_timer(database: Database) -> None:
    await database.write(lambda tx: timers.set_timer(tx, "sla", "1", MONDAY_TEN))

    def fail(tx: Transaction) -> None:
        assert claim(tx)
        raise RuntimeError("the effects could not be stored")

    await asyncio.gather(database.write(fail), return_exceptions=True)
    assert len(await database.write(claim)) == 1


async def test_two_processes_never_claim_the_same_timer(fresh_url: str) -> None:
    one, other = Database(fresh_url), Database(fresh_url)
    due: list[tuple[str, datetime, dict[str, object]]] = [(str(n), MONDAY_TEN, {}) for n in range(100)]
    await one.write(lambda tx: timers.set_timers(tx, "sla", due))
    batches = await asyncio.gather(*(database.write(claim) for _ in range(10) for database in (one, other)))
    subjects = [timer.subject for batch in batches for timer in batch]
    assert sorted(subjects) == sorted(str(n) for n in range(100))
    await one.close()
    await other.close()
