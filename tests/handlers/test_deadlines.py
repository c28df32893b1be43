from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise

import pytest
import sqlalchemy as sa

from desk.errors import Refused
from desk.plan import SHIPPED
from desk.tickets import Event, Kind, Status
from handlers import timers as timer_handlers
from storage import people, timers
from storage.database import Database
from storage.transactions import Transaction
from tests.desk_in_tests import DAY, HOUR, MINUTE, TestedDesk

FRIDAY_EVENING = datetime(2026, 12, 4, 18, 0, tzinfo=UTC)  # 20:00 in Bucharest: four hours of it are left


async def test_a_warning_comes_at_three_quarters_and_once(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.after(3 * HOUR - timedelta(microseconds=1))
    assert Kind.WARNED not in await desk.kinds()
    await desk.after(timedelta(microseconds=1))
    assert (await desk.kinds()).count(Kind.WARNED) == 1
    await desk.after(30 * MINUTE)
    assert (await desk.kinds()).count(Kind.WARNED) == 1
    assert any("Mai este 1 h până la primul răspuns (" in said for said in await desk.said_in("triage"))


async def test_a_breach_is_more_than_the_target_and_escalates(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.after(4 * HOUR)
    assert (await desk.ticket()).status is Status.RECEIVED
    await desk.after(timedelta(microseconds=1))
    assert (await desk.ticket()).status is Status.ESCALATED
    escalated = next(event for event in await desk.history() if event.kind is Kind.ESCALATED)
    assert escalated.data == {"clock": "first_response"}


async def test_of_a_breach_the_customer_sees_only_that_their_card_promises_no_instant(
    desk: TestedDesk,
) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.deliver()
    card = await desk.platform_id("dm:ion", "opened:1001")
    before = len(await desk.said_in("dm:ion"))
    await desk.after(3 * DAY)
    after = await desk.said_in("dm:ion")
    assert after[before:] == [await desk.posts_of("dm:ion", card)]
    assert "depăși" not in after[-1]
    assert "Vă răspundem până" not in after[-1]


async def test_an_answer_on_saturday_is_in_time_when_friday_ended_at_the_target(desk: TestedDesk) -> None:
    desk.now = FRIDAY_EVENING
    await desk.customer().says("Nu pot crea curse noi")
    await desk.after(20 * HOUR)
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    await desk.after(2 * DAY)
    assert Kind.BREACHED not in await desk.kinds()


async def test_where_nobody_answers_at_the_weekend_it_is_late_as_soon_as_monday_begins(
    desk: TestedDesk,
) -> None:
    desk.now = FRIDAY_EVENING
    await desk.customer().says("Nu pot crea curse noi")
    await desk.after(2 * DAY + 4 * HOUR)  # Monday 00:00
    assert Kind.BREACHED not in await desk.kinds()
    await desk.after(timedelta(microseconds=1))
    assert recorded(await desk.history(), Kind.BREACHED) == ["first_response"]


async def test_a_p1_calls_who_is_on_call_then_l2_then_the_tech_lead(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.fire()
    assert [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD] == ["L1"]
    await desk.after(10 * MINUTE)
    await desk.after(10 * MINUTE)
    assert [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD] == ["L1", "L2", "Tech Lead"]


async def test_the_last_call_of_a_p1_comes_again_until_somebody_takes_it(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.after(51 * MINUTE)  # before anything is overdue
    told = [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD]
    assert told.count("Tech Lead") == 2  # after 20 min, and 30 min later
    await desk.agent().types("/ticket take 1001")
    await desk.after(5 * HOUR)
    reasons = [e.data["reason"] for e in await desk.history() if e.kind is Kind.TOLD]
    assert sum(reason.startswith("A {priority} ticket was opened") for reason in reasons) == 4


async def test_two_escalations_of_a_ticket_together_call_nobody_more_often_than_one(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.after(4 * HOUR)  # its first response is overdue since three, its calls never stopped
    told = [e.at for e in await desk.history() if e.kind is Kind.TOLD and e.data["level"] == "Tech Lead"]
    between = [(later - earlier) // MINUTE for earlier, later in pairwise(told)]
    assert between == [30, 30, 10, 30, 30, 30, 30]  # the breach has a first call of its own


async def fire_late(desk: TestedDesk, wait: timedelta, by: Iterable[float]) -> None:
    """Move the clock, and fire each timer on the way so many seconds late."""
    until, late = desk.now + wait, cycle(by)
    while (due := await desk.database.read(timers.next_due)) is not None and due <= until:
        desk.now = max(desk.now, due) + timedelta(seconds=next(late))
        await desk.fire()
    desk.now = until


async def called(desk: TestedDesk, level: str) -> list[datetime]:
    """Return when a level was called."""
    return [e.at for e in await desk.history() if e.kind is Kind.TOLD and e.data["level"] == level]


@pytest.mark.parametrize("late", [(0.05, 0.005), (0.005, 0.05), (20, 0.05, 7, 0)])
async def test_a_call_comes_again_although_the_last_one_came_later_than_planned(
    desk: TestedDesk, late: tuple[float, ...]
) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await fire_late(desk, 51 * MINUTE, late)
    assert len(await called(desk, "Tech Lead")) == 2
    await fire_late(desk, 3 * HOUR, late)  # now its first response is overdue too
    told = await called(desk, "Tech Lead")
    between = [round((later - earlier) / MINUTE) for earlier, later in pairwise(told)]
    assert between == [30, 30, 10, 30, 30, 30, 30]


async def test_a_call_that_came_minutes_late_comes_again_half_an_hour_after_it(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.after(49 * MINUTE)
    desk.now += 6 * MINUTE  # the desk was away
    await desk.fire()
    await fire_late(desk, 30 * MINUTE, [0])
    last, again = (await called(desk, "Tech Lead"))[1:3]
    assert again - last == 30 * MINUTE


async def test_after_a_night_without_the_desk_a_call_that_was_to_come_again_comes_once(
    desk: TestedDesk,
) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.deliver()
    desk.now += 10 * HOUR
    await desk.fire()
    opened = [e for e in await desk.history() if e.kind is Kind.TOLD and "priority" in e.data["values"]]
    assert [event.data["level"] for event in opened] == ["L1", "L2", "Tech Lead"]


async def test_taking_the_ticket_stops_the_calls(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.after(9 * MINUTE)
    await desk.agent().types("/ticket take 1001")
    await desk.after(30 * MINUTE)
    assert [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD] == ["L1"]


async def test_raising_a_ticket_to_p1_begins_the_calls(desk: TestedDesk) -> None:
    await desk.customer().says("Exportul nu funcționează")
    await desk.agent().presses("ticket.priority", "1001:P1")
    await desk.fire()
    assert Kind.TOLD in await desk.kinds()


async def test_a_p1_customer_is_to_hear_from_us_every_hour(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.agent().types("/ticket reply 1001 Lucrăm la asta.")
    await desk.after(HOUR + timedelta(microseconds=1))
    breached = [event.data["clock"] for event in await desk.history() if event.kind is Kind.BREACHED]
    assert breached == ["update"]


async def test_the_customer_speaking_again_starts_a_clock_of_its_own(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket reply 1001 Încercați acum.")
    await desk.after(HOUR)
    await desk.customer().says("Tot nu merge", thread=message)
    running = {clock.name: clock.due_at for clock in (await desk.case()).clocks() if clock.running}
    assert running["next_response"] == desk.now + 4 * HOUR


async def test_a_desk_that_was_down_says_late_and_once_what_it_missed(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    desk.now += 5 * HOUR
    await desk.fire()
    await desk.fire()
    kinds = await desk.kinds()
    assert kinds.count(Kind.BREACHED) == 1
    assert Kind.WARNED not in kinds


async def test_a_breach_on_hold_takes_the_ticket_off_hold_first(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket take 1001")
    await desk.agent().types("/ticket hold 1001")
    await desk.after(4 * HOUR + timedelta(microseconds=1))
    assert (await desk.kinds())[-4:-1] == [Kind.BREACHED, Kind.RESUMED, Kind.ESCALATED]
    assert (await desk.ticket()).status is Status.ESCALATED


async def test_a_change_of_tier_recomputes_open_deadlines(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.after(2 * HOUR)
    await desk.agent().types("/customer tier Rapid Cargo premium")
    due = {clock.name: clock.due_at for clock in (await desk.case()).clocks()}
    assert due["first_response"] == (await desk.ticket()).opened_at + 4 * HOUR


async def test_a_change_that_makes_a_clock_late_is_noticed_at_once(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.after(5 * HOUR)
    await desk.agent().types("/customer tier Rapid Cargo premium")
    await desk.fire()
    assert Kind.BREACHED in await desk.kinds()


def recorded(history: list[Event], kind: Kind) -> list[str]:
    return [event.data["clock"] for event in history if event.kind is kind]


async def test_a_clock_that_was_stopped_is_recorded_as_late_and_calls_nobody(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.after(5 * HOUR)
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    before = await desk.said_in("triage")
    await desk.agent().types("/customer tier Rapid Cargo premium")
    await desk.fire()
    assert recorded(await desk.history(), Kind.BREACHED) == ["first_response"]
    assert Kind.TOLD not in await desk.kinds()
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert len(await desk.said_in("triage")) == len(before) + 1  # the card


async def test_answers_that_were_in_time_when_they_were_given_are_not_late_under_a_new_priority(
    desk: TestedDesk,
) -> None:
    message = await desk.customer("basic").says("Exportul nu funcționează")
    for _ in range(3):
        await desk.after(3 * HOUR)
        await desk.agent().types("/ticket reply 1001 Ne uităm.")
        await desk.customer("basic").says("Tot nu merge", thread=message)
    await desk.agent().types("/ticket reply 1001 Am găsit.")
    await desk.agent().types("/ticket priority 1001 P1")
    await desk.fire()
    assert recorded(await desk.history(), Kind.BREACHED) == ["first_response", "resolution"]


async def test_assigning_a_ticket_to_oneself_stops_the_calls(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.agent().types("/ticket assign 1001 me")
    await desk.after(30 * MINUTE)
    assert [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD] == ["L1"]


async def test_whoever_was_given_a_ticket_stops_the_calls_by_taking_it(desk: TestedDesk) -> None:
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.agent("ana").types("/ticket assign 1001 mihai")
    await desk.after(10 * MINUTE)
    await desk.agent("mihai").presses("ticket.take", 1001)
    await desk.after(30 * MINUTE)
    assert [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD] == ["L1", "L2"]
    with pytest.raises(Refused, match="T-1001 is yours already"):
        await desk.agent("mihai").presses("ticket.take", 1001)


async def test_whoever_has_a_ticket_is_not_called_for_raising_it_to_p1(desk: TestedDesk) -> None:
    await desk.customer().says("Exportul nu funcționează")
    await desk.agent("ana").types("/ticket take 1001")
    await desk.after(MINUTE)
    await desk.agent("ana").presses("ticket.priority", "1001:P1")
    await desk.after(20 * MINUTE)
    assert Kind.TOLD not in await desk.kinds()


async def test_a_colleague_who_raises_a_ticket_to_p1_has_its_assignee_answer(desk: TestedDesk) -> None:
    await desk.customer().says("Exportul nu funcționează")
    await desk.agent("ana").types("/ticket take 1001")
    await desk.after(MINUTE)
    await desk.agent("mihai").presses("ticket.priority", "1001:P1")
    await desk.agent("ana").presses("ticket.take", 1001)
    await desk.after(20 * MINUTE)
    assert [e.data["level"] for e in await desk.history() if e.kind is Kind.TOLD] == ["L1"]


async def test_who_only_has_the_address_of_somebody_on_call_hears_nothing(database: Database) -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")
    text = shipped.replace('name = "L1"\npeople = []', 'name = "L1"\npeople = ["lead@firm.ro"]')
    desk = await TestedDesk.open(database, text)

    def says_so(tx: Transaction) -> None:
        person = people.person(tx, "web", "try", "basic")
        people.change_person(tx, person.id, email="Lead@firm.ro")

    await database.write(says_so)
    await desk.customer("emma").says("Nothing works, not only the export")
    await desk.after(HOUR)
    assert await desk.said_in("dm:basic") == []
    assert any("lead@firm.ro" in said for said in await desk.said_in("triage"))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # SQLite locks no ticket alone
async def test_a_warning_waits_for_nobody_who_is_changing_the_ticket_and_comes_after_them(
    desk: TestedDesk,
) -> None:
    for speaker in (desk.customer(), desk.customer("emma")):
        await speaker.says("Nu pot crea curse noi")
    desk.now += DAY
    beside = desk.database.beside()
    async with beside.begin() as somebody:
        await somebody.execute(sa.text("SELECT id FROM tickets WHERE id = 1001 FOR UPDATE"))
        await desk.database.write(lambda tx: timer_handlers.fire(tx, desk.desk, desk.now, 100))
        assert Kind.BREACHED not in await desk.kinds(1001)
        assert Kind.BREACHED in await desk.kinds(1002)
    await beside.dispose()
    await desk.after(MINUTE)
    assert Kind.BREACHED in await desk.kinds(1001)
