"""What the platforms of our own have in common: events to send, and when their answers arrived."""

import asyncio
from abc import ABC, abstractmethod
from time import perf_counter


class Platform(ABC):
    """A platform of our own. `calls` counts what it is asked, by kind."""

    paced: frozenset[str] = frozenset()
    """The kinds of calls that come at the platform's own pace, however quick a program is."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.calls: dict[str, int] = {}

    @abstractmethod
    async def start(self) -> None:
        """Begin to serve."""

    @abstractmethod
    def close(self) -> None:
        """Serve no more."""

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Return the settings of a desk that works here."""

    @abstractmethod
    def request(self, number: int) -> tuple[str, bytes]:
        """Return the conversation and the HTTP request of a new person's direct message."""

    def count(self, kind: str) -> None:
        """Count a call."""
        self.calls[kind] = self.calls.get(kind, 0) + 1

    def note(self, conversation: str) -> None:
        """Note a post."""
        self.arrived.setdefault(conversation, perf_counter())

    async def wait_for(self, conversations: list[str], seconds: float) -> bool:
        """Wait until something was said in each of these. Returns False when time ran out."""
        until = perf_counter() + seconds
        while not all(one in self.arrived for one in reversed(conversations)):
            if perf_counter() > until:
                return False
            await asyncio.sleep(0.005)
        return True

    async def quiet(self) -> None:
        """Wait until a program is done with what follows a ticket, but for what has a pace of its own."""
        before = -1
        for _ in range(50):
            calls = sum(number for kind, number in self.calls.items() if kind not in self.paced)
            if calls == before:
                return
            before = calls
            await asyncio.sleep(0.3)
