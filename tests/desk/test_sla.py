from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import sla
from desk.errors import BadInput
from desk.plan import Plan, default, parse
from desk.sla import Clock
from desk.targets import calendar, targets
from desk.tickets import Event, Kind

BUCHAREST = ZoneInfo("Europe/Bucharest")
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
PLAN = default()
TEXT = (Path(__file__).parents[2] / "desk" / "plan.toml").read_text("utf-8")
OPENED = datetime(2026, 3, 11, 10, tzinfo=UTC)  # a Wednesday, noon in Bucharest
AGENT = 7


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUCHAREST).astimezone(UTC)


def after(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def happened(hours: float, kind: Kind, **data: Any) -> Event:
    return Event(after(hours), kind, None if kind in (Kind.WARNED, Kind.BREACHED) else AGENT, data=data)


def clocks(
    *history: Event, tier: str = "premium", priority: str = "P2", plan: Plan = PLAN
) -> dict[str, Clock]:
    """The latest run of each clock."""
    return {clock.name: clock for clock in runs(*history, tier=tier, priority=priority, plan=plan)}


def runs(
    *history: Event, tier: str = "premium", priority: str = "P2", plan: Plan = PLAN
) -> tuple[Clock, ...]:
    return sla.clocks(plan, tier, priority, OPENED, (Event(OPENED, Kind.OPENED), *history))


def changed(old: str, new: str) -> Plan:
    assert old in TEXT
    return parse(TEXT.replace(old, new))


@pytest.mark.parametrize(
    ("tier", "priority", "first_response", "resolution", "calendar"),
    [
        ("basic", "P1", 1, 4, "always"),
        ("basic", "P2", 4, 24, "working-days"),
        ("basic", "P3", 24, 72, "working-days"),
        ("basic", "P4", 48, 120, "working-days"),
        ("standard", "P1", 1, 4, "always"),
        ("standard", "P2", 4, 24, "working-days"),
        ("standard", "P3", 24, 48, "working-days"),
        ("standard", "P4", 24, 48, "working-days"),
        ("premium", "P1", 1, 4, "always"),
        ("premium", "P2", 4, 24, "working-days"),
        ("premium", "P3", 4, 24, "working-days"),
        ("premium", "P4", 4, 24, "working-days"),
        ("enterprise", "P1", 1, 4, "always"),
        ("enterprise", "P2", 1, 8, "always"),
        ("enterprise", "P3", 1, 8, "always"),
        ("enterprise", "P4", 1, 8, "always"),
    ],
)
def test_each_clock_takes_the_stricter_promise(
    tier: str, priority: str, first_response: int, resolution: int, calendar: str
) -> None:
    promised = targets(PLAN, tier, priority)
    assert promised.first_response == promised.next_response == first_response * HOUR
    assert promised.resolution == resolution * HOUR
    assert promised.calendar == calendar
    assert promised.update == (HOUR if priority == "P1" else None)


@pytest.mark.parametrize(("combine", "resolution"), [("strictest", 24), ("tier", 120), ("priority", 24)])
def test_the_plan_says_whose_promise_holds(combine: str, resolution: int) -> None:
    plan = changed('combine = "strictest"', f'combine = "{combine}"')
    assert targets(plan, "basic", "P2").resolution == resolution * HOUR


def test_an_override_holds_for_its_tier_and_priority_alone() -> None:
    plan = changed(
        "overrides = []", 'overrides = [{ tier = "premium", priority = "P2", resolution = "30 h" }]'
    )
    assert targets(plan, "premium", "P2").resolution == 30 * HOUR
    assert targets(plan, "premium", "P2").first_response == 4 * HOUR
    assert targets(plan, "premium", "P3").resolution == 24 * HOUR


def test_the_next_response_may_have_its_own_target() -> None:
    plan = changed('next_response = "first_response"', 'next_response = "2 h"')
    assert targets(plan, "premium", "P2").next_response == 2 * HOUR


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"no tier “gold”. Tiers are basic, standard, premium, enterprise"):
        targets(PLAN, "gold", "P1")
    with pytest.raises(BadInput, match=r"no priority “P5”. Priorities are P1, P2, P3, P4"):
        targets(PLAN, "basic", "P5")


def test_a_plan_has_each_of_its_calendars_once() -> None:
    assert calendar(PLAN, "staffed") is calendar(PLAN, "staffed")
    assert calendar(PLAN, "staffed") is not calendar(default(), "staffed")


