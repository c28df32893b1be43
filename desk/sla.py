"""The clocks of a ticket. Each follows from its history and the plan, and nothing is counted along the way.

    clock           runs from                                until                     on hold
    first_response  the opening                              the first answer          runs on
    next_response   the customer speaking (or reopening)     the next answer           runs on
                    when there was an answer
    update          each answer (or the reopening)           the next answer           stops
    resolution      the opening                              resolved                  stops

An answer is what a person said to the customer; what the desk says by itself is none. A customer who only
says thanks, or that it works again, has not asked for anything (`request` is false). Resolving ends every
clock, also with nothing said; a reopened ticket's resolution runs on, less the time it was resolved. Before
the first answer no update is due: until then the first response is what was promised. Tier and priority are
the current ones: after a change, everything is computed anew from the opening (the plan, reading 3).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from desk.hours import Calendar, Hold, Segment
from desk.plan import ClockName, Plan
from desk.rests import told_apart
from desk.targets import calendar, targets
from desk.tickets import Event, Kind

_Run = tuple[datetime, datetime | None]
_ANSWERS = frozenset({Kind.REPLIED, Kind.RESOLVED})
COUNTED = _ANSWERS | {Kind.SAID, Kind.MOVED, Kind.REOPENED, Kind.HELD, Kind.RESUMED}
"""The kinds of events that start, stop or hold a clock."""


class Clock(Struct, frozen=True):
    """One run of a clock; `next_response` and `update` may have many, told apart by `started_at`.

    The target is counted in the calendar named, without the holds; `rests` are those of them in which the
    ticket was resolved. `due_at` is the last instant in time,
    `warn_at` when the plan's per cent have passed, `exceeded_at` the first instant too late: each None while
    a hold without an end comes before it.
    """

    name: ClockName
    target: timedelta
    calendar: str
    started_at: datetime
    stopped_at: datetime | None
    holds: tuple[Hold, ...]
    rests: tuple[Hold, ...]
    due_at: datetime | None
    warn_at: datetime | None
    exceeded_at: datetime | None
    hours: Calendar

    @property
    def running(self) -> bool:
        """Whether it has not been stopped for good; on hold it still runs in this sense."""
        return self.stopped_at is None


def clocks(
    plan: Plan, tier: str, priority: str, opened_at: datetime, history: Sequence[Event]
) -> tuple[Clock, ...]:
    """Return every run of every clock of a ticket, each clock's in order.

    `history` is in the order in which it happened. Raises `BadInput` for a tier or priority not in the plan.
    """
    promised = targets(plan, tier, priority)
    lengths: dict[ClockName, timedelta | None] = {
        "first_response": promised.first_response,
        "next_response": promised.next_response,
        "update": promised.update,
        "resolution": promised.resolution,
    }
    hours = calendar(plan, promised.calendar)
    found = []
    for name, (started_at, stopped_at), holds, rests in _story(opened_at, tuple(_turns(history))):
        holds += rests
        if (target := lengths[name]) is not None:
            due_at = hours.add(started_at, target, holds)
            warn_at = hours.add(started_at, target * plan.sla.warn_at / 100, holds)
            exceeded_at = hours.exceeded_at(started_at, target, holds)
            found.append(
                Clock(
                    name=name,
                    target=target,
                    calendar=promised.calendar,
                    started_at=started_at,
                    stopped_at=stopped_at,
                    holds=holds,
                    rests=rests,
                    due_at=due_at,
                    warn_at=warn_at,
                    exceeded_at=exceeded_at,
                    hours=hours,
                )
            )
    return tuple(found)


def _story(
    opened_at: datetime, turns: tuple[Event, ...]
) -> Iterator[tuple[ClockName, _Run, tuple[Hold, ...], tuple[Hold, ...]]]:
    """Yield which clock ran from when until when, and what stops it: holds, and the ticket being resolved."""
    first = next((i for i, turn in enumerate(turns) if turn.kind in _ANSWERS), len(turns))
    answered_at = turns[first].at if first < len(turns) else None
    yield "first_response", (opened_at, answered_at), (), ()
    for run in _runs(turns[first:], {Kind.SAID, Kind.REOPENED}, _ANSWERS):
        yield "next_response", run, (), ()
    holds = tuple(_runs(turns, {Kind.HELD}, {Kind.RESUMED, Kind.RESOLVED}))
    for run in _runs(turns, {Kind.REPLIED, Kind.REOPENED}, _ANSWERS):
        yield "update", run, holds, ()
    rests = tuple(_runs(turns, {Kind.RESOLVED}, {Kind.REOPENED}))
    resolved_at = rests[-1][0] if rests and rests[-1][1] is None else None
    past_rests = tuple(rest for rest in rests if rest[1] is not None)
    yield "resolution", (opened_at, resolved_at), holds, past_rests


def _turns(history: Sequence[Event]) -> Iterator[Event]:
    """Leave out what `_counts` says, what was moved, and what was said while the ticket was resolved."""
    resolved = False
    moved = {event.data.get("message") for event in history if event.kind is Kind.MOVED}
    for event in history:
        if event.kind is Kind.SAID and moved and event.data.get("message") in moved:
            continue
        if (not resolved or event.kind is Kind.REOPENED) and _counts(event):
            yield event
            resolved = event.kind is Kind.RESOLVED


def _counts(event: Event) -> bool:
    """An automatic answer is none, and who said "thank you" or "it works now" waits for nothing."""
    if event.kind is Kind.REPLIED:
        return event.who is not None
    return not (event.kind is Kind.SAID and event.data.get("request") is False)


def _runs(turns: Iterable[Event], begins: Collection[Kind], ends: Collection[Kind]) -> Iterator[_Run]:
    began: datetime | None = None
    for turn in turns:
        if began is not None and turn.kind in ends:
            yield began, turn.at
            began = None
        if began is None and turn.kind in begins:
            began = turn.at
    if began is not None:
        yield began, None


def elapsed(clock: Clock, now: datetime) -> timedelta:
    """Return how long the clock has run by `now`, or by when it stopped: business time, without the holds."""
    return clock.hours.elapsed(clock.started_at, _until(clock, now), clock.holds)


def left(clock: Clock, now: datetime) -> timedelta:
    """Return the business time that is left, also for a clock on hold; negative once it is late."""
    return clock.target - elapsed(clock, now)


def breached(clock: Clock, now: datetime) -> bool:
    """Say whether more than the target had elapsed by `now`, or by when the clock stopped."""
    return clock.exceeded_at is not None and clock.exceeded_at <= _until(clock, now)


def warned(clock: Clock, now: datetime) -> bool:
    """Say whether the plan's per cent of the target had elapsed by `now`, or by when the clock stopped."""
    return clock.warn_at is not None and clock.warn_at <= _until(clock, now)


