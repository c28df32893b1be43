"""The command line: `desk`."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import plan, sla, teams
from bot.cli.triage import triage
from desk.plan import PlanError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Dispecer: a support desk that lives in Slack and Microsoft Teams.",
)
app.add_typer(plan.app, name="plan")
app.add_typer(sla.app, name="sla")
app.add_typer(teams.app, name="teams")
app.command("triage")(triage)
customers = typer.Typer(no_args_is_help=True, help="The companies that you help.")
app.add_typer(customers, name="customers")


@app.command()
def serve() -> None:
    """Run the desk. Settings come from the environment and from .env; docs/settings.md lists them."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.cli.settings import load, reason
    from bot.logs import set_up
    from bot.server import serve as run
    from storage.away import is_away

    settings = load()
    set_up(settings.desk_log_level, settings.desk_log_json)
    try:
        _runner()(run(settings))
    except Exception as error:
        if not isinstance(error, (PlanError, OSError, SQLAlchemyError)) and not is_away(error):
            raise
        typer.echo(f"The desk cannot start. {reason(error)}", err=True)
        raise typer.Exit(1) from None


def _runner() -> Callable[[Coroutine[None, None, None]], None]:
    try:
        import uvloop
    except ImportError:  # it does not exist for Windows, and only makes things quicker
        return asyncio.run
    return uvloop.run


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print facts for programs.")] = False) -> None:
    """Tell what is configured and reachable, what is not, and how to mend it."""
    from bot.cli.check import run_checks

    raise typer.Exit(run_checks(as_json))


@customers.command("import")
def import_customers(
    file: Annotated[
        Path, typer.Argument(help="CSV with the columns name,tier,language.", show_default=False)
    ],
) -> None:
    """Add or change the customers of a list. A list with a mistake changes nothing."""
    from bot.cli.customers import import_file

    raise typer.Exit(import_file(file))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
