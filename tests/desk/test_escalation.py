from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.escalation import Summons, due, next_at, next_level, on_call, rule_for, say_reason, turn
from desk.plan import ClockName, Occasion, Plan, Rule, default, parse
from desk.wording import words

BUCHAREST = ZoneInfo("Europe/Bucharest")
SHIPPED = (Path(__file__).parents[2] / "desk/plan.toml").read_text("utf-8")
BEGAN = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # a Friday


def rota(l1: str = '["ana", "ion", "mia"]', **changes: str) -> Plan:
    """The shipped plan with people at L1 and L2; `changes` replace text in it."""
    text = SHIPPED.replace("people = []", f"people = {l1}", 1).replace("people = []", 'people = ["dan"]', 1)
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse(text)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUCHAREST)


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


def steps(
    plan: Plan,
    on: Occasion = "opened",
    clock: ClockName | None = None,
    *,
    priority: str = "P1",
    after: int,
    told: int = 0,
    taken_after: int | None = None,
    assigned: bool = False,
) -> list[Summons]:
    """What is due so many minutes after BEGAN."""
    answer = due(
        plan,
        rule(plan, on, priority, clock),
        priority=priority,
        clock=clock,
        began_at=BEGAN,
        now=BEGAN + minutes(after),
        told=told,
        acknowledged_at=None if taken_after is None else BEGAN + minutes(taken_after),
        assigned=assigned,
    )
    return list(answer.summonses)


def rule(plan: Plan, on: Occasion, priority: str = "P1", clock: ClockName | None = None) -> Rule:
    found = rule_for(plan, on, priority, clock)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-01-05T09:00", "ana"),
        ("2026-01-12T08:59:59", "ana"),
        ("2026-01-12T09:00", "ion"),
        ("2026-01-19T09:00", "mia"),
        ("2026-01-26T09:00", "ana"),
        ("2026-01-05T08:59", "mia"),  # before the first day they are taken to have turns already
        ("2025-12-28T12:00", "ion"),
        # Clocks go forward on 29 March and back on 25 October 2026; the handover stays at nine.
        ("2026-03-30T08:59", "mia"),
        ("2026-03-30T09:00", "ana"),
        ("2026-10-26T08:59", "mia"),
        ("2026-10-26T09:00", "ana"),
    ],
)
def test_people_take_turns_a_week_each(at: str, person: str) -> None:
    assert on_call(rota(), "l1", local(at)) == person


def test_a_level_without_people_has_nobody_on_call() -> None:
    assert on_call(default(), "l1", BEGAN) is None
    assert turn(default(), "l1", BEGAN) is None


def test_one_person_is_always_on_call() -> None:
    plan = rota('["ana"]')
    assert {on_call(plan, "l1", BEGAN + timedelta(days=day)) for day in range(30)} == {"ana"}


def test_the_week_of_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    spring = turn(rota(), "l1", local("2026-03-27T12:00"))
    autumn = turn(rota(), "l1", local("2026-10-23T12:00"))
    assert spring is not None
    assert autumn is not None
    assert spring.end - spring.begin == timedelta(days=7, hours=-1)
    assert autumn.end - autumn.begin == timedelta(days=7, hours=1)
    assert spring.begin == local("2026-03-23T09:00")
    assert spring.end == local("2026-03-30T09:00")


def test_a_handover_that_the_clock_shows_twice_happens_the_first_time() -> None:
    plan = rota(**{"since = 2026-01-05": "since = 2026-01-04", '"09:00"\n': '"03:30"\n'})
    first, second = local("2026-10-25T03:30"), local("2026-10-25T03:30").replace(fold=1)
    before = on_call(plan, "l1", first - minutes(1))
    after = {on_call(plan, "l1", at) for at in (first, first + minutes(45), second, second + minutes(45))}
    assert len(after) == 1
    assert before not in after


def test_a_handover_that_the_clock_skips_happens_all_the_same() -> None:
    plan = rota(**{"since = 2026-01-05": "since = 2026-01-04", '"09:00"\n': '"03:30"\n'})
    assert on_call(plan, "l1", local("2026-03-29T02:59")) != on_call(plan, "l1", local("2026-03-29T04:30"))


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_whoever_is_on_call_has_the_turn_and_turns_follow_one_another(naive: datetime) -> None:
    plan, at = _ROTA, naive.replace(tzinfo=UTC)
    turns = [turn(plan, "l1", at)]
    while len(turns) < 4:
        assert turns[-1] is not None
        turns.append(turn(plan, "l1", turns[-1].end))
    for this, next_ in pairwise(turns):
        assert this is not None
        assert next_ is not None
        assert this.begin < this.end
        assert (this.person, next_.person) in {("ana", "ion"), ("ion", "mia"), ("mia", "ana")}
        assert turn(plan, "l1", this.end) == turn(plan, "l1", next_.begin)
    assert turns[0] is not None
    assert turns[0].begin <= at < turns[0].end