def _until(clock: Clock, now: datetime) -> datetime:
    return now if clock.stopped_at is None else min(now, clock.stopped_at)


class Moment(Struct, frozen=True):
    """A clock came to its warning or its breach, at `at`."""

    clock: Clock
    what: Literal["warning", "breach"]
    at: datetime

    @property
    def kind(self) -> Kind:
        """The kind of the event that records it."""
        return Kind.WARNED if self.what == "warning" else Kind.BREACHED

    @property
    def data(self) -> dict[str, Any]:
        """The data of that event: which run of which clock, and of which target, for a change of priority
        makes another deadline of it, which may be news again.
        """
        started_at = self.clock.started_at.astimezone(UTC).isoformat()
        return {
            "clock": self.clock.name,
            "started_at": started_at,
            "target": self.clock.target.total_seconds(),
        }


Told = tuple[Kind, object, object, object]


def told(history: Iterable[Event]) -> frozenset[Told]:
    """Return the moments that the history records already."""
    return frozenset(
        _mark(event.kind, event.data) for event in history if event.kind in (Kind.WARNED, Kind.BREACHED)
    )


def _mark(kind: Kind, data: dict[str, Any]) -> Told:
    return kind, data.get("clock"), data.get("started_at"), data.get("target")


_PROMISED_ANEW = frozenset({Kind.PRIORITY, Kind.TIER, Kind.PLAN})
_FROM_THE_OPENING = ("first_response", "resolution")


def promised_anew(history: Iterable[Event]) -> datetime | None:
    """Return when other targets were last promised: by a change of priority, tier or plan."""
    changes = (event for event in history if event.kind in _PROMISED_ANEW)
    return max((e.at for e in changes if e.data.get("before") != e.data.get("after")), default=None)


def reached(
    clocks: Iterable[Clock],
    now: datetime,
    recorded: Collection[Told] = frozenset(),
    promised_at: datetime | None = None,
) -> tuple[Moment, ...]:
    """Return the moments that have come and are not `recorded` (see `told`), in the order in which they came.

    So a desk that was down says late, and once, what it missed. A warning that its breach has overtaken, or
    whose clock has stopped, is not said any more; a breach is, for it is a fact of the report. Targets that
    were `promised_at` an instant (see `promised_anew`) count from the opening (the plan, reading 3), so they
    judge a first response and a resolution that were over by then; an answer in between was due when the
    promise of its own time said so.
    """
    moments = []
    for clock in clocks:
        over = promised_at is not None and clock.stopped_at is not None and clock.stopped_at <= promised_at
        if over and clock.name not in _FROM_THE_OPENING:
            continue
        moment = _latest_moment(clock, now)
        if moment and not (recorded and _mark(moment.kind, moment.data) in recorded):
            moments.append(moment)
    return tuple(sorted(moments, key=lambda moment: moment.at))


def _latest_moment(clock: Clock, now: datetime) -> Moment | None:
    if clock.exceeded_at is not None and breached(clock, now):
        return Moment(clock, "breach", clock.exceeded_at)
    if clock.warn_at is not None and clock.running and warned(clock, now):
        return Moment(clock, "warning", clock.warn_at)
    return None


def next_moment(clocks: Iterable[Clock], now: datetime) -> datetime | None:
    """Return when the next running clock comes to its warning or its breach after `now`, or None.

    That is what the ticket's one timer is set to.
    """
    ahead = (at for clock in clocks if clock.running for at in (clock.warn_at, clock.exceeded_at))
    return min((at for at in ahead if at is not None and at > now), default=None)


class Explanation(Struct, frozen=True):
    """Why a clock is due when it is: segments without gaps, and what they add up to.

    `counted` is what ran, `held` by how much holds moved the deadline, `left` what is left as of the asking
    (negative when late).
    """

    clock: Clock
    segments: tuple[Segment, ...]
    counted: timedelta
    held: timedelta
    left: timedelta


def explain(clock: Clock, now: datetime) -> Explanation:
    """Explain a clock from its start to when it is due, so that the segments add up to the target.

    On hold without an end nothing is due, and the segments end `now`.
    """
    end = _until(clock, now) if clock.due_at is None else clock.due_at
    found = clock.hours.segments(clock.started_at, end, clock.holds)
    segments = tuple(part for segment in found for part in told_apart(segment, clock.rests))
    return Explanation(
        clock=clock,
        segments=segments,
        counted=sum((s.counted for s in segments), timedelta()),
        held=sum((s.end - s.begin for s in segments if s.kind in ("hold", "resolved")), timedelta()),
        left=left(clock, now),
    )
