"""The real desk in a process of its own, which can be killed, and waiting for what comes true."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import aiohttp

from tests.e2e.local_slack import free_port

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], what: str, seconds: float = 15.0) -> T:
    """Look again and again until something true is seen, and return it; fail with `what` after `seconds`."""
    until = monotonic() + seconds
    while not (seen := await look()):
        assert monotonic() < until, f"after {seconds} s still not: {what} (seen last: {seen!r})"
        await asyncio.sleep(0.03)
    return seen


async def holds(fact: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Wait until `fact` holds, at most `seconds`."""

    async def look() -> bool:
        return fact()

    await eventually(look, what, seconds)


class DeskProcess:
    """`python -m bot serve`, or another `program`, with settings of its own; its log is kept in `folder`."""

    def __init__(self, folder: Path, name: str = "desk", **settings: str) -> None:
        self.port = free_port()
        self.name = name
        self.program = ["-m", "bot", "serve"]
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        """Its log, one JSON object a line, of all its lives."""
        return self._folder / f"{self.name}.log"

    async def start(self, ready: bool = True) -> None:
        """Start it, and wait until it is ready."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DESK_PORT": str(self.port),
            "DESK_LOG_JSON": "true",
            "PYTHONWARNINGS": "default",
            **self._settings,
        }
        command = [sys.executable, *self.program]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                command, stdout=log, stderr=log, cwd=self._folder, env=environment
            )
        if ready:
            await self.ready()

    async def ready(self) -> None:
        """Wait until it can work."""
        async with aiohttp.ClientSession() as session:
            await eventually(lambda: self._is_ready(session), f"{self.name} is ready", 30)

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.name} ended:\n{self.log_file.read_text()[-4000:]}"
        try:
            async with session.get(f"{self.address}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it at once, whatever it is doing: kill -9. It may have ended already."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self, seconds: float = 30.0) -> int:
        """Ask it to end (SIGTERM), and return its exit code."""
        if self._process is None:
            return 0
        process = self._process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            await holds(lambda: process.poll() is not None, f"{self.name} ended after SIGTERM", seconds)
        except AssertionError:
            process.kill()
            process.wait()
            raise
        return int(process.returncode)

    def log(self) -> list[dict[str, Any]]:
        """Return what it logged; lines that are no JSON under "event"."""
        lines = self.log_file.read_text().splitlines() if self.log_file.exists() else []
        return [json.loads(line) if line.startswith("{") else {"event": line} for line in lines]

    def complaints(self) -> list[str]:
        """Return what it logged as an error, and every trace of a failure that nobody caught."""
        return [
            json.dumps(line, ensure_ascii=False)
            for line in self.log()
            if line.get("level") in ("error", "critical")
            or any(sign in str(line["event"]) for sign in ("Traceback", "Warning:", "never retrieved"))
        ]
