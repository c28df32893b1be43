"""The parts of the support plan, one class for each kind of table in the file."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from desk.plan_values import Country, Day, Duration, Length, NextResponse, Text, WallClock, WeekOfDays
from desk.wording import Language

ClockName = Literal["first_response", "next_response", "update", "resolution"]
Occasion = Literal["opened", "warning", "breach"]

ASSIGNEE = "assignee"
"""Told in an escalation step instead of a level: whoever has the ticket."""


class Part(BaseModel):
    """What all parts share: they never change, and a key that they do not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Part):
    """Words that customers read, in each language."""

    en: Text
    ro: Text

    def say(self, language: Language) -> str:
        """Return the words in `language`."""
        return self.ro if language == "ro" else self.en

    def __str__(self) -> str:
        return self.en


class DayOff(Part):
    """A day on which the company itself does not work."""

    date: Day
    name: Text


class Holidays(Part):
    """Days on which nobody works: the country's (ISO 3166 letters) and the company's own, minus `without`."""

    country: Country | None = None
    days: tuple[DayOff, ...] = ()
    without: tuple[Day, ...] = ()


class CalendarSpec(Part):
    """When a clock runs (plan, reading 2): the open spans of a week, and whether holidays close it."""

    name: Label | None = None
    week: WeekOfDays = Field(alias="days")
    holidays: StrictBool


class Tier(Part):
    """What a customer has bought (plan, section 1). Its targets count in `calendar`."""

    name: Text
    first_response: Length
    resolution: Length
    calendar: Text
    channels: tuple[Text, ...]
    price: str


class Priority(Part):
    """How urgent a ticket is (plan, section 2). Its own `calendar`, where it has one, beats the tier's.

    The customer hears from us at least every `update_every`, where it is set.
    """

    name: Label | None = None
    meaning: Label | None = None
    first_response: Length
    resolution: Length
    update_every: Length | None = None
    calendar: Text | None = None


class Override(Part):
    """Targets that hold for one tier and priority, whatever `combine` says."""

    tier: Text
    priority: Text
    first_response: Length | None = None
    resolution: Length | None = None


class Sla(Part):
    """How the targets of tier and priority become one (plan, reading 1).

    A clock warns at `warn_at` per cent. `next_response` is the target when the customer speaks again.
    """

    combine: Literal["strictest", "tier", "priority"]
    warn_at: Annotated[StrictInt, Field(ge=1, le=99)]
    next_response: NextResponse
    default_priority: Text
    overrides: tuple[Override, ...] = ()


class Tickets(Part):
    """How tickets are gathered and reopened (plan, reading 4); both spans are elapsed time."""

    reopen_within: Duration
    gather: Duration
    unknown_tier: Text
    emoji: Text


class Channel(Part):
    """A way to reach us (plan, section 1); somebody is there in the hours of the calendar `staffed`."""

    name: Label
    address: Text | None = None
    staffed: Text | None = None
    appointment: StrictBool = False


class Level(Part):
    """People who take turns being on call, a week each, from the day `since` at the wall clock `handover`."""

    name: Text
    people: tuple[Text, ...] = ()
    since: Day
    handover: WallClock


class Step(Part):
    """Tell a level, or `ASSIGNEE`, so long after it began (elapsed time)."""

    after: Duration
    tell: Text


class Rule(Part):
    """Who is told when a ticket of these priorities opens, or one of these clocks of it warns or breaches.

    After the last step, that one comes again every `repeat` (elapsed time), where it is set.
    """

    on: Occasion
    priorities: Annotated[tuple[Text, ...], Field(min_length=1)]
    clocks: tuple[ClockName, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    repeat: Length | None = None
