from datetime import timedelta

import pytest

from desk.tickets import Kind, Status
from handlers import housekeeping
from storage import people
from tests.desk_in_tests import DAY, HOUR, MINUTE, Speaker, TestedDesk, answer_text


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
    assert [e.data["text"] for e in await desk.history() if e.kind is not Kind.PRIORITY] == [
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


async def told(desk: TestedDesk, ticket_id: int = 1001) -> list[tuple[Kind, str]]:
    history = await desk.history(ticket_id)
    return [(event.kind, event.data["text"]) for event in history if event.data.get("text")]


async def test_a_reply_that_asks_for_nothing_waits_for_its_root(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("da, la toți", thread="root")
    assert await desk.all_tickets() == []
    assert await desk.said_in("dm:ion") == []
    await ion.says("Nu pot crea curse noi", message="root")
    assert await told(desk) == [(Kind.OPENED, "Nu pot crea curse noi"), (Kind.SAID, "da, la toți")]
    assert any("> da, la toți" in said for said in await desk.said_in("triage"))


async def test_what_is_said_under_a_mention_that_is_late_belongs_to_its_ticket(desk: TestedDesk) -> None:
    ion, ana, emma = (Speaker(desk, user, "general", direct=False) for user in ("ion", "ana", "emma"))
    await emma.says("The same here", thread="root")
    await ana.says("Verificăm.", thread="root")
    await ion.says("Apare eroarea 503", thread="root")
    await ion.says("Nu pot crea curse noi", message="root", mentioned=True)
    assert await told(desk) == [
        (Kind.OPENED, "Nu pot crea curse noi"),
        (Kind.SAID, "The same here"),
        (Kind.REPLIED, "Verificăm."),
        (Kind.SAID, "Apare eroarea 503"),
    ]


async def test_a_root_that_asks_for_nothing_leaves_its_replies_alone(desk: TestedDesk) -> None:
    ion = Speaker(desk, "ion", "general", direct=False)
    await ion.says("Nu merge cafetiera", thread="root")
    await ion.says("La etajul doi", message="root")
    assert await desk.all_tickets() == []


async def test_a_reply_that_waits_in_vain_is_forgotten(desk: TestedDesk) -> None:
    await desk.customer().says("da", thread="root")
    await desk.database.write(lambda tx: housekeeping.tidy(tx, desk.desk, [], desk.now + 3 * HOUR))
    await desk.customer().says("Nu pot crea curse noi", message="root")
    assert await desk.kinds() == [Kind.OPENED]


async def test_a_correction_that_comes_before_its_message_is_not_lost(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.does("edited", message="m1", text="Nu pot crea curse noi pe tabletă")
    await ion.does("deleted", message="m2", thread="m1")
    await ion.says("de azi", message="m2", thread="m1")
    await ion.says("Nu pot crea curse noi", message="m1")
    history = await desk.history()
    assert [event.kind for event in history] == [Kind.OPENED, Kind.SAID, Kind.DELETED]
    assert history[0].data["text"] == "Nu pot crea curse noi pe tabletă"


async def test_thanks_that_come_before_the_message_that_they_correct_are_not_lost(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.does("edited", message="m1", text="Mulțumesc!")
    await ion.says("Nu pot crea curse noi", message="m1")
    history = await desk.history()
    assert [event.kind for event in history] == [Kind.OPENED, Kind.EDITED]
    assert history[1].data["after"] == "Mulțumesc!"


async def test_a_greeting_that_is_changed_into_a_request_opens_a_ticket(desk: TestedDesk) -> None:
    ion = desk.customer()
    message = await ion.says("Bună ziua")
    await ion.does("edited", message=message, text="Bună ziua, nu merge nimic")
    await ion.does("edited", message=message, text="Bună ziua, nu merge nimic de ieri")
    assert (await desk.ticket()).priority == "P1"
    assert await desk.kinds() == [Kind.OPENED, Kind.TOLD, Kind.EDITED]


async def test_a_mention_that_is_added_later_opens_a_ticket(desk: TestedDesk) -> None:
    ion = Speaker(desk, "ion", "general", direct=False)
    message = await ion.says("Nu pot crea curse noi")
    assert await desk.all_tickets() == []
    await ion.does("edited", message=message, text="Nu pot crea curse noi", mentioned=True)
    assert (await desk.ticket()).root == message


@pytest.mark.parametrize("first", ["Mulțumesc!", "Salut"])
async def test_who_never_asked_for_anything_is_told_how(desk: TestedDesk, first: str) -> None:
    await desk.customer().says(first)
    await desk.customer().says("Bună ziua")
    (said,) = await desk.said_in("dm:ion")
    assert said.startswith("Bună ziua. Scrieți-ne aici ce s-a întâmplat")


async def test_in_a_direct_conversation_a_line_is_answered_by_a_line(desk: TestedDesk) -> None:
    await desk.customer().says("Salut")
    emma = Speaker(desk, "emma", "general", direct=False)
    message = await emma.says("hello", mentioned=True)
    threads = {place: thread for place, thread, _message in await desk.deliver()}
    assert threads == {"dm:ion": None, "general": message}


async def test_a_stranger_is_greeted_in_the_language_they_write(desk: TestedDesk) -> None:
    await desk.customer("stranger").says("Hello")
    assert (await desk.said_in("dm:stranger"))[0].startswith("Hello. Tell us here")


async def test_who_comes_back_and_says_hello_is_greeted_with_what_is_open(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.after(HOUR)
    await ion.says("Exportul nu merge")
    await desk.after(HOUR)
    before = await desk.said_in("dm:ion")
    await ion.says("Bună ziua")
    await ion.says("e cineva?")
    assert (await desk.said_in("dm:ion"))[len(before) :] == [
        "Bună ziua. Cu ce vă putem ajuta? Scrieți aici, cu cuvintele dumneavoastră.\n"
        "Tichetele dumneavoastră deschise: T-1001, T-1002."
    ]
    assert len(await desk.all_tickets()) == 2


async def test_thanks_for_what_is_done_are_answered_in_a_line(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Gata.")
    before = await desk.said_in("dm:ion")
    await ion.says("Mulțumesc frumos!")
    await ion.says("O zi bună")
    assert (await desk.said_in("dm:ion"))[len(before) :] == [
        "Ne bucurăm că am putut ajuta. Dacă mai apare ceva, scrieți aici."
    ]
    assert (await desk.ticket()).status is Status.RESOLVED


@pytest.mark.parametrize("text", ["Mulțumesc!", "da", "merge acum, mulțumesc", "?"])
async def test_a_word_about_what_is_open_reaches_the_team_and_is_not_answered(
    desk: TestedDesk, text: str
) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.after(HOUR)
    await desk.agent().types("/ticket reply 1001 Am repornit serviciul. Merge acum?")
    before = await desk.said_in("dm:ion")
    await ion.says(text)
    assert (await told(desk))[-1] == (Kind.SAID, text)
    assert await desk.said_in("dm:ion") == before
    assert any(f"> {text}" in said for said in await desk.said_in("triage"))


async def test_who_greets_the_desk_by_its_name_is_answered_in_the_channel(desk: TestedDesk) -> None:
    emma = Speaker(desk, "emma", "general", direct=False)
    await emma.says("hello", mentioned=True)
    await emma.says("thanks everybody")
    assert len(await desk.said_in("general")) == 1


async def test_a_channel_is_called_by_its_name(desk: TestedDesk) -> None:
    ion = Speaker(desk, "ion", "C7", direct=False)
    await ion.says("Nu pot crea curse noi", mentioned=True, place_name="trans-carpati")
    assert "· Web #trans-carpati ·" in (await desk.said_in("triage"))[0]
    assert "Web #trans-carpati" in answer_text(await desk.agent().types("/ticket show 1001"))
    named = [
        await desk.database.read(lambda tx, one=one: people.is_named(tx, "web", "try", one))  # type: ignore[misc]
        for one in ("C7", "dm:ion", "C8")
    ]
    assert named == [True, False, False]
    await ion.says("Exportul nu merge", mentioned=True, message="late", place_name="carpati")
    await desk.customer("emma").says("I cannot log in", conversation="C7", direct=False, mentioned=True)
    assert "· Web #carpati ·" in (await desk.said_in("triage"))[-1]


@pytest.mark.parametrize(
    ("said", "text", "waits"),
    [
        ("Am repornit serviciul.", "Mulțumesc!", False),
        ("Ne uităm.", "ok, merci", False),
        ("Am repornit serviciul. Merge acum?", "da", True),
        ("Am repornit serviciul.", "Tot nu merge", True),
    ],
)
async def test_thanks_start_no_clock_and_an_answer_to_our_question_does(
    desk: TestedDesk, said: str, text: str, waits: bool
) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types(f"/ticket reply 1001 {said}")
    await desk.customer().says(text, thread=message)
    running = [clock.name for clock in (await desk.case()).clocks() if clock.running]
    assert ("next_response" in running) is waits


async def test_what_its_writer_took_back_stands_on_no_card_any_more(desk: TestedDesk) -> None:
    ion = desk.customer()
    message = await ion.says("parola mea e hunter2")
    await desk.deliver()
    await ion.does("deleted", message=message)
    (card,) = [said for said in await desk.said_in("triage") if "Mesaj retras" in said][-1:]
    assert "hunter2" not in card
    assert (await desk.ticket()).subject == "Mesaj retras"


async def test_the_subject_follows_a_correction_of_the_first_message(desk: TestedDesk) -> None:
    ion = desk.customer()
    message = await ion.says("Nu pot crea crse noi")
    await ion.does("edited", message=message, text="Nu pot crea curse noi")
    assert (await desk.ticket()).subject == "Nu pot crea curse noi"


async def test_the_teams_own_news_under_which_a_ticket_began_are_no_answer_once_they_are_corrected(
    desk: TestedDesk,
) -> None:
    ana, ion = (Speaker(desk, user, "trans-carpati", direct=False) for user in ("ana", "ion"))
    await ana.types("/customer link Trans Carpați")
    news = await ana.says("Versiunea 4.2 e disponbilă")
    await ion.says("la mine nu merge exportul", thread=news)
    for text in ("Versiunea 4.2 e disponibilă", "Versiunea 4.2 este disponibilă"):
        await ana.does("edited", message=news, text=text)
    ticket = await desk.ticket()
    assert (ticket.status, ticket.assignee_id) == (Status.RECEIVED, None)
    assert Kind.REPLIED not in await desk.kinds()
    assert (Kind.NOTED, "Versiunea 4.2 e disponibilă") in await told(desk)
    assert "first_response" in {clock.name for clock in (await desk.case()).clocks() if clock.running}
