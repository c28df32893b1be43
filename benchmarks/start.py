"""From the command to a desk that is ready, what it imports on the way, and what it holds in memory."""

import asyncio
import re
import statistics
from contextlib import AbstractContextManager
from pathlib import Path

import uvloop

from benchmarks import load, slack
from benchmarks.machine import console, folder, heading, ms, table
from benchmarks.processes import Program, desk_settings, free_port, ready, running

ROUNDS = 5
TICKETS = 10_000
_TOO_HEAVY = ("botbuilder", "matplotlib", "numpy", "pandas")
_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")


def main() -> None:
    with folder() as here:
        heading("Start and memory", here)
        uvloop.run(_measure(here))


async def _measure(here: Path) -> None:
    api = slack.WebApi()
    await api.start()
    with_slack, with_page = here / "slack", here / "page"
    with_slack.mkdir()
    with_page.mkdir()
    figures = table("", f"ready (median of {ROUNDS})", "idle", f"after {TICKETS:,} tickets")
    first, seconds, idle = await _starts(with_page, None)
    figures.add_row("desk with the try page", ms(seconds), f"{idle:.0f} MB", "")
    _, seconds, idle = await _starts(with_slack, api)
    full = await _after_tickets(with_slack, api)
    figures.add_row("desk in Slack", ms(seconds), f"{idle:.0f} MB", f"{full:.0f} MB")
    console.print(figures)
    console.print(f"The first start, which makes the database, took {ms(first)}.")
    await _say_imports(with_slack, api)
    api.close()


async def _starts(where: Path, api: slack.WebApi | None) -> tuple[float, float, float]:
    """Return the seconds of the first start and of a later one, and the megabytes of a desk at rest."""
    took, held = [], []
    for _ in range(ROUNDS + 1):
        with _desk(where, api) as program:
            took.append(await ready(program))
            await asyncio.sleep(1)
            held.append(program.megabytes)
    return took[0], statistics.median(took[1:]), statistics.median(held[1:])


def _desk(where: Path, api: slack.WebApi | None) -> AbstractContextManager[Program]:
    port = free_port()
    return running(where, "-m", "bot", "serve", port=port, **_settings(where, port, api))


def _settings(where: Path, port: int, api: slack.WebApi | None) -> dict[str, str]:
    url = f"sqlite:///{where / 'desk.db'}"
    if api is None:
        return {"DATABASE_URL": url, "DESK_PORT": str(port)}
    return desk_settings(url, port, api.url)


async def _after_tickets(where: Path, api: slack.WebApi) -> float:
    with _desk(where, api) as program:
        await ready(program)
        for begin in range(0, TICKETS, 1_000):
            events = [slack.request(begin + number) for number in range(1_000)]
            await load.in_flight(program.port, events, 8, api)
        return program.megabytes


async def _say_imports(where: Path, api: slack.WebApi) -> None:
    """Name what a start imports: nothing of Teams or of charts, and what takes longest."""
    spent: dict[str, int] = {}
    for package, microseconds in await _imports(where, api):
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


async def _imports(where: Path, api: slack.WebApi) -> list[tuple[str, int]]:
    """Return the package of every module that a start imports, and the microseconds of that module alone."""
    port = free_port()
    settings = desk_settings(f"sqlite:///{where / 'desk.db'}", port, api.url)
    arguments = ("-X", "importtime", "-m", "bot", "serve")
    with running(where, *arguments, port=port, **settings) as program:
        await ready(program)
    found = _IMPORTED.findall(program.log.read_text(errors="replace"))
    return [(name.partition(".")[0], int(microseconds)) for microseconds, name in found]


if __name__ == "__main__":
    main()
