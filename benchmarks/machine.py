"""What the figures depend on: printed above every table."""

import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

import psutil
import uvloop
from rich import box
from rich.console import Console
from rich.table import Table

P = ParamSpec("P")
T = TypeVar("T")

console = Console(highlight=False)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder where a desk's database is by default: /tmp may be memory, where an fsync costs nothing."""
    Path("var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir="var", prefix="bench-", ignore_cleanup_errors=True) as name:
        yield Path(name).absolute()


def heading(what: str, where: Path) -> None:
    """Print what is measured and on what: cores, Python, and what one fsync costs where the database is."""
    console.print(f"\n[bold]{what}[/bold]")
    console.print(
        f"[dim]{os.cpu_count()} cores ({platform.machine()}, load {os.getloadavg()[0]:.1f}) · "
        f"Python {platform.python_version()} · fsync {fsync(where) * 1000:.2f} ms (median) · "
        "SQLite synchronous=FULL[/dim]"
    )


def fsync(where: Path, times: int = 100) -> float:
    """Return the median seconds that a small write and its fsync take."""
    path, took = where / "fsync", []
    with path.open("wb") as file:
        for _ in range(times):
            begun = perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(perf_counter() - begun)
    path.unlink()
    return statistics.median(took)


def table(*columns: str) -> Table:
    made = Table(box=box.SIMPLE, pad_edge=False)
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left")
    return made


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def megabytes() -> float:
    """What this process holds in memory (RSS)."""
    return float(psutil.Process().memory_info().rss) / 1e6


def apart(work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a coroutine function in a new process, so that nothing before it is in its memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, partial(work, *args, **kwargs)).result(timeout=600)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return uvloop.run(work())