@pytest.mark.parametrize(
    ("tier", "priority", "opened", "first_response", "resolution"),
    [
        # Friday afternoon before a weekend and two holidays
        ("premium", "P2", "2026-11-27T16:40", "2026-11-27T20:40", "2026-12-02T16:40"),
        ("premium", "P2", "2026-11-27T22:00", "2026-12-02T02:00", "2026-12-02T22:00"),
        ("premium", "P1", "2026-11-27T16:40", "2026-11-27T17:40", "2026-11-27T20:40"),
        ("enterprise", "P4", "2026-11-28T23:30", "2026-11-29T00:30", "2026-11-29T07:30"),
        ("standard", "P3", "2026-11-29T12:00", "2026-12-03T00:00", "2026-12-04T00:00"),
        ("basic", "P4", "2026-11-26T09:00", "2026-12-02T09:00", "2026-12-07T09:00"),
        # Summer time begins and ends on a Sunday: the working days do not notice, the clock around does
        ("premium", "P3", "2027-03-26T18:00", "2027-03-26T22:00", "2027-03-29T18:00"),
        ("enterprise", "P2", "2027-03-27T23:00", "2027-03-28T00:00", "2027-03-28T08:00"),
        ("enterprise", "P2", "2027-10-30T23:00", "2027-10-31T00:00", "2027-10-31T06:00"),
    ],
)
def test_a_new_ticket_is_due(
    tier: str, priority: str, opened: str, first_response: str, resolution: str
) -> None:
    first, last = sla.clocks(PLAN, tier, priority, local(opened), [Event(local(opened), Kind.OPENED)])
    assert (first.name, first.due_at) == ("first_response", local(first_response))
    assert (last.name, last.due_at) == ("resolution", local(resolution))


def test_a_clock_warns_at_the_per_cent_of_the_plan() -> None:
    clock = clocks()["first_response"]
    assert clock.warn_at == after(3)
    assert not sla.warned(clock, after(3) - MOMENT)
    assert sla.warned(clock, after(3))
    half = clocks(plan=changed("warn_at = 75", "warn_at = 50"))["first_response"]
    assert half.warn_at == after(2)


def test_an_answer_in_the_last_instant_is_in_time_and_one_later_is_not() -> None:
    clock = clocks()["first_response"]
    assert not sla.breached(clock, after(4))
    assert sla.breached(clock, after(4) + MOMENT)


def test_an_answer_on_saturday_is_in_time_when_the_clock_stood_still_since_friday() -> None:
    friday = local("2026-03-13T20:00")
    answered = Event(local("2026-03-14T11:00"), Kind.REPLIED, AGENT)
    clock = sla.clocks(PLAN, "premium", "P2", friday, [answered])[0]
    assert clock.due_at == local("2026-03-14T00:00")
    assert clock.exceeded_at == local("2026-03-16T00:00") + MOMENT
    assert not sla.breached(clock, local("2026-03-20T00:00"))


def test_the_first_answer_stops_the_first_response() -> None:
    clock = clocks(happened(1, Kind.NOTED), happened(2, Kind.REPLIED), happened(3, Kind.REPLIED))[
        "first_response"
    ]
    assert clock.stopped_at == after(2)
    assert sla.elapsed(clock, after(90)) == 2 * HOUR
    assert sla.left(clock, after(90)) == 2 * HOUR


def test_what_the_desk_says_by_itself_is_no_answer() -> None:
    assert clocks(Event(after(1), Kind.REPLIED, who=None))["first_response"].running


def test_resolving_ends_every_clock_also_with_nothing_said() -> None:
    for clock in clocks(happened(2, Kind.RESOLVED), priority="P1").values():
        assert clock.stopped_at == after(2)


def test_a_hold_moves_the_resolution_and_not_the_first_response() -> None:
    held = clocks(happened(1, Kind.HELD), happened(3, Kind.RESUMED))
    assert held["first_response"].due_at == after(4)
    assert held["resolution"].due_at == after(24 + 2)


def test_on_hold_nothing_is_due_and_the_time_left_is_known() -> None:
    clock = clocks(happened(1, Kind.HELD))["resolution"]
    assert (clock.due_at, clock.warn_at, clock.exceeded_at) == (None, None, None)
    assert sla.left(clock, after(500)) == 23 * HOUR
    assert not sla.breached(clock, after(500))


def test_resolving_ends_a_hold() -> None:
    story = [happened(1, Kind.HELD), happened(2, Kind.RESOLVED), happened(4, Kind.REOPENED)]
    assert clocks(*story)["resolution"].due_at == after(24 + 3)


def test_a_breach_before_the_hold_stays_one() -> None:
    clock = clocks(happened(30, Kind.HELD))["resolution"]
    assert clock.due_at == after(24)
    assert sla.breached(clock, after(100))
    assert sla.elapsed(clock, after(100)) == 30 * HOUR


