"""A ticket's history in words."""

from collections.abc import Mapping
from typing import Any

from desk.escalation import say_reason
from desk.messages import Bold, Rich, When
from desk.names import CLOCKS
from desk.plan import Plan
from desk.tickets import Event, Kind
from desk.triage import CATEGORIES
from desk.wording import Words
from desk.wording import sentence as _

_LONGEST = 160  # characters of somebody's words in one line

# Who did it stands before the sentence; an event without anybody was the desk's own doing.
_SENTENCES: dict[Kind, str] = {
    Kind.OPENED: _("opened the ticket: {text}"),
    Kind.SAID: _("wrote: {text}"),
    Kind.REPLIED: _("answered the customer: {text}"),
    Kind.NOTED: _("noted: {text}"),
    Kind.EDITED: _("changed “{before}” to “{after}”"),
    Kind.DELETED: _("took back “{before}”"),
    Kind.PRIORITY: _("set the priority from {before} to {after}"),
    Kind.CATEGORY: _("set the category from {before} to {after}"),
    Kind.TAGGED: _("set the tags to {after}"),
    Kind.CUSTOMER: _("said that the customer is {after}"),
    Kind.TIER: _("changed the tier from {before} to {after}"),
    Kind.PLAN: _("applied the current plan (version {after} instead of {before})"),
    Kind.TAKEN: _("took the ticket"),
    Kind.ASSIGNED: _("gave the ticket to {assignee}"),
    Kind.TRIAGED: _("triaged it"),
    Kind.HELD: _("put it on hold: {reason}"),
    Kind.RESUMED: _("took it off hold"),
    Kind.ESCALATED: _("escalated it: {reason}"),
    Kind.RESOLVED: _("resolved it"),
    Kind.REOPENED: _("reopened it"),
    Kind.LINKED: _("goes on from {ticket}"),
    Kind.PLACED: _("lets it go on in {place} too"),
    Kind.MOVED: _("moved “{text}” to {ticket}"),
}


def told_in_words(event: Event, names: Mapping[int, str], plan: Plan, t: Words) -> Rich:
    """Return one line: when, who, and what they did. `names` are those of the people in the history."""
    who = names.get(event.who or 0, "")
    return (When(event.at), "  ", *((Bold(who), " ") if who else ()), _what(event, plan, t))


def _what(event: Event, plan: Plan, t: Words) -> str:
    data = event.data
    match event.kind:
        case Kind.WARNED:
            return t("{clock}: the warning time has come", clock=_clock(data, t))
        case Kind.BREACHED:
            return t("{clock}: overdue", clock=_clock(data, t))
        case Kind.TOLD:
            return _told(data, t)
        case Kind.ESCALATED if "clock" in data:
            return t("escalated: {clock} is overdue", clock=_clock(data, t))
        case Kind.RESUMED if data.get("because") == "breach":
            return t("taken off hold, because an answer is overdue")
        case Kind.RESOLVED if data.get("withdrawn"):
            return t("closed it: it is no longer needed")
        case Kind.HELD if not data.get("reason"):
            return t("put it on hold")
        case Kind.PLACED if not data.get("added"):
            return t("no longer lets it go on in {place}", place=data.get("place"))
        case Kind.LINKED | Kind.MOVED as kind:
            text = _short(data.get("text", ""))
            return t(_SENTENCES[kind], ticket=f"T-{data.get('ticket')}", text=text)
    filled = _filled(event, plan, t)
    return t(_SENTENCES[event.kind], **{key: _short(value) for key, value in filled.items()})


def _filled(event: Event, plan: Plan, t: Words) -> dict[str, Any]:
    blank = {"text": "", "before": "—", "after": "—", "reason": "", "assignee": "—"}
    known = {key: value for key, value in event.data.items() if value is not None}
    filled = blank | {key: _called(event.kind, value, plan, t) for key, value in known.items()}
    files = event.data.get("files") or []
    if not filled["text"] and files:
        filled["text"] = ", ".join(str(file["name"]) for file in files)
    return filled


def _called(kind: Kind, value: Any, plan: Plan, t: Words) -> Any:
    """Return what a category or a tier is called; history keeps their keys, for names may change."""
    if kind is Kind.CATEGORY and value in CATEGORIES:
        return t(CATEGORIES[value])
    if kind is Kind.TIER and value in plan.tiers:
        return plan.tiers[value].name
    return value


def _clock(data: dict[str, Any], t: Words) -> str:
    return t(CLOCKS.get(str(data.get("clock")), str(data.get("clock"))))


def _told(data: dict[str, Any], t: Words) -> str:
    reason = say_reason(data.get("reason", ""), data.get("values", {}), t)
    who, level = data.get("person"), data.get("level")
    if who and level:
        return t("told {who}, on call for {level}. {reason}", who=who, level=level, reason=reason)
    if who:
        return t("told {who}. {reason}", who=who, reason=reason)
    if not level:
        return t("told the channel. {reason}", reason=reason)
    return t(
        "nobody is named for {level} in the plan, so the channel was told. {reason}",
        level=level,
        reason=reason,
    )


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
