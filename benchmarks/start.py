"""From the command to a desk that is ready, what it imports on the way, and what it holds in memory."""

import asyncio
import re
import statistics
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import load, slack, teams_service
from benchmarks.machine import console, folder, heading, ms, table
from benchmarks.platforms import Platform
from benchmarks.processes import Program, desk, ready

ROUNDS = 5
TICKETS = 10_000
PLATFORMS: dict[str, type[Platform]] = {"Slack": slack.WebApi, "Teams": teams_service.Service}
_TOO_HEAVY = ("botbuilder", "matplotlib", "numpy", "pandas")
_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")


def main() -> None:
    with folder() as here:
        heading("Start and memory", here)
        uvloop.run(_measure(here))


async def _measure(here: Path) -> None:
    figures = table("", f"ready (median of {ROUNDS})", "idle", f"after {TICKETS:,} tickets")
    page = await _starts(_made(here / "page"), None)
    figures.add_row("desk with the try page", ms(page.seconds), f"{page.idle:.0f} MB", "")
    for name, platform in PLATFORMS.items():
        api = platform()
        await api.start()
        where = _made(here / name)
        starts = await _starts(where, api)
        full = await _after_tickets(where, api)
        figures.add_row(f"desk in {name}", ms(starts.seconds), f"{starts.idle:.0f} MB", f"{full:.0f} MB")
        api.close()
    console.print(figures)
    console.print(f"The first start, which makes the database, took {ms(page.first)}.")
    await _say_imports(here / "Slack")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


class Starts(NamedTuple):
    """Seconds of the first start and of a later one, and the megabytes of a desk at rest."""

    first: float
    seconds: float
    idle: float


async def _starts(where: Path, api: Platform | None) -> Starts:
    took, held = [], []
    for _ in range(ROUNDS + 1):
        with _desk(where, api) as program:
            took.append(await ready(program))
            await asyncio.sleep(1)
            held.append(program.megabytes)
    return Starts(took[0], statistics.median(took[1:]), statistics.median(held[1:]))


def _desk(where: Path, api: Platform | None) -> AbstractContextManager[Program]:
    return desk(where, f"sqlite:///{where / 'desk.db'}", **(api.settings() if api is not None else {}))


async def _after_tickets(where: Path, api: Platform) -> float:
    with _desk(where, api) as program:
        await ready(program)
        for begin in range(0, TICKETS, 1_000):
            events = [api.request(begin + number) for number in range(1_000)]
            await load.in_flight(program.port, events, 8, api)
        return program.megabytes


async def _say_imports(where: Path) -> None:
    """Name what a start in Slack imports: nothing of Teams or of charts, and what takes longest."""
    spent: dict[str, int] = {}
    for package, microseconds in await _imports(where):
        spent[package] = spent.get(package, 0) + microseconds
    heavy = [package for package in _TOO_HEAVY if package in spent]
    if heavy:
        console.print(f"[red]FAILED[/red] the start imports {', '.join(heavy)}")
    slowest = sorted(spent, key=lambda package: -spent[package])[:8]
    without = "" if heavy else f", none of {', '.join(_TOO_HEAVY)}"
    console.print(
        f"It imports {len(spent)} packages{without}; the longest: "
        + ", ".join(f"{package} {ms(spent[package] / 1e6)}" for package in slowest)
    )


async def _imports(where: Path) -> list[tuple[str, int]]:
    """Return the package of every module that a start imports, and the microseconds of that module alone."""
    api = slack.WebApi()
    await api.start()
    settings = api.settings() | {"PYTHONPROFILEIMPORTTIME": "1"}
    with desk(where, f"sqlite:///{where / 'desk.db'}", **settings) as program:
        await ready(program)
    api.close()
    found = _IMPORTED.findall(program.log.read_text(errors="replace"))
    return [(name.partition(".")[0], int(microseconds)) for microseconds, name in found]


if __name__ == "__main__":
    main()
