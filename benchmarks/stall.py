"""Lateness, and how long the event loop was deaf meanwhile."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter

_TICK = 0.005


@dataclass(slots=True)
class Lateness:
    """How a burst went: seconds late, one for each that happened; the longest stall; memory in megabytes."""

    wanted: int
    late: list[float] = field(default_factory=list)
    happened: int = 0
    stall: float = 0.0
    before: float = 0.0
    after: float = 0.0

    @property
    def lost(self) -> int:
        return self.wanted - self.happened

    @property
    def latest(self) -> float:
        return max(self.late, default=0.0)

    def percentile(self, percent: int) -> float:
        if len(self.late) < 2:
            return self.latest
        return statistics.quantiles(self.late, n=100, method="inclusive")[percent - 1]


@asynccontextmanager
async def watched(into: Lateness) -> AsyncIterator[None]:
    """Tick every 5 ms, and keep by how much the latest tick was late."""

    async def tick() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(_TICK)
            into.stall = max(into.stall, perf_counter() - before - _TICK)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
