"""`desk check`: what is configured and reachable, what is not, and how to mend it."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import typer
from sqlalchemy import URL

from bot.cli.settings import load
from bot.config import Settings
from bot.finding import Finding
from desk import plan as plans
from storage import migrations, people
from storage.database import Database
from storage.transactions import Transaction


def run_checks(as_json: bool) -> int:
    """Print the findings; return 0 when the desk can run, 1 when it cannot."""
    settings = load()
    found = asyncio.run(_look(settings))
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            typer.echo(f"{'ok  ' if one.ok else 'FAIL'}  {one.what:<10} {one.found}")
            if one.mend:
                typer.echo(f"{'':16} {one.mend}")
    return 0 if all(one.ok for one in found) else 1


async def _look(settings: Settings) -> list[Finding]:
    return [one for look in _LOOKS for one in await look(settings)]


async def _plan(settings: Settings) -> list[Finding]:
    path = settings.desk_plan or plans.SHIPPED
    try:
        plan = plans.load(path)
    except plans.PlanError as error:
        return [Finding("plan", False, f"{path}: {len(error.mistakes)} mistakes", f"desk plan check {path}")]
    except OSError as error:
        return [Finding("plan", False, f"{path}: {error.strerror}", "Set DESK_PLAN to a file that is there.")]
    empty = [level.name for level in plan.levels.values() if not level.people]
    mend = (
        f"Nobody is on call at {', '.join(empty)}: name people under [levels] in the plan." if empty else ""
    )
    return [Finding("plan", True, f"{plan.name} ({settings.desk_plan or 'the shipped plan'})", mend)]


async def _database(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    url = database.url  # its user, password and options are left out
    where = URL.create(url.drivername, host=url.host, database=url.database).render_as_string()
    try:
        version = await database.read(lambda tx: migrations.current(tx.connection))
        newest = migrations.newest()
        state = "empty" if version is None else f"version {version}"
        mend = "" if version == newest else f"desk serve brings it to version {newest} when it starts."
        found = [Finding("database", True, f"{where}, {state}", mend)]
        if version == newest:
            found += await database.read(_triage)
            found += await database.read(lambda tx: _tiers(tx, settings))
    except Exception as error:
        reason = f"{where} does not answer: {type(error).__name__}"
        return [Finding("database", False, reason, "Check DATABASE_URL, and that the server runs.")]
    finally:
        await database.close()
    return found


def _triage(tx: Transaction) -> list[Finding]:
    triages = people.triage_places(tx)
    if not triages:
        mend = "Set SLACK_TRIAGE_CHANNEL or TEAMS_TRIAGE_CHANNEL to the id of the team's private channel."
        return [Finding("triage", True, "no triage channel yet", mend)]
    found = []
    for triage in triages:
        team = sum(agent.platform == triage.platform for agent in people.agents(tx))
        mend = "" if team else "Invite the bot and the team to it: its members are the agents."
        name = triage.name or triage.conversation
        found.append(Finding("triage", True, f"{triage.platform} {name}, {team} agents", mend))
    return found


def _tiers(tx: Transaction, settings: Settings) -> list[Finding]:
    """Tell about customers whose tier the plan does not have: they are helped as unknown ones."""
    try:
        plan = plans.load(settings.desk_plan or plans.SHIPPED)
    except (plans.PlanError, OSError):
        return []  # told already
    lost = [one for one in people.all_customers(tx) if one.tier not in plan.tiers]
    if not lost:
        return []
    names = ", ".join(f"{one.name} ({one.tier})" for one in lost)
    holds = plan.tiers[plan.tickets.unknown_tier].name
    mend = f"{holds} holds for them. Write /customer tier NAME TIER, or add the tier to the plan."
    return [Finding("customers", True, f"of a tier that is not in the plan: {names}", mend)]


async def _slack(settings: Settings) -> list[Finding]:
    if not settings.slack:
        mend = "Create an app from manifest.json, then set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET."
        return [Finding("slack", True, "not configured", mend)]
    from bot.slack.check import look

    return await look(settings)


async def _teams(settings: Settings) -> list[Finding]:
    given = settings.teams or settings.teams_app_password or settings.teams_triage_channel
    if not given:
        mend = "Create an Azure Bot (docs/teams.md), then set TEAMS_APP_ID and TEAMS_APP_PASSWORD."
        return [Finding("teams", True, "not configured", mend)]
    from bot.teams.check import look

    return await look(settings)


async def _pages(settings: Settings) -> list[Finding]:
    address = f"http://{settings.desk_host}:{settings.desk_port}"
    off = "DESK_TRY is false" if settings.desk_try is False else "a chat platform is configured"
    return [Finding("try page", True, f"{address}/try" if settings.try_page else f"off, because {off}")]


_LOOKS: tuple[Callable[[Settings], Awaitable[list[Finding]]], ...] = (
    _plan,
    _database,
    _slack,
    _teams,
    _pages,
)
