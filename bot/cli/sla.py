"""`desk sla due`: when a ticket is due, and why then."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from bot.cli.settings import plan_in_force
from desk.durations import in_hours
from desk.errors import BadInput, DeskError
from desk.hours import Hold, Segment
from desk.plan import Plan, load
from desk.sla import Explanation, clocks, explain
from desk.tickets import Event, Kind
from desk.why import in_minutes

app = typer.Typer()

_SHOWN = {"first_response": "First response", "resolution": "Resolution"}


@app.callback()
def sla() -> None:
    """Deadlines, and why they are when they are."""


@app.command()
def due(
    tier: Annotated[str, typer.Option(help="The customer's tier, like premium.")],
    priority: Annotated[str, typer.Option(help="The ticket's priority, like P2.")],
    opened: Annotated[str, typer.Option(help="When it was opened, like 2026-03-27T15:00+02:00.")],
    hold: Annotated[
        list[str] | None,
        typer.Option(metavar="START/END", help="A time on hold; may be repeated. Without END it lasts."),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="A plan file instead of the one in force (DESK_PLAN).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same facts as JSON.")] = False,
) -> None:
    """Print when a ticket's first response and resolution are due, and which time counts towards them."""
    try:
        rules = load(plan or plan_in_force())
        tier, priority = _key(tier, rules.tiers), _key(priority, rules.priorities)
        opened_at = _instant("--opened", opened, rules.tz)
        holds = _holds(hold or [], rules.tz)
        found = _explanations(rules, tier, priority, opened_at, holds)
    except OSError as error:
        raise _refusal(f"The plan cannot be read: {error}") from None
    except DeskError as error:
        raise _refusal(str(error)) from None
    if as_json:
        print(json.dumps(_facts(rules, tier, priority, opened_at, found), indent=2, ensure_ascii=False))
    else:
        _show(rules, tier, priority, opened_at, found)


def _refusal(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(2)


def _key(text: str, known: Iterable[str]) -> str:
    return next((key for key in known if key.casefold() == text.strip().casefold()), text)


def _instant(option: str, text: str, zone: tzinfo) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        in_utc = at.astimezone(UTC)
    except (ValueError, OverflowError):
        wrong = "{option}: “{text}” is not a date and time. Write it like 2026-03-27T15:00+02:00."
        raise BadInput(wrong, option=option, text=text) from None
    if at.tzinfo is None:
        wrong = "{option}: “{text}” has no offset, so it could be anywhere. Here it is {here}."
        here = at.replace(tzinfo=zone).isoformat(timespec="minutes")
        raise BadInput(wrong, option=option, text=text, here=here)
    return in_utc


def _holds(texts: Iterable[str], zone: tzinfo) -> list[Hold]:
    holds = sorted((_hold(text, zone) for text in texts), key=lambda hold: hold[0])
    for (_begin, end), (next_begin, _end) in pairwise(holds):
        if end is None or next_begin < end:
            raise BadInput("--hold: a ticket is on hold once at a time, but these overlap.")
    return holds


def _hold(text: str, zone: tzinfo) -> Hold:
    begin, slash, end = text.partition("/")
    if not slash:
        raise BadInput("--hold: “{text}” is not START/END, two times with a slash between them.", text=text)
    held, resumed = _instant("--hold", begin, zone), _instant("--hold", end, zone) if end.strip() else None
    if resumed is not None and resumed < held:
        raise BadInput("--hold: “{text}” ends before it begins.", text=text)
    return held, resumed


def _explanations(
    plan: Plan, tier: str, priority: str, opened_at: datetime, holds: Sequence[Hold]
) -> list[Explanation]:
    history = [Event(opened_at, Kind.OPENED)]
    for held, resumed in holds:
        history.append(Event(held, Kind.HELD))
        history += [Event(resumed, Kind.RESUMED)] if resumed else []
    found = clocks(plan, tier, priority, opened_at, history)
    # What is on hold without an end is told until the hold began: from there on nothing counts.
    held_at = max(opened_at, holds[-1][0]) if holds else opened_at
    return [explain(clock, opened_at if clock.due_at else held_at) for clock in found]


def _facts(
    plan: Plan, tier: str, priority: str, opened_at: datetime, found: Iterable[Explanation]
) -> dict[str, Any]:
    def at(instant: datetime | None) -> dict[str, str] | None:
        if instant is None:
            return None
        return {"utc": instant.isoformat(), "local": instant.astimezone(plan.tz).isoformat()}

    def segment(of: Segment) -> dict[str, Any]:
        begin, end, counted = at(of.begin), at(of.end), of.counted.total_seconds()
        return {"begin": begin, "end": end, "kind": of.kind, "name": of.name, "counted_seconds": counted}

    facts: dict[str, Any] = {"tier": tier, "priority": priority, "zone": plan.zone, "opened": at(opened_at)}
    for why in found:
        facts[why.clock.name] = {
            "due": at(why.clock.due_at),
            "warns": at(why.clock.warn_at),
            "target_seconds": why.clock.target.total_seconds(),
            "calendar": why.clock.calendar,
            "counted_seconds": why.counted.total_seconds(),
            "held_seconds": why.held.total_seconds(),
            "segments": [segment(one) for one in why.segments],
        }
    return facts


def _show(plan: Plan, tier: str, priority: str, opened_at: datetime, found: Sequence[Explanation]) -> None:
    out = Console(highlight=False, markup=False)
    opened = f"{_written(opened_at.astimezone(plan.tz))}, {_written(opened_at)} UTC"
    out.print(f"{plan.tiers[tier].name} {priority}, opened {opened}")
    table = Table("", "Target", f"Due, {plan.zone}", "Due, UTC", box=box.SIMPLE)
    for why in found:
        table.add_row(_SHOWN[why.clock.name], in_hours(why.clock.target), *_due(why, plan.tz))
    out.print(table)
    for why in found:
        out.print(f"{_SHOWN[why.clock.name]}, counted in “{why.clock.calendar}”:")
        out.print(_segments(why, plan.tz))


def _due(why: Explanation, zone: tzinfo) -> tuple[str, str]:
    due_at = why.clock.due_at
    if due_at is None:
        return f"on hold, {in_hours(why.left)} left", ""
    return _written(due_at.astimezone(zone)), _written(due_at)


def _written(at: datetime) -> str:
    return f"{at:%a %d %b %Y %H:%M}"


def _segments(why: Explanation, zone: tzinfo) -> Table:
    table = Table(box=box.SIMPLE, show_footer=True)
    table.add_column("When", no_wrap=True)
    table.add_column("What")
    table.add_column("Counted", in_hours(why.counted), justify="right", no_wrap=True)
    for one, counted in in_minutes(why.segments):
        on_hold = f"on hold for {in_hours(one.end - one.begin)}"
        what = one.name if one.kind == "holiday" else on_hold if one.kind == "hold" else one.kind
        when = _stretch(one.begin.astimezone(zone), one.end.astimezone(zone))
        table.add_row(when, what, in_hours(counted) if one.kind == "open" else "-")
    return table


def _stretch(begin: datetime, end: datetime) -> str:
    """Write a stretch of local time; what ends at midnight ends at 24:00 of its last day."""
    midnight = end.time() == time() and begin.date() < end.date()
    last, clock = (end - timedelta(days=1), "24:00") if midnight else (end, f"{end:%H:%M}")
    return f"{begin:%a %d %b %H:%M} - " + (
        clock if last.date() == begin.date() else f"{last:%a %d %b} {clock}"
    )
