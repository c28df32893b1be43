"""Who is in the team, asked again and again."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot import team
from notifications.chat import SendError


class Platform:
    """Tells of the team, or fails as it is told to; `times` long, then the asking ends."""

    def __init__(self, times: int, *failures: Exception) -> None:
        self.asked: list[str] = []
        self._times, self._failures = times, list(failures)
        self.enough = asyncio.Event()

    async def meet(self, channel: str) -> None:
        self.asked.append(channel)
        if len(self.asked) == self._times:
            self.enough.set()
        if self._failures:
            raise self._failures.pop(0)


async def asked(platform: Platform, changed: asyncio.Event) -> None:
    """Have the team met until the platform has enough."""
    asking = asyncio.create_task(team.keep_known("slack", "C1", platform.meet, changed))
    async with asyncio.timeout(5):
        await platform.enough.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_the_team_is_met_anew_although_nobody_told_that_it_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(team, "ANEW", 0.001)
    platform = Platform(3)
    await asked(platform, asyncio.Event())
    assert platform.asked == ["C1"] * 3


async def test_the_team_is_met_at_once_when_it_changed() -> None:
    platform, changed = Platform(2), asyncio.Event()
    changed.set()
    await asked(platform, changed)
    assert not changed.is_set()


async def test_a_team_that_changed_is_met_once_more_a_little_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "AGAIN", 0.001)
    platform, changed = Platform(3), asyncio.Event()
    changed.set()
    await asked(platform, changed)
    assert platform.asked == ["C1"] * 3


async def test_a_team_that_could_not_be_met_is_met_again_soon_and_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(team, "AGAIN", 0.001)
    platform = Platform(3, SendError("Install the app again."), RuntimeError("no database"))
    with capture_logs() as logs:
        await asked(platform, asyncio.Event())
    assert [(line["event"], line.get("why")) for line in logs] == [
        ("team.unknown", "Install the app again."),
        ("team.not_stored", None),
    ]


async def test_a_team_without_a_channel_is_not_asked_for() -> None:
    platform = Platform(1)
    await team.keep_known("slack", "", platform.meet, asyncio.Event())
    assert platform.asked == []