def test_a_customer_who_speaks_again_waits_for_the_next_response() -> None:
    story = [
        happened(1, Kind.SAID),
        happened(2, Kind.REPLIED),
        happened(3, Kind.SAID),
        happened(4, Kind.SAID),
    ]
    clock = clocks(*story)["next_response"]
    assert (clock.started_at, clock.stopped_at, clock.due_at) == (after(3), None, after(7))
    answered = clocks(*story, happened(5, Kind.REPLIED))["next_response"]
    assert (answered.started_at, answered.stopped_at) == (after(3), after(5))


def test_before_the_first_answer_there_is_no_next_response() -> None:
    assert "next_response" not in clocks(happened(1, Kind.SAID))
    assert "next_response" not in clocks(happened(1, Kind.SAID), happened(2, Kind.REPLIED))


def test_each_time_the_customer_waits_is_a_run_of_its_own() -> None:
    found = runs(
        *(happened(h, Kind.REPLIED if h % 2 else Kind.SAID) for h in range(1, 7)),
        happened(8, Kind.RESOLVED),
    )
    waits = [(c.started_at, c.stopped_at) for c in found if c.name == "next_response"]
    assert waits == [(after(2), after(3)), (after(4), after(5)), (after(6), after(8))]


def test_a_critical_ticket_is_due_an_update_every_hour_from_the_first_answer_on() -> None:
    assert "update" not in clocks(priority="P1")
    first = clocks(happened(0.5, Kind.REPLIED), priority="P1")["update"]
    assert (first.started_at, first.due_at) == (after(0.5), after(1.5))
    second = clocks(happened(0.5, Kind.REPLIED), happened(1, Kind.REPLIED), priority="P1")["update"]
    assert (second.started_at, second.due_at) == (after(1), after(2))


def test_an_update_waits_on_hold_and_ends_when_resolved() -> None:
    story = [happened(0.5, Kind.REPLIED), happened(1, Kind.HELD), happened(3, Kind.RESUMED)]
    assert clocks(*story, priority="P1")["update"].due_at == after(3.5)
    assert clocks(*story, happened(3.2, Kind.RESOLVED), priority="P1")["update"].stopped_at == after(3.2)


def test_other_priorities_are_promised_no_updates() -> None:
    assert "update" not in clocks(happened(1, Kind.REPLIED))


def test_a_reopened_ticket_runs_on_where_it_was_resolved() -> None:
    story = [happened(1, Kind.REPLIED), happened(2, Kind.RESOLVED), happened(7, Kind.REOPENED)]
    found = clocks(*story, priority="P1")
    assert found["resolution"].due_at == after(4 + 5)
    assert found["resolution"].running
    assert found["update"].started_at == found["next_response"].started_at == after(7)
    assert found["first_response"].stopped_at == after(1)
    again = clocks(*story, happened(8, Kind.RESOLVED), priority="P1")["resolution"]
    assert again.stopped_at == after(8)
    assert sla.elapsed(again, after(50)) == 3 * HOUR


def test_a_thank_you_after_the_end_starts_nothing() -> None:
    thanked = clocks(happened(1, Kind.REPLIED), happened(2, Kind.RESOLVED), happened(3, Kind.SAID))
    assert "next_response" not in thanked
    assert thanked["resolution"].stopped_at == after(2)


def test_a_change_of_priority_counts_from_the_opening_with_all_holds() -> None:
    story = [
        happened(1, Kind.HELD),
        happened(2, Kind.RESUMED),
        happened(3, Kind.PRIORITY, before="P2", after="P1"),
    ]
    assert clocks(*story, priority="P1")["resolution"].due_at == after(5)


def test_the_timer_is_set_to_the_next_warning_or_breach() -> None:
    found = runs()
    assert sla.next_moment(found, OPENED) == after(3)
    assert sla.next_moment(found, after(3)) == after(4) + MOMENT
    assert sla.next_moment(found, after(5)) == after(18)
    assert sla.next_moment(found, after(20)) == after(24) + MOMENT
    assert sla.next_moment(found, after(25)) is None
    assert sla.next_moment(runs(happened(1, Kind.RESOLVED)), after(2)) is None


def said_at(hours: float, *history: Event, priority: str = "P2") -> list[tuple[str, str]]:
    found = runs(*history, priority=priority)
    moments = sla.reached(found, after(hours), sla.told(history))
    return [(moment.clock.name, moment.what) for moment in moments]


def test_a_late_desk_says_what_it_missed_in_order() -> None:
    assert said_at(2) == []
    assert said_at(3.5) == [("first_response", "warning")]
    assert said_at(20) == [("first_response", "breach"), ("resolution", "warning")]
    assert said_at(30) == [("first_response", "breach"), ("resolution", "breach")]


