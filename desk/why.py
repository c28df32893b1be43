"""Why a ticket is due when it is, as a small table that adds up."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.hours import Segment
from desk.instants import say_duration, say_instant
from desk.messages import Block, Bold, Fine, Message, Table, Text, When
from desk.names import DUE, priority_symbol
from desk.plan import Plan
from desk.sla import Explanation
from desk.tickets import Ticket
from desk.week_said import say_calendar
from desk.wording import Words

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def why_message(
    ticket: Ticket, plan: Plan, explained: Sequence[Explanation], now: datetime, t: Words
) -> Message:
    """Return the explanation of a ticket's deadlines: every segment with what it counts."""
    tier = plan.tiers[ticket.tier].name
    head = f"{priority_symbol(ticket.priority)} {ticket.number} · {ticket.priority} · {tier}"
    blocks: list[Block] = [Text((Bold(head),))]
    for explanation in explained:
        blocks += _clock(explanation, plan, now, t)
    return Message(tuple(blocks), t.language, plan.zone)


def _clock(explanation: Explanation, plan: Plan, now: datetime, t: Words) -> list[Block]:
    clock = explanation.clock
    due = (When(clock.due_at, now),) if clock.due_at else (t("stands still while on hold"),)
    target = say_duration(clock.target, t.language)
    rows = [_row(segment, counted, plan, t) for segment, counted in in_minutes(explanation.segments)]
    rows.append((t("Total counted"), "", _counted(explanation.counted, t)))
    calendar = say_calendar(plan, clock.calendar, t)
    fine = [t("Target: {target}. What counts: {calendar}.", target=target, calendar=calendar)]
    if explanation.left <= -timedelta(minutes=1):
        fine.append(
            t("Overdue by {length} of working time.", length=say_duration(-explanation.left, t.language))
        )
    return [
        Text((Bold(t(DUE[clock.name])), ": ", *due)),
        Table((t("From"), t("What"), t("Counts")), tuple(rows)),
        Fine((" ".join(fine),)),
    ]


def in_minutes(segments: Iterable[Segment]) -> Iterator[tuple[Segment, timedelta]]:
    """Yield the segments that fill a minute, and how many whole minutes of each count.

    The minutes are the differences of the running total rounded down: so they add up to that of the whole.
    """
    total = said = timedelta()
    for segment in segments:
        total += segment.counted
        counted = total // _MINUTE * _MINUTE - said
        said += counted
        begin, end = (at.replace(second=0, microsecond=0) for at in (segment.begin, segment.end))
        if counted or (segment.kind != "open" and begin != end):
            yield segment, counted


def _row(segment: Segment, counted: timedelta, plan: Plan, t: Words) -> tuple[str, str, str]:
    return _span(segment, plan.zone, t), _what(segment, t), _counted(counted, t) if counted else "0"


def _counted(length: timedelta, t: Words) -> str:
    """Say a length to the minute, in days too: rounded to hours, rows would not add up."""
    if length < 2 * _DAY:
        return say_duration(length, t.language)
    parts = (length // _DAY * _DAY, length % _DAY)
    return " ".join(say_duration(part, t.language) for part in parts if part >= _MINUTE)


def _span(segment: Segment, zone: str, t: Words) -> str:
    begin, end = (at.astimezone(ZoneInfo(zone)) for at in (segment.begin, segment.end))
    last = end - timedelta(microseconds=1)  # midnight ends the day before
    first_day, last_day = (say_instant(at, zone, t.language).rpartition(", ")[0] for at in (begin, last))
    if (begin.hour, begin.minute) == (end.hour, end.minute) == (0, 0):
        return first_day if begin.date() == last.date() else f"{first_day} – {last_day}"
    until = "24:00" if (end.hour, end.minute) == (0, 0) else f"{end:%H:%M}"
    since = f"{first_day}, {begin:%H:%M}"
    return f"{since} – {until}" if begin.date() == last.date() else f"{since} – {last_day}, {until}"


def _what(segment: Segment, t: Words) -> str:
    match segment.kind:
        case "open":
            return t("working time")
        case "holiday":
            return segment.name or t("public holiday")
        case "hold":
            return t("on hold, does not count")
        case "resolved":
            return t("resolved, does not count")
        case _:
            return t("closed")