_ROTA = rota()


@pytest.mark.parametrize(
    ("on", "priority", "clock", "told"),
    [
        ("opened", "P1", None, ["l1", "l2", "lead"]),
        ("opened", "P2", None, None),
        ("warning", "P3", "resolution", ["assignee"]),
        ("breach", "P2", "first_response", ["l2", "lead"]),
        ("breach", "P4", "update", ["l2"]),
        ("breach", "P5", "resolution", None),
        ("breach", "P1", None, None),
    ],
)
def test_the_rule_is_that_of_the_occasion_the_priority_and_the_clock(
    on: Occasion, priority: str, clock: ClockName | None, told: list[str] | None
) -> None:
    found = rule_for(default(), on, priority, clock)
    assert (found and [step.tell for step in found.steps]) == told


@pytest.mark.parametrize(
    ("after", "told", "levels", "told_then", "next_after"),
    [
        (0, 0, ["l1"], 1, 10),
        (9, 1, [], 1, 10),
        (10, 1, ["l2"], 2, 20),
        (20, 2, ["lead"], 3, 50),
        (20, 3, [], 3, 50),
        (49, 3, [], 3, 50),
        (50, 3, ["lead"], 4, 80),  # and again, until somebody takes it
        (80, 4, ["lead"], 5, 110),
        (115, 4, ["lead"], 6, 145),  # what was missed comes once, and the next one as long after it
        (50, 2, ["lead"], 4, 80),
        (15, 0, ["l1", "l2"], 2, 20),  # a late desk
        (600, 0, ["l1", "l2", "lead"], 22, 630),
        (-1, 0, [], 0, 0),
    ],
)
def test_each_step_comes_once_at_its_time_and_overdue_ones_come_in_order(
    after: int, told: int, levels: list[str], told_then: int, next_after: int | None
) -> None:
    plan = default()
    answer = due(
        plan,
        rule(plan, "opened"),
        priority="P1",
        clock=None,
        began_at=BEGAN,
        now=BEGAN + minutes(after),
        told=told,
    )
    assert [summons.level for summons in answer.summonses] == levels
    assert answer.told == told_then
    assert answer.next_at == (None if next_after is None else BEGAN + minutes(next_after))


def test_a_late_step_still_says_when_it_was_planned() -> None:
    summonses = steps(default(), after=15)
    assert [summons.planned_at for summons in summonses] == [BEGAN, BEGAN + minutes(10)]
    assert [summons.step for summons in summonses] == [0, 1]


def test_a_rule_with_fewer_steps_than_were_told_is_over() -> None:
    assert next_at(rule(default(), "breach", "P2", "update"), BEGAN, told=7) is None


@pytest.mark.parametrize(
    ("on", "priority", "clock", "again"),
    [("opened", "P1", None, 50), ("breach", "P1", "update", 60), ("breach", "P2", "update", None)],
)
def test_the_last_step_comes_again_where_the_plan_says_so(
    on: Occasion, priority: str, clock: ClockName | None, again: int | None
) -> None:
    found = rule(default(), on, priority, clock)
    expected = None if again is None else BEGAN + minutes(again)
    assert next_at(found, BEGAN, told=len(found.steps)) == expected


def test_a_step_that_comes_again_says_how_long_ago_it_began() -> None:
    (summons,) = steps(default(), "breach", "resolution", after=90, told=3)
    assert (summons.step, summons.level) == (1, "lead")
    assert "1 h 30 min ago" in say_reason(*summons.reason, words("en"))


def test_a_rule_of_one_step_at_once_that_comes_again_says_why_it_does() -> None:
    plan = rota(**{'steps = [{ after = "0 min", tell = "l2" }]': (
        'steps = [{ after = "0 min", tell = "l2" }]\nrepeat = "1 h"'
    )})  # fmt: skip
    (summons,) = steps(plan, "breach", "resolution", priority="P4", after=60, told=1)
    assert "due 1 h ago" in say_reason(*summons.reason, words("en"))


@pytest.mark.parametrize(
    ("taken_after", "levels"),
    [
        (None, ["l2"]),
        (0, []),
        (5, []),
        (10, []),
        (-5, ["l2"]),  # taken before it began: whoever has it has let it break
    ],
)
def test_it_goes_on_until_somebody_takes_the_ticket(taken_after: int | None, levels: list[str]) -> None:
    summonses = steps(default(), after=10, told=1, taken_after=taken_after)
    assert [summons.level for summons in summonses] == levels


