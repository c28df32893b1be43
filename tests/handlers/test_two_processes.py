"""Two desks on one database, with the same people in the same channels."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle

import pytest
import sqlalchemy as sa

from desk.incoming import Incoming
from desk.messages import Message
from handlers import router
from storage import letters
from storage.database import Database
from storage.letters import Outcome
from storage.tables import outbox, ticket_messages
from storage.transactions import Transaction
from tests.desk_in_tests import MINUTE, TestedDesk

CHANNELS, PEOPLE, MESSAGES, AT_ONCE = 3, 4, 48, 16


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
