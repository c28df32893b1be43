"""Programs under measurement: started on a free port, asked until they are ready, stopped by their own id."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import psutil

from benchmarks.wire import connect

_ROOT = Path(__file__).parents[1]
_READY = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
_SECONDS = 60.0


@dataclass(slots=True)
class Program:
    """One that runs, when it was started (`perf_counter`), and where it writes what goes wrong."""

    process: subprocess.Popen[bytes]
    port: int
    started: float
    log: Path

    @property
    def megabytes(self) -> float:
        """What it holds in memory (RSS)."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


@contextmanager
def running(folder: Path, *arguments: str, port: int, **settings: str) -> Iterator[Program]:
    """Run `python` with arguments and settings in a folder; it is gone afterwards."""
    # Not the settings of this machine's own desk: neither from the environment nor from a `.env` here.
    ours = {name.upper() for name in _our_settings()}
    inherited = {key: value for key, value in os.environ.items() if key.upper() not in ours}
    environment = inherited | {"PYTHONPATH": str(_ROOT), "DESK_LOG_LEVEL": "warning"} | settings
    log, started = folder / f"{port}.log", perf_counter()
    with log.open("wb") as file:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)
    try:
        yield Program(process, port, started, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _our_settings() -> list[str]:
    from bot.config import Settings

    return list(Settings.model_fields)


def desk(folder: Path, database_url: str, **settings: str) -> AbstractContextManager[Program]:
    """Run a desk on a free port, on its own or on the platform that the settings name."""
    port = free_port()
    ours = {"DATABASE_URL": database_url, "DESK_PORT": str(port)}
    return running(folder, "-m", "bot", "serve", port=port, **ours, **settings)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def ready(program: Program) -> float:
    """Wait until a program answers that it is ready, and return the seconds since it was started."""
    while perf_counter() - program.started < _SECONDS:
        if program.process.poll() is not None:
            break
        try:
            connection = await connect(program.port)
            status, at = await connection.send(_READY)
            connection.close()
            if status == 200:
                return at - program.started
        except OSError:
            pass
        await asyncio.sleep(0.005)
    raise RuntimeError(f"{program.process.args!r} did not become ready:\n{program.log.read_text()[-2000:]}")