def test_a_taken_ticket_has_no_next_step() -> None:
    assert next_at(rule(default(), "opened"), BEGAN, told=1, acknowledged_at=BEGAN + minutes(5)) is None
    assert next_at(rule(default(), "opened"), BEGAN) == BEGAN


def test_the_assignee_is_told_in_person() -> None:
    (summons,) = steps(rota(), "warning", "first_response", after=0, assigned=True)
    assert (summons.level, summons.person) == (None, None)


def test_the_first_level_is_told_while_nobody_is_assigned() -> None:
    (summons,) = steps(rota(), "warning", "first_response", after=0)
    assert summons.level == "l1"
    assert summons.person == on_call(rota(), "l1", BEGAN)


def test_who_is_on_call_when_told_is_told_not_who_was_when_it_began() -> None:
    plan = rota()
    monday = local("2026-11-30T08:50").astimezone(UTC)
    summonses = due(
        plan, rule(plan, "opened"), priority="P1", clock=None, began_at=monday, now=monday + minutes(10)
    ).summonses
    assert summonses[0].person == on_call(plan, "l1", monday + minutes(10))
    assert summonses[0].person != on_call(plan, "l1", monday)


def test_a_level_with_nobody_on_call_is_told_all_the_same() -> None:
    (summons,) = steps(default(), after=0)
    assert (summons.level, summons.person) == ("l1", None)


@pytest.mark.parametrize(
    ("on", "clock", "after", "told", "said"),
    [
        ("opened", None, 0, 0, "A P1 ticket was opened."),
        ("opened", None, 10, 1, "A P1 ticket was opened 10 min ago and nobody has taken it."),
        ("warning", "resolution", 0, 0, "75 % of the time for the resolution has passed."),
        ("breach", "first_response", 0, 0, "The first response is overdue."),
        (
            "breach",
            "next_response",
            90,
            1,
            "The next response was due 1 h 30 min ago, and nobody has taken the ticket since.",
        ),
        ("breach", "update", 0, 0, "The next update is overdue."),
    ],
)
def test_every_call_says_why(on: Occasion, clock: ClockName | None, after: int, told: int, said: str) -> None:
    (summons,) = steps(default(), on, clock, after=after, told=told)
    assert say_reason(*summons.reason, words("en")) == said


@pytest.mark.parametrize("on", ["warning", "breach"])
@pytest.mark.parametrize("clock", ["first_response", "next_response", "update", "resolution"])
def test_there_is_a_reason_for_every_occasion_and_clock(on: Occasion, clock: ClockName) -> None:
    plan = rota(**{'steps = [{ after = "0 min", tell = "assignee" }]': (
        'steps = [{ after = "0 min", tell = "assignee" }, { after = "30 min", tell = "l2" }]'
    )})  # fmt: skip
    at_once, later = steps(plan, on, clock, after=30)
    assert say_reason(*at_once.reason, words("en")) != ""
    assert "30 min ago" in say_reason(*later.reason, words("en"))


def test_a_reason_counts_from_when_it_happened_in_days_and_in_the_words_of_the_reader() -> None:
    plan = rota()
    week = timedelta(days=7)
    summonses = due(
        plan,
        rule(plan, "breach", "P1", "resolution"),
        priority="P1",
        clock="resolution",
        began_at=BEGAN,
        now=BEGAN + minutes(30),
        told=1,
        since=BEGAN + minutes(30) - week,
    ).summonses
    assert "was due 7 days ago" in say_reason(*summonses[0].reason, words("en"))
    assert "a expirat acum 7 zile" in say_reason(*summonses[0].reason, words("ro"))


@pytest.mark.parametrize(
    ("asked", "besides", "level"),
    [
        (None, (), ("l2", "dan")),  # the first level is who asks
        (None, ("Dan",), ("lead", "vera")),  # nobody is asked by themselves
        ("l2", (), ("lead", "vera")),
        ("lead", (), ("lead", "vera")),
        ("lead", ("vera",), ("lead", "vera")),  # but somebody has to be
        ("gone", (), ("l2", "dan")),  # a level that the plan does not have any more
    ],
)
def test_the_next_level_is_asked_for_help(
    asked: str | None, besides: tuple[str, ...], level: tuple[str, str]
) -> None:
    plan = rota(**{'name = "Tech Lead"\npeople = []': 'name = "Tech Lead"\npeople = ["vera"]'})
    assert next_level(plan, BEGAN, asked, besides) == level


def test_a_level_where_nobody_is_named_is_passed_over_only_for_one_where_somebody_is() -> None:
    assert next_level(rota(), BEGAN, "l2") == ("lead", None)
    assert next_level(default(), BEGAN) == ("l2", None)
