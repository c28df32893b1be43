"""Reads the settings, or says in plain words what is wrong with them."""

from pathlib import Path

import typer
from pydantic import ValidationError

from bot.config import Settings
from desk.plan import SHIPPED


def load() -> Settings:
    """Return the settings, with a folder for the database; end the program for a mistake as `read` does."""
    settings = read()
    try:
        _make_folder(settings.database_url)
    except OSError as error:
        typer.echo(f"DATABASE_URL: its folder cannot be made: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    return settings


def plan_in_force() -> Path:
    """Return the plan file that the settings name, or the shipped one."""
    return read().desk_plan or SHIPPED


def read() -> Settings:
    """Return the settings; on a mistake, print each with its name and end the program with code 2."""
    try:
        return Settings()
    except ValidationError as error:
        for mistake in error.errors(include_url=False, include_input=False):
            name = ".".join(str(part) for part in mistake["loc"]).upper()
            typer.echo(f"{name}: {mistake['msg']}", err=True)
        raise typer.Exit(2) from None


def _make_folder(url: str) -> None:
    scheme, _colon, path = url.partition(":///")
    if scheme.startswith("sqlite") and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def reason(error: Exception) -> str:
    """Return in a line why something did not work, without what the database was asked."""
    cause = getattr(error, "orig", None)
    return f"The database: {cause}" if cause is not None else str(error) or type(error).__name__
