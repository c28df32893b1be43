"""`desk customers import FILE.csv`."""

import asyncio
from pathlib import Path

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.app import App
from bot.cli.settings import load, reason
from desk.errors import BadInput
from handlers.customers import import_customers


def import_file(file: Path) -> int:
    """Import a list of customers; return the exit code: 0, 1 for mistakes in it, 2 when it is unreadable."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        typer.echo(f"{file}: {why}", err=True)
        return 2
    try:
        added, changed = asyncio.run(_import(text))
    except BadInput as error:
        typer.echo(f"{file}: nothing was imported.\n{error}", err=True)
        return 1
    except (OSError, SQLAlchemyError) as error:
        typer.echo(f"{file}: nothing was imported. {reason(error)}", err=True)
        return 2
    typer.echo(f"{file}: {added} added, {changed} changed.")
    return 0


async def _import(text: str) -> tuple[int, int]:
    app = App(load())
    try:
        await app.prepare()
        now = app.clock.now()
        return await app.database.write(lambda tx: import_customers(tx, app.desk, text, now))
    finally:
        await app.database.close()
