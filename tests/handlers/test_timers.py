import pytest

from handlers import timers as handlers
from handlers.context import Desk
from handlers.timers import TimerFailed
from storage import timers
from storage.timers import Timer
from storage.transactions import Transaction
from tests.desk_in_tests import HOUR, MINUTE, MONDAY_TEN, TestedDesk, answer_text


def fails(_tx: Transaction, _desk: Desk, _due: list[Timer], _now: object) -> None:
    raise RuntimeError("a mistake of ours")


@pytest.fixture(autouse=True)
def alarm_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let timers of the kind "alarm" fail."""
    monkeypatch.setitem(handlers.KINDS, "alarm", fails)


async def set_timer(desk: TestedDesk, kind: str, subject: str) -> None:
    await desk.database.write(lambda tx: timers.set_timer(tx, kind, subject, desk.now))


async def failure(desk: TestedDesk) -> TimerFailed:
    """Fire what is due first, which fails."""
    with pytest.raises(TimerFailed) as failed:
        await desk.database.write(lambda tx: handlers.fire(tx, desk.desk, desk.now, 1))
    return failed.value


async def put_back(desk: TestedDesk, failed: TimerFailed) -> None:
    await desk.database.write(lambda tx: handlers.postpone(tx, desk.desk, failed, desk.now))


async def waiting(desk: TestedDesk) -> dict[str, tuple[object, int]]:
    """Return when each timer is due, and how often it failed."""
    far = MONDAY_TEN + 100 * HOUR
    found: list[Timer] = []

    def look(tx: Transaction) -> None:
        found.extend(timers.claim(tx, far, 100))
        raise LookupError  # only to look

    with pytest.raises(LookupError):
        await desk.database.write(look)
    return {timer.subject: (timer.due_at, timer.attempts) for timer in found}


async def test_the_timer_that_failed_is_put_back_not_one_that_is_due_before_it(desk: TestedDesk) -> None:
    await set_timer(desk, "alarm", "broken")
    failed = await failure(desk)
    earlier = desk.now - HOUR
    await desk.database.write(lambda tx: timers.set_timer(tx, "sla", "1001", earlier))
    await put_back(desk, failed)
    assert await waiting(desk) == {"broken": (desk.now + MINUTE / 2, 1), "1001": (earlier, 0)}


async def test_a_timer_that_was_set_anew_since_it_failed_stays_as_it_was_set(desk: TestedDesk) -> None:
    await set_timer(desk, "alarm", "broken")
    failed = await failure(desk)
    desk.now += MINUTE
    await set_timer(desk, "alarm", "broken")
    await put_back(desk, failed)
    assert await waiting(desk) == {"broken": (desk.now, 0)}


async def fails_again(desk: TestedDesk, times: int) -> None:
    for _ in range(times):
        due = await desk.database.read(timers.next_due)
        desk.now = max(desk.now, due or desk.now)
        await put_back(desk, await failure(desk))


@pytest.mark.parametrize("kind", ["alarm", "of a newer version"])
async def test_the_team_hears_once_of_a_timer_that_keeps_failing(desk: TestedDesk, kind: str) -> None:
    await set_timer(desk, kind, "1042")
    await fails_again(desk, 2)
    assert await desk.said_in("triage") == []
    await fails_again(desk, 10)
    (said,) = await desk.said_in("triage")
    assert f"{kind} 1042" in said


async def test_the_desk_tells_how_many_timers_fail(desk: TestedDesk) -> None:
    assert "Termene cu erori: 0" in answer_text(await desk.agent().types("/desk status"))
    await set_timer(desk, "alarm", "1042")
    await fails_again(desk, 12)
    assert "Termene cu erori: 1" in answer_text(await desk.agent().types("/desk status"))


@pytest.mark.parametrize(("kind", "subject"), [("sla", "4711"), ("escalation", "4711:breach:resolution")])
async def test_a_timer_of_a_ticket_that_is_not_there_fires_no_more(
    desk: TestedDesk, kind: str, subject: str
) -> None:
    await set_timer(desk, kind, subject)
    await desk.fire()
    assert await waiting(desk) == {}
