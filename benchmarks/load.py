"""Events sent, so many in flight or so many a second, and how long each took."""

import asyncio
import statistics
from dataclasses import dataclass, field
from time import perf_counter

from benchmarks.platforms import Platform
from benchmarks.wire import Connection, connect

_SECONDS = 60.0
Events = list[tuple[str, bytes]]


@dataclass(slots=True)
class Run:
    """How it went. Latencies in seconds, one for each event."""

    seconds: float = 0.0
    acks: list[float] = field(default_factory=list)
    refused: int = 0
    replies: list[float] = field(default_factory=list)
    seconds_to_replies: float = 0.0

    @property
    def acks_per_second(self) -> float:
        return len(self.acks) / self.seconds

    @property
    def replies_per_second(self) -> float:
        return len(self.replies) / self.seconds_to_replies if self.replies else 0.0


async def in_flight(port: int, events: Events, many: int, api: Platform | None = None) -> Run:
    """Send each event as soon as one of `many` connections is free; with `api`, wait for the replies."""
    sent: dict[str, float] = {}
    run, line = Run(), iter(events)
    connections = [await connect(port) for _ in range(many)]
    begun = perf_counter()

    async def keep_sending(connection: Connection) -> None:
        for channel, request in line:
            sent[channel] = perf_counter()
            _note(run, sent[channel], *await connection.send(request))

    async with asyncio.timeout(_SECONDS):
        await asyncio.gather(*(keep_sending(connection) for connection in connections))
    run.seconds = perf_counter() - begun
    for connection in connections:
        connection.close()
    if api is not None:
        await _replies(run, sent, api, begun)
    return run


async def steady(port: int, events: Events, per_second: float, api: Platform) -> Run:
    """Send the events at their instants, whatever became of those before; late sending counts as latency."""
    sent: dict[str, float] = {}
    run = Run()
    free = [await connect(port) for _ in range(16)]
    begun = perf_counter()

    async def send(channel: str, request: bytes) -> None:
        connection = free.pop() if free else await connect(port)
        _note(run, sent[channel], *await connection.send(request))
        free.append(connection)

    async with asyncio.timeout(_SECONDS), asyncio.TaskGroup() as group:
        for number, (channel, request) in enumerate(events):
            sent[channel] = begun + number / per_second
            await asyncio.sleep(max(0.0, sent[channel] - perf_counter()))
            group.create_task(send(channel, request))
    run.seconds = perf_counter() - begun
    for connection in free:
        connection.close()
    await _replies(run, sent, api, begun)
    return run


def _note(run: Run, sent: float, status: int, answered: float) -> None:
    if status == 200:
        run.acks.append(answered - sent)
    else:
        run.refused += 1


async def _replies(run: Run, sent: dict[str, float], api: Platform, begun: float) -> None:
    await api.wait_for(list(sent), _SECONDS)
    arrived = {channel: api.arrived[channel] for channel in sent if channel in api.arrived}
    run.replies = [at - sent[channel] for channel, at in arrived.items()]
    run.seconds_to_replies = max(arrived.values(), default=begun) - begun


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else 0.0
