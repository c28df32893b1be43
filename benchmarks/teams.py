"""Signed Teams messages that become tickets in a real desk, beside the echo bot of Microsoft's SDK."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop

from benchmarks.machine import console, folder, heading
from benchmarks.processes import desk, free_port, running
from benchmarks.rounds import ROUNDS, Sending, Target, databases, measure, show, steady, verify
from benchmarks.teams_service import ORGANISATIONS, Service

PEERS = ("CloudAdapter", "BotFrameworkAdapter")


def main() -> None:
    with folder() as here:
        heading("Tickets from Teams messages", here)
        uvloop.run(_measure(here))


async def _measure(here: Path) -> None:
    service = Service()
    await service.start()
    sending = Sending(service)
    with _targets(here, service) as targets:
        await measure(targets, sending)
        _show(targets)
        desks = [target for target in targets if target.database_url]
        for target in desks:
            await steady(target, sending)
        for target in desks:
            await verify(target)
    service.close()


@contextmanager
def _targets(here: Path, service: Service) -> Iterator[list[Target]]:
    with ExitStack() as stack:
        targets = []
        for name, url in stack.enter_context(databases(here)).items():
            program = stack.enter_context(desk(here, url, **service.settings()))
            targets.append(Target(name, program, replies=True, database_url=url))
        for kind in PEERS:
            port = free_port()
            arguments = ("-m", "benchmarks.teams_peers", kind, str(port), f"{service.url}metadata")
            program = stack.enter_context(running(here, *arguments, port=port))
            targets.append(Target(f"{kind}, echo", program, replies=True))
        yield targets


def _show(targets: list[Target]) -> None:
    cloud = next(target for target in targets if target.name.startswith("CloudAdapter"))
    show(targets, cloud, "replies_per_second", "of Cloud")
    console.print(
        f"[dim]Medians of {ROUNDS} rounds. Every message is a new person's first, of one of {ORGANISATIONS} "
        "organisations, each with a token of its own. The desk acknowledges what is a stored ticket; the "
        "SDK's adapters check the same tokens, forget every message and answer it with one reply. "
        "Our Teams answers at once.[/dim]"
    )


if __name__ == "__main__":
    main()
