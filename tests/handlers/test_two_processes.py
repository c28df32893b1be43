"""Two desks on one database, with the same people in the same channels."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from itertools import cycle

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.schedule import Schedule
from desk.incoming import Incoming
from desk.messages import Message
from desk.tickets import Kind
from handlers import router
from storage import letters
from storage.database import Database
from storage.letters import Outcome
from storage.tables import outbox, ticket_messages
from storage.transactions import Transaction
from tests.desk_in_tests import MINUTE, TestedDesk

CHANNELS, PEOPLE, MESSAGES, AT_ONCE = 3, 4, 48, 16
TICKETS = 8


@pytest.fixture
async def desks(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[TestedDesk]]:
    """Two desks that do nothing a second time: a work that others get in the way of is an error."""
    monkeypatch.setattr("storage.postgres._TRIES", 1)
    one = await TestedDesk.open(Database(fresh_url))
    other = replace(one, database=Database(fresh_url))
    yield [one, other]
    for desk in (one, other):
        await desk.database.close()


def message(number: int) -> Incoming:
    channel = f"shared{number % CHANNELS}"
    return Incoming(
        platform="web",
        workspace="try",
        id=f"e{number}",
        kind="message",
        user=f"user{number % PEOPLE}",
        conversation=channel,
        place_name=channel if number % 5 == 0 else "",
        mentioned=True,
        message=f"m{number}",
        text="Nu pot crea curse noi, eroare la salvare",
    )


async def talk(desk: TestedDesk, numbers: range) -> None:
    for number in numbers:
        await desk.database.write(lambda tx, n=number: router.receive(tx, desk.desk, message(n), desk.now))  # type: ignore[misc]


async def deliver(desk: TestedDesk, said: list[Message | None], talking: asyncio.Event) -> None:
    """Send what waits until nobody talks any more and nothing waits."""
    while True:
        last = not talking.is_set()
        claimed = await desk.database.write(lambda tx: letters.claim(tx, desk.now, desk.now + MINUTE, 50))
        said += [letter.message for letter in claimed]
        outcomes = [Outcome(one, desk.now, one.edits or f"p{one.id}") for one in claimed]
        if claimed:
            await desk.database.write(lambda tx, o=outcomes: letters.finish(tx, o, desk.now))  # type: ignore[misc]
        elif last:
            return


def belonging(tx: Transaction) -> set[str]:
    return set(tx.execute(sa.select(ticket_messages.c.message)).scalars())


def waiting(tx: Transaction) -> int:
    return int(tx.execute(sa.select(sa.func.count()).where(outbox.c.done_at.is_(None))).scalar_one())


async def test_two_desks_that_hear_the_same_channels_lose_nothing_and_never_block_each_other(
    desks: list[TestedDesk],
) -> None:
    talking, said = asyncio.Event(), list[Message | None]()
    talking.set()
    delivering = [asyncio.create_task(deliver(desk, said, talking)) for desk in desks]
    each = MESSAGES // AT_ONCE
    await asyncio.gather(
        *(
            talk(desk, range(n * each, (n + 1) * each))
            for n, desk in zip(range(AT_ONCE), cycle(desks), strict=False)
        )
    )
    talking.clear()
    await asyncio.gather(*delivering)
    read = desks[0].database.read
    assert await read(belonging) == {f"m{n}" for n in range(MESSAGES)}
    assert len(await desks[0].all_tickets()) == CHANNELS * PEOPLE
    assert await read(waiting) == 0
    assert said


class Standing(Clock):
    """Shows both desks the same instant until it is moved."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """Return that instant."""
        return self.at + self.ahead


async def say_what_is_down(desk: TestedDesk, customers: int) -> None:
    for number in range(customers):
        await desk.customer(f"user{number}").says("Nu merge nimic, nu doar exportul")


async def count_overdue(desk: TestedDesk) -> Counter[str]:
    """Return how often the team was told that a first response is overdue, by ticket."""
    said = [one for one in await desk.said_in("triage") if "primul răspuns a expirat" in one]
    return Counter(one.split(" · ")[1] for one in said)


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ([10, 10, 25, 5, 11], {"L1": 2, "L2": 2, "Tech Lead": 2}),  # it opens, is warned of, and is overdue
        ([46, 1, 14, 1], {"L1": 2, "L2": 2, "Tech Lead": 1}),
    ],
    ids=["each at its time", "late, several at once"],
)
async def test_two_desks_that_fire_the_same_timers_at_one_instant_warn_escalate_and_call_once(
    desks: list[TestedDesk], monkeypatch: pytest.MonkeyPatch, moves: list[int], told: dict[str, int]
) -> None:
    monkeypatch.setattr("bot.schedule._TOGETHER", 3)  # so that each gets some of a ticket's
    clock = Standing(desks[0].now)
    schedules = [Schedule(one.database, lambda one=one: one.desk, clock, MINUTE) for one in desks]  # type: ignore[misc]
    await say_what_is_down(desks[0], TICKETS)
    for minutes in moves:
        clock.advance(minutes * MINUTE)
        await asyncio.gather(*(schedule._fire_due() for schedule in schedules))
    for number in range(1001, 1001 + TICKETS):
        history = await desks[0].history(number)
        kinds = Counter(event.kind for event in history)
        assert (kinds[Kind.WARNED], kinds[Kind.BREACHED], kinds[Kind.ESCALATED]) == (1, 1, 1)
        assert Counter(event.data["level"] for event in history if event.kind is Kind.TOLD) == told
    desks[0].now = clock.now()
    assert await count_overdue(desks[0]) == {f"T-{n}": 1 for n in range(1001, 1001 + TICKETS)}
