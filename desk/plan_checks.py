"""What the parts of a plan promise each other: names that exist, and rules that do not contradict.

The checks look at the file as TOML gives it and pass over what has the wrong type, so that one reading
reports these mistakes beside those of the values.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import get_args

from desk.durations import duration
from desk.errors import BadInput
from desk.plan_lines import Path
from desk.plan_mistakes import instead
from desk.plan_parts import ASSIGNEE, Occasion

Found = tuple[Path, str]

# Which names point into which section: "*" is every key of a table and every item of a list.
_REFERENCES = {
    "tiers.*.calendar": "calendars",
    "tiers.*.channels.*": "channels",
    "priorities.*.calendar": "calendars",
    "sla.default_priority": "priorities",
    "sla.overrides.*.tier": "tiers",
    "sla.overrides.*.priority": "priorities",
    "tickets.unknown_tier": "tiers",
    "channels.*.staffed": "calendars",
    "escalation.*.priorities.*": "priorities",
    "escalation.*.steps.*.tell": "levels",
}
_ONE_OF = {
    "calendars": "calendar",
    "channels": "channel",
    "levels": "level",
    "priorities": "priority",
    "tiers": "tier",
}


def broken_promises(data: Mapping[str, object]) -> Iterator[Found]:
    """Find what is wrong between the parts of a plan: the way to it, and what would be right."""
    yield from _unknown_names(data)
    yield from _steps_out_of_order(data)
    yield from _mistaken_clocks(data)
    yield from _rules_said_twice(data)
    yield from _mistaken_overrides(data)


def _unknown_names(data: object) -> Iterator[Found]:
    for pattern, section in _REFERENCES.items():
        for _, known in _values(data, section):
            if not isinstance(known, dict):
                continue
            names = [*known, ASSIGNEE] if section == "levels" else [*known]
            for path, name in _values(data, pattern):
                if isinstance(name, str) and name not in names:
                    yield path, f"There is no {_ONE_OF[section]} “{name}”. {instead(name, names)}"
    for path, _ in _values(data, f"levels.{ASSIGNEE}"):
        yield path, f"“{ASSIGNEE}” is whoever has the ticket. Call this level something else."


def _steps_out_of_order(data: object) -> Iterator[Found]:
    for steps_path, steps in _values(data, "escalation.*.steps"):
        latest, text = timedelta(), ""
        for path, written in _values(steps, "*.after"):
            after = _duration(written)
            if after is not None and after < latest:
                yield steps_path + path, f"Steps go in order of time, and “{written}” stands after “{text}”."
            elif after is not None:
                latest, text = after, str(written)


def _mistaken_clocks(data: object) -> Iterator[Found]:
    for path, rule in _values(data, "escalation.*"):
        if not isinstance(rule, dict):
            continue
        if rule.get("on") == "opened" and rule.get("clocks"):
            yield (*path, "clocks"), "No clock is meant when a ticket opens. Leave this line out."
        if rule.get("on") in ("warning", "breach") and not rule.get("clocks"):
            yield (*path, "clocks"), 'Say which clocks, like clocks = ["first_response", "resolution"].'


def _rules_said_twice(data: object) -> Iterator[Found]:
    """The first rule for an occasion, priority and clock would hide a second one."""
    seen: dict[tuple[object, ...], Path] = {}
    for rule_path, rule in _values(data, "escalation.*"):
        if not isinstance(rule, dict) or rule.get("on") not in get_args(Occasion):
            continue
        clocks = _names(rule, "clocks.*") or [((), "")]
        for path, priority in _names(rule, "priorities.*"):
            for _, clock in clocks:
                said = (rule.get("on"), priority, clock)
                if said in seen:
                    what = " ".join(str(word) for word in said if word)
                    yield rule_path + path, f"“{what}” has a rule already."
                    break
                seen[said] = rule_path


def _mistaken_overrides(data: object) -> Iterator[Found]:
    seen: set[tuple[str, str]] = set()
    for path, override in _values(data, "sla.overrides.*"):
        if not isinstance(override, dict):
            continue
        tier, priority = override.get("tier"), override.get("priority")
        if isinstance(tier, str) and isinstance(priority, str):
            if (tier, priority) in seen:
                yield path, f"{tier} {priority} is overridden already."
            seen.add((tier, priority))
        if not {"first_response", "resolution"} & override.keys():
            yield path, "Say which target holds: first_response, resolution or both."


def _names(data: object, pattern: str) -> list[tuple[Path, str]]:
    return [(path, name) for path, name in _values(data, pattern) if isinstance(name, str)]


def _values(data: object, pattern: str) -> Iterator[tuple[Path, object]]:
    """Return everything in `data` that `pattern` leads to, with the way to it."""
    head, _, rest = pattern.partition(".")
    inside: Sequence[tuple[str | int, object]] = ()
    if isinstance(data, dict):
        inside = [(key, value) for key, value in data.items() if head in ("*", key)]
    elif isinstance(data, list) and head == "*":
        inside = list(enumerate(data))
    for key, value in inside:
        if rest:
            yield from (((key, *path), found) for path, found in _values(value, rest))
        else:
            yield (key,), value


def _duration(written: object) -> timedelta | None:
    try:
        return duration(written) if isinstance(written, str) else None
    except BadInput:
        return None
