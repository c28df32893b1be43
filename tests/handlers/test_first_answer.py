"""What a customer is promised at once: nothing that does not hold."""

from datetime import UTC, datetime

import pytest

from bot.web.samples import staffed
from tests.desk_in_tests import TestedDesk

_SATURDAY = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)  # ten o'clock in Bucharest


async def first_answer(desk: TestedDesk, user: str) -> str:
    desk.now = _SATURDAY
    await desk.customer(user).says("Exportul nu funcționează")
    return (await desk.said_in(f"dm:{user}"))[0]


async def test_who_is_answered_before_the_team_is_back_is_not_told_when_that_is(desk: TestedDesk) -> None:
    said = await first_answer(desk, "emma")
    assert "2026-11-28T09:00" in said
    assert "The team is back" not in said


async def test_who_waits_until_the_team_is_back_is_told_when_that_is(desk: TestedDesk) -> None:
    assert "Echipa revine 2026-12-02T07:00" in await first_answer(
        desk, "standard"
    )  # Monday and Tuesday are off


@pytest.mark.parametrize("named", [True, False])
async def test_an_emergency_line_is_promised_only_where_somebody_is_on_call(
    desk: TestedDesk, named: bool
) -> None:
    if named:
        desk.desk.plan = staffed(desk.desk.plan)
    assert ("de gardă" in await first_answer(desk, "standard")) is named
