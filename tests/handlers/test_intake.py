from datetime import timedelta

import pytest

from desk.tickets import Kind, Status
from tests.desk_in_tests import DAY, HOUR, MINUTE, TestedDesk


async def test_a_customers_message_becomes_a_ticket_with_a_suggested_priority_and_deadlines(
    desk: TestedDesk,
) -> None:
    await desk.customer("ion").says("Nu pot crea curse noi")
    ticket = await desk.ticket(1001)
    assert (ticket.number, ticket.subject) == ("T-1001", "Nu pot crea curse noi")
    assert (ticket.priority, ticket.tier, ticket.status) == ("P2", "premium", Status.RECEIVED)
    due = {clock.name: clock.due_at for clock in (await desk.case()).clocks()}
    assert due == {"first_response": desk.now + 4 * HOUR, "resolution": desk.now + 24 * HOUR}


async def test_the_customer_hears_the_number_and_by_when_we_answer(desk: TestedDesk) -> None:
    message = await desk.customer("ion").says("Nu pot crea curse noi")
    thread, said = next((thread, said) for place, thread, said in await desk.deliver() if place == "dm:ion")
    assert thread == message
    words = (await desk.said_in("dm:ion"))[0]
    assert words.startswith("T-1001 · Nu pot crea curse noi\n")
    assert "2026-11-23T12:00" in words
    assert said is not None
    assert said.language == "ro"


async def test_the_team_sees_one_card(desk: TestedDesk) -> None:
    await desk.customer("ion").says("Nu pot crea curse noi")
    (card,) = await desk.said_in("triage")
    assert card.startswith("🟠 P2 · T-1001 · Nu pot crea curse noi\nTrans Carpați (Premium) · Ion Popescu")
    assert "«nu pot crea»" in card.lower() or "nu pot crea" in card.lower()


async def test_the_same_event_delivered_twice_makes_one_ticket(desk: TestedDesk) -> None:
    for _ in range(2):
        await desk.customer().does("message", id="same", message="m1", text="Nu pot crea curse noi")
    assert len(await desk.all_tickets()) == 1


async def test_the_same_message_under_two_event_ids_makes_one_ticket(desk: TestedDesk) -> None:
    for _ in range(2):
        await desk.customer().does("message", message="m1", text="Nu pot crea curse noi")
    assert len(await desk.all_tickets()) == 1


async def test_a_reply_that_arrives_before_its_root_makes_one_ticket_with_both(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Apare o eroare la salvare", thread="root")
    await ion.says("Nu pot crea curse noi", message="root")
    assert len(await desk.all_tickets()) == 1
    assert [e.data["text"] for e in await desk.history()] == [
        "Apare o eroare la salvare",
        "Nu pot crea curse noi",
    ]


async def test_what_somebody_writes_next_within_ten_minutes_belongs_to_the_same_ticket(
    desk: TestedDesk,
) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.after(5 * MINUTE)
    await ion.says("Apare eroarea 500")
    await desk.after(11 * MINUTE)
    await ion.says("Exportul nu merge")
    assert [t.subject for t in await desk.all_tickets()] == ["Nu pot crea curse noi", "Exportul nu merge"]


async def test_a_greeting_opens_nothing_and_is_answered(desk: TestedDesk) -> None:
    await desk.customer().says("Bună ziua")
    assert await desk.all_tickets() == []
    assert len(await desk.said_in("dm:ion")) == 1


async def test_a_message_in_a_channel_that_is_nobodys_is_left_alone(desk: TestedDesk) -> None:
    await desk.customer().does(
        "message", message="m1", text="Nu merge nimic", conversation="general", direct=False
    )
    assert await desk.all_tickets() == []


async def test_a_mention_opens_a_ticket_anywhere(desk: TestedDesk) -> None:
    await desk.customer().does(
        "message", message="m1", text="Nu merge nimic", conversation="general", direct=False, mentioned=True
    )
    assert len(await desk.all_tickets()) == 1


async def test_thanks_on_a_resolved_ticket_do_not_reopen_it(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Am repornit serviciul.")
    await desk.customer().says("Mulțumesc!", thread=message)
    assert (await desk.ticket()).status is Status.RESOLVED
    assert (await desk.kinds())[-1] is Kind.SAID


async def test_a_new_problem_within_seven_days_reopens_the_ticket(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(7 * DAY)
    await desk.customer().says("Tot nu pot crea curse", thread=message)
    assert (await desk.ticket()).status is Status.IN_PROGRESS


async def test_later_than_seven_days_it_is_a_new_ticket_that_links_to_the_old_one(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(7 * DAY + timedelta(microseconds=1))
    await desk.customer().says("Tot nu pot crea curse", thread=message)
    old, new = await desk.all_tickets()
    assert old.status is Status.RESOLVED
    assert new.linked_id == old.id


async def test_a_customers_message_takes_a_ticket_off_hold(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket take 1001")
    await desk.agent().types("/ticket hold 1001 așteptăm fișierul")
    await desk.customer().says("Iată fișierul", thread=message)
    assert (await desk.ticket()).status is Status.IN_PROGRESS


async def test_what_is_written_in_the_cards_thread_stays_with_the_team(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.deliver()
    posts = await desk.database.read(
        lambda tx: tx.connection.exec_driver_sql(
            "SELECT platform_id FROM posts WHERE key = 'card:1001'"
        ).scalar()
    )
    before = len(await desk.said_in("dm:ion"))
    await desk.agent().says("Pare baza de date", thread=posts)
    assert (await desk.kinds())[-1] is Kind.NOTED
    assert len(await desk.said_in("dm:ion")) == before


@pytest.mark.parametrize(("user", "language"), [("ion", "ro"), ("emma", "en")])
async def test_each_customer_is_answered_in_their_language(
    desk: TestedDesk, user: str, language: str
) -> None:
    await desk.customer(user).says("Nu merge nimic")
    first = next(message for place, _t, message in await desk.deliver() if place == f"dm:{user}")
    assert first is not None
    assert first.language == language
