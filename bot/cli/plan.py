"""`desk plan`: print the plan, or find the mistakes in a plan file."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct
from msgspec.structs import asdict
from pydantic_core import to_jsonable_python

from bot.cli.settings import plan_in_force
from bot.clock import Clock
from desk.escalation import turn
from desk.plan import Plan, PlanError, load
from desk.targets import targets

app = typer.Typer(no_args_is_help=True, help="Print the support plan, or check a plan file.")

_AsJson = Annotated[bool, typer.Option("--json", help="Print facts for programs.")]


@app.command()
def show(
    file: Annotated[
        Path | None, typer.Option(help="A plan file. Without it: the plan in force (DESK_PLAN).")
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Print what the plan promises, and who is on call now."""
    plan = _read(file or plan_in_force(), as_json=as_json)
    now = Clock().now()
    if as_json:
        typer.echo(json.dumps(facts(plan, now), ensure_ascii=False, indent=2))
        return
    # Drawing tables takes longer to load than the plan, and nothing else needs it.
    from bot.cli.plan_tables import draw

    draw(plan, now)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The plan file.", show_default=False)],
    as_json: _AsJson = False,
) -> None:
    """Find every mistake in a plan file.

    The exit code is 0 without a mistake, 1 with mistakes, 2 when the file cannot be read.
    """
    plan = _read(file, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"file": str(file), "mistakes": []}))
        return
    sizes = {
        "tiers": plan.tiers,
        "priorities": plan.priorities,
        "calendars": plan.calendars,
        "channels": plan.channels,
        "on-call levels": plan.levels,
        "escalation rules": plan.escalation,
    }
    counts = ", ".join(f"{what} {len(parts)}" for what, parts in sizes.items())
    typer.echo(f"{file}: no mistakes. {plan.name}: {counts}.")


def facts(plan: Plan, now: datetime) -> dict[str, Any]:
    """Return the plan as JSON values, and what follows from it at `now`.

    Durations are ISO 8601; the spans of a week are minutes of the day, in seven lists from Monday on.
    """
    year = now.astimezone(plan.tz).year
    return {
        "plan": plan.model_dump(mode="json"),
        "targets": {
            tier: {priority: _json(targets(plan, tier, priority)) for priority in plan.priorities}
            for tier in plan.tiers
        },
        "days_off": _json({**plan.days_off(year), **plan.days_off(year + 1)}),
        "on_call": {level: _json(turn(plan, level, now)) for level in plan.levels},
    }


def _json(value: Struct | Mapping[date, str] | None) -> Any:
    return to_jsonable_python(asdict(value) if isinstance(value, Struct) else value)


def _read(file: Path, *, as_json: bool) -> Plan:
    """Read a plan file, or print what is wrong with it and exit."""
    try:
        return load(file)
    except OSError as error:
        typer.echo(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.", err=True)
        raise typer.Exit(2) from None
    except PlanError as error:
        if as_json:
            mistakes = [mistake._asdict() for mistake in error.mistakes]
            typer.echo(json.dumps({"file": str(file), "mistakes": mistakes}, ensure_ascii=False, indent=2))
        else:
            for mistake in error.mistakes:
                typer.echo(f"{file}:{mistake.line}: {mistake}")
        raise typer.Exit(1) from None
