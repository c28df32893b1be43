"""What was promised: how long each clock may run for a tier and a priority, and in which calendar."""

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from desk.errors import BadInput
from desk.hours import Calendar
from desk.plan import Plan
from desk.wording import sentence as _

_COMBINED: dict[str, Callable[[timedelta, timedelta], timedelta]] = {
    "strictest": min,
    "tier": lambda tier, priority: tier,  # noqa: ARG005
    "priority": lambda tier, priority: priority,  # noqa: ARG005
}


class Targets(Struct, frozen=True):
    """How long each clock may run, counted in the calendar named; no `update` where none is promised."""

    first_response: timedelta
    next_response: timedelta
    update: timedelta | None
    resolution: timedelta
    calendar: str


def targets(plan: Plan, tier: str, priority: str) -> Targets:
    """Return what holds for a customer's tier and a ticket's priority (the plan, reading 1).

    "Strictest" compares the lengths as they are written, and the smaller one counts in the priority's
    calendar if it names one, else in the tier's: a P1 runs around the clock for everybody, and so does an
    Enterprise customer's P4. Raises `BadInput` for names that are not in the plan.
    """
    bought, urgency = plan.tiers.get(tier), plan.priorities.get(priority)
    if bought is None:
        raise no_tier(plan, tier)
    if urgency is None:
        known = ", ".join(plan.priorities)
        raise BadInput(_("There is no priority “{name}”. Priorities are {all}."), name=priority, all=known)
    combined = _COMBINED[plan.sla.combine]
    first_response = combined(bought.first_response, urgency.first_response)
    resolution = combined(bought.resolution, urgency.resolution)
    for cell in plan.sla.overrides:
        if (cell.tier, cell.priority) == (tier, priority):
            first_response = cell.first_response or first_response
            resolution = cell.resolution or resolution
    again = plan.sla.next_response
    return Targets(
        first_response=first_response,
        next_response=first_response if again == "first_response" else again,
        update=urgency.update_every,
        resolution=resolution,
        calendar=urgency.calendar or bought.calendar,
    )


def no_tier(plan: Plan, name: str) -> BadInput:
    """Return the error for a tier that is not in the plan: it says which there are."""
    known = ", ".join(plan.tiers)
    return BadInput(_("There is no tier “{name}”. Tiers are {all}."), name=name[:40], all=known)


# Plans never change, and calendars remember the years that they have counted: so each plan has its own, made
# once. The plan is kept beside them, for its id is free again when it is gone.
_CALENDARS: dict[int, tuple[Plan, dict[str, Calendar]]] = {}
_PLANS_REMEMBERED = 16


def calendar(plan: Plan, name: str) -> Calendar:
    """Return the plan's calendar of that name, the same one each time. Raises `KeyError` if there is none."""
    known = _CALENDARS.get(id(plan))
    if known is None:
        if len(_CALENDARS) >= _PLANS_REMEMBERED:
            _CALENDARS.pop(next(iter(_CALENDARS)))
        known = _CALENDARS[id(plan)] = plan, {}
    calendars = known[1]
    if name not in calendars:
        spec = plan.calendars[name]
        calendars[name] = Calendar(spec.week, plan.tz, plan.holiday if spec.holidays else None)
    return calendars[name]
