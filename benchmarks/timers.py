"""Deadlines that come at one instant, with a million others waiting: how late, and how deaf the desk is."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.table import Table

from benchmarks import scheduler_peer, warnings_due
from benchmarks.machine import apart, console, folder, heading, megabytes, ms, table
from benchmarks.stall import Lateness, watched
from bot.clock import Clock
from bot.schedule import Schedule
from storage.database import Database
from storage.transactions import Woken, Work

PENDING = 1_000_000
ROUNDS = 3
_AHEAD = timedelta(seconds=3)
_GIVE_UP = 60.0
_POLL = timedelta(minutes=1)

Fired = tuple[int, datetime | None]  # how many, and when the next one is due


def main() -> None:
    with folder() as here:
        heading("SLA warnings due together", here)
        figures = table("", "pending", "p50", "p99", "latest", "lost", "loop deaf", "memory before, after")
        for many, spread in ((1_000, 1.0), (10_000, 1.0), (1_000, 0.0), (10_000, 0.0)):
            for waiting in (0, PENDING):
                runs = [_ours(here, many, spread, waiting) for _ in range(ROUNDS)]
                _row(
                    figures,
                    f"desk, {many:,} " + ("in a second" if spread else "at once"),
                    waiting,
                    _middle(runs),
                )
        for many, grace in ((1_000, True), (1_000, False), (10_000, True), (10_000, False)):
            peer = apart(scheduler_peer.burst, here / f"jobs-{many}-{grace}.db", many, grace)
            words = "default grace" if grace else "no grace"
            _row(figures, f"APScheduler, {many:,} at once, {words}", many, peer)
        console.print(figures)
        console.print(
            "[dim]desk: from the due instant to the commit of history, posts and next timer; the middle one "
            f"of {ROUNDS} runs. APScheduler: to the start of a job that does nothing.[/dim]"
        )


def _ours(here: Path, many: int, spread: float, waiting: int) -> Lateness:
    path = here / "desk.db"
    found = apart(burst, path, many, spread, waiting)
    for file in here.glob("desk.db*"):
        file.unlink()
    return found


def _middle(runs: list[Lateness]) -> Lateness:
    """Return the run with the median lateness, or one that lost something: that must not pass unseen."""
    lossy = [run for run in runs if run.lost]
    return (lossy or sorted(runs, key=lambda run: run.percentile(99)))[len(lossy or runs) // 2]


def _row(figures: Table, name: str, waiting: int, run: Lateness) -> None:
    figures.add_row(
        name,
        f"{waiting:,}",
        *(ms(late) if run.late else "–" for late in (run.percentile(50), run.percentile(99), run.latest)),
        f"{run.lost:,}" if run.lost else "none",
        ms(run.stall),
        f"{run.before:.0f}, {run.after:.0f} MB",
    )


class Watched(Database):
    """A database that notes when each transaction of the schedule was committed, and how many it fired."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url)
        self._clock = clock
        self.expect(0)

    def expect(self, many: int) -> None:
        self.commits: list[tuple[datetime, int]] = []
        self._left = many
        self.all_fired = asyncio.Event()

    async def write(self, work: Work[Fired]) -> Fired:  # type: ignore[override]
        fired, due = await super().write(work)
        self.commits.append((self._clock.now(), fired))
        self._left -= fired
        if self._left <= 0:
            self.all_fired.set()
        return fired, due


async def burst(path: Path, many: int, spread: float, waiting: int) -> Lateness:
    """Fire `many` warnings that are due at once or within `spread` seconds, with `waiting` others pending."""
    app, found = await warnings_due.desk(path), Lateness(many)
    warnings_due.pending(path, waiting)
    due = datetime.now(UTC) + _AHEAD + timedelta(milliseconds=many / 10)
    instants = warnings_due.tickets(path, app.desk.plan, due, many, timedelta(seconds=spread) / many)
    database = Watched(app.settings.database_url, app.clock)
    schedule = Schedule(database, lambda: app.desk, app.clock, _POLL)
    database.on_commit = _waking(schedule)
    schedule.start()
    await asyncio.sleep((due - app.clock.now()).total_seconds() - 1)
    database.expect(many)
    found.before = megabytes()
    async with watched(found):
        with suppress(TimeoutError):
            await asyncio.wait_for(database.all_fired.wait(), _GIVE_UP)
        await asyncio.sleep(0.2)
    found.after = megabytes()
    found.late = _lateness(instants, database.commits)
    found.happened = await database.read(warnings_due.warned)
    await schedule.close()
    await database.close()
    await app.database.close()
    return found


def _waking(schedule: Schedule) -> Callable[[Woken], object]:
    return lambda woken: schedule.wake(woken["timers"]) if "timers" in woken else None


def _lateness(instants: list[datetime], commits: list[tuple[datetime, int]]) -> list[float]:
    """The earliest are fired first, so each commit is that of the next ones in line."""
    committed = [at for at, fired in commits for _ in range(fired)]
    return [(at - due).total_seconds() for due, at in zip(instants, committed, strict=False)]


if __name__ == "__main__":
    main()
