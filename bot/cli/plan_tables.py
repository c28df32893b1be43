"""The plan as tables for a terminal."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from desk.durations import in_hours
from desk.escalation import turn
from desk.names import LANGUAGES
from desk.plan import ASSIGNEE, ClockName, Plan
from desk.targets import Targets, targets
from desk.weeks import DAYS, Week, wall_clock

_COMBINED = {
    "strictest": "the stricter of tier and priority",
    "tier": "the tier's",
    "priority": "the priority's",
}


def draw(plan: Plan, now: datetime) -> None:
    """Print the plan on the terminal; `now` decides who is on call and which years' holidays are shown."""
    # Names in the plan are text: brackets and colons in them mean nothing to the terminal.
    console = Console(markup=False, emoji=False, highlight=False)
    console.print(Text(plan.name, "bold"))
    console.print(Text(f"{plan.zone}, {LANGUAGES[plan.language]}", "dim"))
    for title, table in _tables(plan, now):
        console.print()
        console.print(Text(title, "bold"))
        console.print(table)


def _tables(plan: Plan, now: datetime) -> Iterator[tuple[str, Table]]:
    yield "Tiers", _tiers(plan)
    yield "Priorities", _priorities(plan)
    yield f"First response / resolution: {_COMBINED[plan.sla.combine]}", _targets(plan)
    yield "Tickets", _tickets(plan)
    yield "Calendars", _calendars(plan)
    yield "Holidays", _holidays(plan, now.astimezone(plan.tz).year)
    yield "Channels", _channels(plan)
    yield "On call", _levels(plan, now)
    yield "Escalation, until somebody takes the ticket", _escalation(plan)


def _tiers(plan: Plan) -> Table:
    table = _table("", "First response", "Resolution", "Calendar", "Channels", "Price")
    for tier in plan.tiers.values():
        table.add_row(
            tier.name,
            _length(tier.first_response),
            _length(tier.resolution),
            tier.calendar,
            ", ".join(tier.channels),
            tier.price,
        )
    return table


def _priorities(plan: Plan) -> Table:
    table = _table("", "First response", "Resolution", "Update every", "Calendar", "Meaning")
    for key, priority in plan.priorities.items():
        table.add_row(
            f"{key} {priority.name.en}" if priority.name else key,
            _length(priority.first_response),
            _length(priority.resolution),
            _length(priority.update_every) if priority.update_every else "",
            priority.calendar or "the tier's",
            priority.meaning.en if priority.meaning else "",
        )
    return table


def _targets(plan: Plan) -> Table:
    table = _table("", *plan.priorities)
    for key, tier in plan.tiers.items():
        table.add_row(tier.name, *(_cell(targets(plan, key, priority)) for priority in plan.priorities))
    return table


def _cell(promised: Targets) -> Text:
    lengths = f"{_length(promised.first_response)} / {_length(promised.resolution)}"
    return Text.assemble(lengths, "\n", (promised.calendar, "dim"))


def _tickets(plan: Plan) -> Table:
    again = plan.sla.next_response
    table = _table("", "")
    table.show_header = False
    table.add_row("Before triage", plan.sla.default_priority)
    table.add_row("Of unknown customers", plan.tiers[plan.tickets.unknown_tier].name)
    table.add_row("Next response", "like the first" if again == "first_response" else _length(again))
    table.add_row("A clock warns at", f"{plan.sla.warn_at} %")
    table.add_row("One ticket while writing again within", _length(plan.tickets.gather))
    table.add_row("Reopened within", _length(plan.tickets.reopen_within))
    table.add_row("Reaction that opens one", f":{plan.tickets.emoji}:")
    return table


def _calendars(plan: Plan) -> Table:
    table = _table("", "Open", "On holidays")
    for key, calendar in plan.calendars.items():
        table.add_row(key, "\n".join(_hours(calendar.week)), "closed" if calendar.holidays else "open")
    return table


def _hours(week: Week) -> Iterator[str]:
    """Write the open hours, one line for days in a row that have the same."""
    for spans, days in groupby(range(7), key=lambda day: week[day]):
        first, *others = (DAYS[day].title() for day in days)
        if spans:
            names = f"{first}-{others[-1]}" if others else first
            yield f"{names} {', '.join(f'{wall_clock(begin)}-{wall_clock(end)}' for begin, end in spans)}"


def _holidays(plan: Plan, year: int) -> Table:
    years = [_by_name(plan.days_off(year)), _by_name(plan.days_off(year + 1))]
    table = _table("", str(year), str(year + 1))
    for name in dict.fromkeys(name for days in years for name in days):
        table.add_row(name, *(", ".join(_day(day) for day in days.get(name, ())) for days in years))
    return table


def _by_name(days_off: Mapping[date, str]) -> dict[str, list[date]]:
    """Put the days of each holiday together; the names of holidays that meet are joined by a semicolon."""
    named: dict[str, list[date]] = {}
    for day, names in days_off.items():
        for name in names.split("; "):
            named.setdefault(name, []).append(day)
    return named


def _channels(plan: Plan) -> Table:
    table = _table("", "Name", "Address", "Somebody is there")
    for key, channel in plan.channels.items():
        there = channel.staffed or ("by appointment" if channel.appointment else "")
        table.add_row(key, channel.name.en, channel.address or "", there)
    return table


def _levels(plan: Plan, now: datetime) -> Table:
    table = _table("", "Level", "Now", "Until", "Order")
    for key, level in plan.levels.items():
        week = turn(plan, key, now)
        until = week.end.astimezone(plan.tz) if week else None
        table.add_row(
            key,
            level.name,
            week.person if week else Text("nobody yet", "dim"),
            f"{_day(until)}, {until:%H:%M}" if until else "",
            ", ".join(level.people),
        )
    return table


def _escalation(plan: Plan) -> Table:
    table = _table("When", "Priorities", "Clocks", "Told")
    for rule in plan.escalation:
        names = [plan.levels[step.tell].name if step.tell != ASSIGNEE else ASSIGNEE for step in rule.steps]
        steps = (
            f"{name} {f'after {_length(step.after)}' if step.after else 'at once'}"
            for step, name in zip(rule.steps, names, strict=True)
        )
        every = set(rule.clocks) == set(get_args(ClockName))
        clocks = "all" if every else ", ".join(clock.replace("_", " ") for clock in rule.clocks)
        again = [f"{names[-1]} again every {_length(rule.repeat)}"] if rule.repeat else []
        table.add_row(rule.on, ", ".join(rule.priorities), clocks, "\n".join([*steps, *again]))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _length(length: timedelta) -> str:
    """Write a duration as the plan does: hours up to two days, then days."""
    days, rest = divmod(length, timedelta(days=1))
    return in_hours(length) if rest or days <= 2 else f"{days} d"
