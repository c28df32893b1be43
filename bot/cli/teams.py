"""`desk teams`: what Microsoft Teams needs to know about this desk."""

import json
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import asdict

from bot.cli.settings import read
from bot.cli.teams_package import Facts, facts, write
from desk.errors import BadInput

app = typer.Typer(no_args_is_help=True)


@app.callback()
def teams() -> None:
    """Connect the desk to Microsoft Teams."""


@app.command()
def package(
    domain: Annotated[
        str, typer.Option(help="The host name at which Teams reaches the desk, like desk.example.com.")
    ],
    app_id: Annotated[
        str | None, typer.Option(help="The bot's Microsoft App ID. Without it: TEAMS_APP_ID.")
    ] = None,
    name: Annotated[str, typer.Option(help="What people call the app, at most 30 characters.")] = "Dispecer",
    company: Annotated[str, typer.Option(help="Who offers it. Without it: the name.")] = "",
    website: Annotated[str, typer.Option(help="Its page. Without it: the domain's.")] = "",
    privacy: Annotated[str, typer.Option(help="What it does with data. Without it: the website.")] = "",
    terms: Annotated[str, typer.Option(help="Its terms of use. Without them: the website.")] = "",
    version: Annotated[str, typer.Option(help="Raise it whenever you upload a changed package.")] = "1.0.0",
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("dispecer-teams.zip"),
    as_json: Annotated[bool, typer.Option("--json", help="Print facts for programs.")] = False,
) -> None:
    """Write the app package that is uploaded to Teams.

    The exit code is 0, or 2 for what Teams would refuse or a file that cannot be written.
    """
    try:
        found = facts(
            app_id or _configured(),
            domain,
            name=name,
            company=company,
            website=website,
            privacy=privacy,
            terms=terms,
            version=version,
        )
        write(output, found)
    except BadInput as error:
        raise _refusal(str(error)) from None
    except OSError as error:
        raise _refusal(f"{output} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    typer.echo(_as_json(output, found) if as_json else _told(output, found))


def _configured() -> str:
    app_id = getattr(read(), "teams_app_id", None)
    if not app_id:
        raise BadInput("There is no app id. Write --app-id, or set TEAMS_APP_ID: docs/teams.md, step 1.")
    return str(app_id)


def _refusal(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(2)


def _as_json(output: Path, found: Facts) -> str:
    written = {"file": str(output), **asdict(found), "messaging_endpoint": found.endpoint}
    return json.dumps(written, ensure_ascii=False, indent=2)


def _told(output: Path, found: Facts) -> str:
    return f"""{output}: {found.name} {found.version} by {found.company}, app id {found.app_id}
  website {found.website}, privacy {found.privacy}, terms {found.terms}

What is next:
  1. The bot's messaging endpoint in Azure is {found.endpoint}
  2. Upload the file. For everybody: Teams admin center, Teams apps, Manage apps, Upload new app.
     To try it yourself: Teams, Apps, Manage your apps, Upload a custom app.
  3. Add the app to your support team, and to the channel if it is private or shared.
  4. desk check tells what is still missing. docs/teams.md has the rest."""
