"""Signed Slack events that become tickets in a real desk, beside what Bolt can do with them at most."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop

from benchmarks import slack
from benchmarks.machine import console, folder, heading
from benchmarks.processes import desk, free_port, running
from benchmarks.rounds import ROUNDS, Sending, Target, databases, measure, show, steady, verify

CEILING = "Bolt storing a row"
PEERS = {"Bolt, forgetting": "acknowledges", CEILING: "row", "Bolt, ORM object, reply": "object"}


def main() -> None:
    with folder() as here:
        heading("Tickets from Slack events", here)
        uvloop.run(_measure(here))


async def _measure(here: Path) -> None:
    api = slack.WebApi()
    await api.start()
    sending = Sending(api)
    with _targets(here, api) as targets:
        await measure(targets, sending)
        _show(targets)
        desks = [target for target in targets if target.database_url]
        for target in desks:
            await steady(target, sending)
        for target in desks:
            await verify(target)
    api.close()


@contextmanager
def _targets(here: Path, api: slack.WebApi) -> Iterator[list[Target]]:
    with ExitStack() as stack:
        targets = []
        for name, url in stack.enter_context(databases(here)).items():
            program = stack.enter_context(desk(here, url, **api.settings()))
            targets.append(Target(name, program, replies=True, database_url=url))
        for name, kind in PEERS.items():
            port = free_port()
            arguments = ("-m", "benchmarks.peers", kind, str(port), str(here / f"{kind}.db"), api.url)
            program = stack.enter_context(running(here, *arguments, port=port))
            targets.append(Target(name, program, replies=kind == "object"))
        yield targets


def _show(targets: list[Target]) -> None:
    ceiling = next(target for target in targets if target.name == CEILING)
    show(targets, ceiling, "acks_per_second", "of ceiling")
    console.print(
        f"[dim]Medians of {ROUNDS} rounds. Every event is a new person's first message and becomes a ticket. "
        "Names are asked for at the pace that Slack allows, behind it. The ceiling stores one row for it, "
        "durably; our Slack answers at once.[/dim]"
    )


if __name__ == "__main__":
    main()
