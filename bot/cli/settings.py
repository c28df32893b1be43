"""Reads the settings, or says in plain words what is wrong with them."""

from pathlib import Path

import typer
from pydantic import ValidationError

from bot.config import Settings


def load() -> Settings:
    """Return the settings; on a mistake, print each with its name and end the program with code 2."""
    try:
        settings = Settings()
    except ValidationError as error:
        for mistake in error.errors(include_url=False, include_input=False):
            name = ".".join(str(part) for part in mistake["loc"]).upper()
            typer.echo(f"{name}: {mistake['msg']}", err=True)
        raise typer.Exit(2) from None
    _make_folder(settings.database_url)
    return settings


def _make_folder(url: str) -> None:
    scheme, _colon, path = url.partition(":///")
    if scheme.startswith("sqlite") and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
