"""The support plan: every promise made to customers and every rule for the team, typed and checked.

`plan.toml` beside this file is the plan as people write it. Whatever is in a `Plan` holds: the names it
refers to exist, its durations and hours are read, and it never changes.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import PrivateAttr, ValidationError

from desk.errors import BadInput
from desk.plan_checks import broken_promises
from desk.plan_lines import Lines, dotted
from desk.plan_mistakes import mistaken_values, shown
from desk.plan_parts import (
    ASSIGNEE,
    CalendarSpec,
    Channel,
    ClockName,
    Holidays,
    Label,
    Level,
    Occasion,
    Override,
    Part,
    Priority,
    Rule,
    Sla,
    Step,
    Tickets,
    Tier,
)
from desk.plan_toml import NoToml, read
from desk.plan_values import Named, Text, Zone
from desk.wording import Language
from desk.wording import sentence as _

__all__ = [
    "ASSIGNEE",
    "CalendarSpec",
    "Channel",
    "ClockName",
    "Holidays",
    "Label",
    "Level",
    "Mistake",
    "Occasion",
    "Override",
    "Plan",
    "PlanError",
    "Priority",
    "Rule",
    "Sla",
    "Step",
    "Tickets",
    "Tier",
    "default",
    "digest",
    "load",
    "parse",
]

SHIPPED = Path(__file__).with_name("plan.toml")


class Plan(Part):
    """The whole plan. Mappings keep the order of the file."""

    name: Text
    zone: Zone
    language: Language
    holidays: Holidays
    calendars: Named[CalendarSpec]
    tiers: Named[Tier]
    priorities: Named[Priority]
    sla: Sla
    tickets: Tickets
    channels: Named[Channel]
    levels: Named[Level]
    escalation: tuple[Rule, ...]

    _years: dict[int, dict[date, str]] = PrivateAttr(default_factory=dict)

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which the plan's hours, days and handovers are meant."""
        return ZoneInfo(self.zone)

    def tier_of(self, name: str | None) -> str:
        """Return the tier that holds for a customer of this one: the unknown one when it is not in here."""
        return name if name is not None and name in self.tiers else self.tickets.unknown_tier

    def holiday(self, day: date) -> str | None:
        """Return the name of the day off that `day` is, in the country's own language, or None."""
        return self.days_off(day.year).get(day)

    def days_off(self, year: int) -> Mapping[date, str]:
        """Return the days off of a year and their names, in the order of the calendar."""
        if year not in self._years:
            self._years[year] = self._days_off(year)
        return self._years[year]

    def _days_off(self, year: int) -> dict[date, str]:
        names: dict[date, str] = {}
        if self.holidays.country:
            # It takes as long to load as the rest of the desk, and most commands never ask.
            import holidays

            of_country = type(holidays.country_holidays(self.holidays.country))
            official = of_country(years=year, language=of_country.default_language)
            names |= {day: _short(name) for day, name in official.items()}
        names |= {own.date: own.name for own in self.holidays.days if own.date.year == year}
        return {day: names[day] for day in sorted(names) if day not in self.holidays.without}


_SAINT = re.compile(r"(?:Soborul )?Sf(?:ântul(?:ui)?|ânta|intei|inții|inților) (?:(?:Apostol|Proroc) )?")


def _short(name: str) -> str:
    """Return a holiday's name as people say it: "Sf. Andrei", without what the law adds after a comma.

    Two holidays that fall on one day stand with a semicolon between them.
    """
    return "; ".join(_SAINT.sub("Sf. ", each.split(",")[0].strip()) for each in name.split(";"))


class Mistake(NamedTuple):
    """One mistake: its line (from 1), its dotted key ("" for the file itself), and what would be right."""

    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key}: {self.text}" if self.key else self.text


class PlanError(BadInput):
    """The plan has mistakes: all of them are in `mistakes`, in the order of the file."""

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.name = name
        self.mistakes = tuple(sorted(mistakes))
        lines = "\n".join(f"{name}:{mistake.line}: {mistake}" for mistake in self.mistakes)
        super().__init__(_("The plan has mistakes:\n{lines}"), lines=lines)


def parse(text: str, name: str = "plan.toml") -> Plan:
    """Read a plan. Raises `PlanError` with every mistake in `text`; `name` is that of the file."""
    try:
        data = read(text)
    except NoToml as error:
        raise PlanError(name, [Mistake(error.line, "", str(error))]) from None
    found = list(broken_promises(data))
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        found += mistaken_values(error, Plan)
    if found:
        lines = Lines(text)
        raise PlanError(
            name, {Mistake(lines.of(path), shown(dotted(path)), shown(words)) for path, words in found}
        )
    return plan


def load(path: str | Path) -> Plan:
    """Read the plan file at `path`. Raises `PlanError` for its mistakes, `OSError` when it cannot be read."""
    return parse(text_of(path), str(path))


def text_of(path: str | Path) -> str:
    """Return the text of the plan file at `path`. Raises as `load` does."""
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PlanError(
            str(path), [Mistake(line, "", "This is not UTF-8 text. Save the file as UTF-8.")]
        ) from None


def default() -> Plan:
    """Return the plan that the desk is shipped with."""
    return load(SHIPPED)


def digest(text: str) -> str:
    """Return what tells one version of a plan's text from another, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
