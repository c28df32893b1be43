"""Events sent to desks that are killed meanwhile, and what is waited for afterwards."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
import sqlalchemy as sa

from storage.tables import places
from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, holds

IN_FLIGHT = 8
Request = tuple[str, dict[str, str], bytes]  # path, headers, body


class Sender:
    """Sends events as platforms do: again until they are acknowledged, `IN_FLIGHT` at a time."""

    def __init__(self, many: int, request: Callable[[int], Request], *desks: DeskProcess) -> None:
        self._request = request
        self.acknowledged: list[int] = []
        self.repeated = 0
        self._waiting = list(reversed(range(many)))
        self._desks = desks
        self._many = many

    async def send_all(self) -> None:
        """Send every event until each is acknowledged."""
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(self._keep_sending(session))

    async def has_sent(self, many: int) -> None:
        """Wait until so many events are acknowledged."""
        await holds(lambda: len(self.acknowledged) >= many, f"{many} events are acknowledged", 30)

    async def _keep_sending(self, session: aiohttp.ClientSession) -> None:
        while len(self.acknowledged) < self._many:
            if not self._waiting:
                await asyncio.sleep(0.01)
                continue
            number = self._waiting.pop()
            if await self._send(session, number):
                self.acknowledged.append(number)
            else:
                self.repeated += 1
                self._waiting.insert(0, number)
                await asyncio.sleep(0.05)

    async def _send(self, session: aiohttp.ClientSession, number: int) -> bool:
        path, headers, raw = self._request(number)
        address = f"{self._desks[number % len(self._desks)].address}{path}"
        try:
            async with session.post(address, data=raw, headers=headers) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


async def let_leases_end(book: Book, taken_before: datetime) -> None:
    """Let a minute pass for what killed processes had taken."""
    theirs = places.c.leased_until <= taken_before + timedelta(minutes=1)
    ended = sa.update(places).where(theirs).values(leased_until=places.c.send_at)
    await book.database.write(lambda tx: tx.execute(ended))


_REPLIES_WAITING = "outbox o JOIN places p ON p.id = o.place_id WHERE o.done_at IS NULL AND p.kind = 'direct'"


async def no_reply_waits(book: Book) -> bool:
    return await book.count(_REPLIES_WAITING) == 0