def test_what_is_recorded_is_not_said_again() -> None:
    (moment,) = sla.reached(runs(), after(3.5))
    assert moment.at == after(3)
    warned = Event(after(3), moment.kind, data=moment.data)
    assert warned.kind is Kind.WARNED
    assert said_at(3.5, warned) == []
    assert said_at(5, warned) == [("first_response", "breach")]


def test_a_new_wait_may_warn_anew() -> None:
    story = [happened(1, Kind.REPLIED), happened(2, Kind.SAID)]
    (moment,) = sla.reached(runs(*story), after(5.5))
    story.append(Event(after(5), moment.kind, data=moment.data))
    assert said_at(5.5, *story) == []
    story += [happened(6, Kind.REPLIED), happened(7, Kind.SAID)]
    assert said_at(10.5, *story) == [("next_response", "warning")]


def test_another_target_is_another_deadline() -> None:
    late = sla.reached(runs(priority="P1"), after(1.5))
    story = [Event(after(1.5), moment.kind, data=moment.data) for moment in late]
    assert [moment.what for moment in late] == ["breach"]
    assert said_at(1.6, *story, priority="P1") == []
    assert said_at(4.5, *story, priority="P2") == [("first_response", "breach")]


def test_a_stopped_clock_still_tells_its_breach_and_no_warning() -> None:
    assert said_at(9, happened(5, Kind.REPLIED)) == [("first_response", "breach")]
    assert said_at(9, happened(3.5, Kind.REPLIED)) == []


def test_an_explanation_adds_up_to_the_target() -> None:
    opened = local("2026-11-27T16:40")
    held = [Event(local("2026-11-27T18:00"), Kind.HELD), Event(local("2026-12-02T01:00"), Kind.RESUMED)]
    *_, resolution = sla.clocks(PLAN, "premium", "P2", opened, held)
    why = sla.explain(resolution, opened)
    assert [segment.kind for segment in why.segments] == [
        "open", "hold", "closed", "holiday", "holiday", "hold", "open",
    ]  # fmt: skip
    assert why.segments[-1].end == resolution.due_at == local("2026-12-02T23:40")
    assert why.counted == why.left == 24 * HOUR
    assert why.held == 7 * HOUR


def test_an_overdue_clock_is_explained_until_it_was_due_and_a_held_one_until_now() -> None:
    late = sla.explain(clocks()["first_response"], after(6))
    assert late.segments[-1].end == after(4)
    assert (late.counted, late.left) == (4 * HOUR, -2 * HOUR)
    held = sla.explain(clocks(happened(1, Kind.HELD))["resolution"], after(6))
    assert [segment.kind for segment in held.segments] == ["open", "hold"]
    assert (held.counted, held.held, held.left) == (HOUR, 5 * HOUR, 23 * HOUR)


def test_the_time_in_which_it_was_resolved_is_told_apart_from_holds() -> None:
    story = [happened(1, Kind.HELD), happened(2, Kind.RESOLVED), happened(7, Kind.REOPENED)]
    why = sla.explain(clocks(*story)["resolution"], after(8))
    assert [(segment.kind, segment.begin) for segment in why.segments[:4]] == [
        ("open", after(0)),
        ("hold", after(1)),
        ("resolved", after(2)),
        ("open", after(7)),
    ]
    assert (why.counted, why.held) == (24 * HOUR, 6 * HOUR)


events = st.sampled_from(
    [Kind.SAID, Kind.REPLIED, Kind.HELD, Kind.RESUMED, Kind.RESOLVED, Kind.REOPENED, Kind.NOTED]
)
histories = st.lists(st.tuples(st.integers(0, 200), events), max_size=12).map(
    lambda story: [happened(hours, kind) for hours, kind in sorted(story, key=lambda e: e[0])]
)


@given(histories, st.integers(0, 400), st.sampled_from(["P1", "P2", "P4"]))
@settings(deadline=None)
def test_whatever_happened_each_clock_agrees_with_itself(
    history: Sequence[Event], hours: int, priority: str
) -> None:
    now = max([OPENED, *(event.at for event in history)]) + timedelta(hours=hours)
    found = runs(*history, priority=priority)
    for clock in found:
        assert sla.breached(clock, now) == (sla.elapsed(clock, now) > clock.target)
        assert sla.warned(clock, now) == (sla.elapsed(clock, now) >= clock.target * 3 / 4)
        why = sla.explain(clock, now)
        assert why.counted == (clock.target if clock.due_at else sla.elapsed(clock, now))
        assert why.left == clock.target - sla.elapsed(clock, now)
        assert all(one.end == other.begin for one, other in pairwise(why.segments))
    ahead = sla.next_moment(found, now)
    if ahead is not None:
        assert len(sla.reached(found, ahead)) >= 1
        assert sla.reached(found, ahead - MOMENT) == sla.reached(found, now)
