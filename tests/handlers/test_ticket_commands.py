import pytest

from desk.errors import BadInput, NotFound, Refused
from desk.messages import Buttons, Menu
from desk.plan import Label
from desk.tickets import Kind, Status
from handlers import tickets
from tests.desk_in_tests import DAY, HOUR, MINUTE, TestedDesk, answer_text, words_of


async def opened(desk: TestedDesk, text: str = "Nu pot crea curse noi") -> None:
    await desk.customer().says(text)
    await desk.deliver()


async def test_taking_a_ticket_makes_it_yours_and_in_progress(desk: TestedDesk) -> None:
    await opened(desk)
    answer = await desk.agent().types("/ticket take T-1001")
    assert answer_text(answer) == "T-1001 este al dumneavoastră."
    ticket = await desk.ticket()
    assert ticket.status is Status.IN_PROGRESS
    assert (await desk.case()).assignee.name == "Ana Ionescu"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "command", ["take 1001", "assign 1001 mihai", "reply 1001 Ne uităm.", "resolve 1001"]
)
async def test_who_works_on_a_ticket_first_triages_it(desk: TestedDesk, command: str) -> None:
    await opened(desk)
    await desk.agent().types(f"/ticket {command}")
    history = await desk.history()
    triaged = next(event for event in history if event.kind is Kind.TRIAGED)
    assert triaged.who is not None
    await desk.agent().types("/ticket note 1001 Gata.")
    assert (await desk.kinds()).count(Kind.TRIAGED) == 1


async def test_a_customer_who_withdraws_a_request_triages_nothing_themselves(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.customer().presses("support.nevermind", 1001)
    assert [event.who for event in await desk.history() if event.kind is Kind.TRIAGED] == [None]


async def test_a_ticket_that_is_yours_is_not_taken_twice(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket take 1001")
    with pytest.raises(Refused, match="T-1001 is yours already"):
        await desk.agent().types("/ticket take 1001")


async def test_a_colleague_can_take_a_ticket_over(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent("ana").types("/ticket take 1001")
    await desk.agent("mihai").types("/ticket preia 1001")
    assert (await desk.case()).assignee.name == "Mihai Stan"  # type: ignore[union-attr]


async def test_a_reply_reaches_the_customer_in_the_agents_name_and_takes_a_free_ticket(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    await desk.agent().types("/ticket reply 1001 Ne uităm acum.")
    assert (await desk.said_in("dm:ion"))[-1] == "Ana Ionescu:\nNe uităm acum."
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    clocks = {clock.name: clock for clock in (await desk.case()).clocks()}
    assert clocks["first_response"].stopped_at == desk.now


async def test_a_note_never_reaches_the_customer(desk: TestedDesk) -> None:
    await opened(desk)
    before = await desk.said_in("dm:ion")
    await desk.agent().types("/ticket note 1001 Clientul are versiunea veche.")
    assert await desk.said_in("dm:ion") == before
    noted = "Ana Ionescu, notă internă:\n> Clientul are versiunea veche."
    assert noted in await desk.said_in("triage")


async def test_hold_stops_the_resolution_clock_and_resume_lets_it_run(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket take 1001")
    await desk.agent().types("/ticket hold 1001 așteptăm fișierul")
    held = {clock.name: clock for clock in (await desk.case()).clocks()}
    assert held["resolution"].due_at is None
    assert held["first_response"].due_at is not None
    await desk.after(2 * HOUR)
    await desk.agent().types("/ticket resume 1001")
    clocks = {clock.name: clock for clock in (await desk.case()).clocks()}
    assert clocks["resolution"].due_at == clocks["resolution"].started_at + 26 * HOUR


async def test_resolving_tells_the_customer_and_turns_the_first_answer(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket resolve 1001 Am repornit serviciul.")
    said = await desk.said_in("dm:ion")
    assert "Rezolvat." in said[-2]
    assert said[-1].startswith("Ana Ionescu:\nT-1001 este rezolvat.\n> Am repornit serviciul.")
    assert "7 zile" in said[-1]


async def test_escalating_needs_a_reason(desk: TestedDesk) -> None:
    await opened(desk)
    with pytest.raises(BadInput, match="Say why"):
        await desk.agent().types("/ticket escalate 1001")
    await desk.agent().types("/ticket escalate 1001 baza de date nu răspunde")
    assert (await desk.ticket()).status is Status.ESCALATED


async def test_choosing_a_priority_triages_and_keeps_the_correction(desk: TestedDesk) -> None:
    await opened(desk, "Exportul nu funcționează")
    assert (await desk.ticket()).priority == "P3"
    await desk.agent().presses("ticket.priority", "1001:P2")
    ticket = await desk.ticket()
    assert (ticket.priority, ticket.status) == ("P2", Status.TRIAGED)
    event = next(event for event in await desk.history() if event.kind is Kind.PRIORITY)
    assert event.data == {"before": "P3", "after": "P2", "suggested": "P3"}


async def test_an_unknown_priority_says_which_there_are(desk: TestedDesk) -> None:
    await opened(desk)
    with pytest.raises(BadInput, match=r"There is no P5\. The priorities are P1 critical: system down; P2"):
        await desk.agent().types("/ticket priority 1001 P5")


async def test_why_adds_up(desk: TestedDesk) -> None:
    await opened(desk)
    answer = answer_text(await desk.agent().types("/ticket why 1001"))
    assert "Primul răspuns până la: 2026-11-23T12:00" in answer
    assert "luni 23 nov., 10:00 – 14:00 | timp de lucru | 4 h" in answer


async def why_rows(desk: TestedDesk) -> list[list[str]]:
    """Return what the rows of the resolution of T-1001 say of it and count; the last is the total."""
    answer = answer_text(await desk.agent().types("/ticket why 1001"))
    rows = [line.split(" | ")[1:] for line in answer.splitlines() if " | " in line]
    totals = [n for n, (what, _counted) in enumerate(rows) if what == ""]
    return rows[totals[-2] + 2 :]


async def test_what_fills_no_minute_is_no_line_of_why_and_the_rest_adds_up(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket take 1001")
    await desk.after(MINUTE / 4)
    await desk.agent().types("/ticket hold 1001 Așteptăm capturi.")
    await desk.after(MINUTE / 4)
    await desk.agent().types("/ticket resume 1001")
    assert await why_rows(desk) == [["timp de lucru", "24 h"], ["", "24 h"]]


async def test_why_adds_up_to_the_minute_around_a_hold(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket take 1001")
    await desk.after(1.5 * MINUTE)
    await desk.agent().types("/ticket hold 1001 Așteptăm capturi.")
    await desk.after(5 * MINUTE)
    await desk.agent().types("/ticket resume 1001")
    assert await why_rows(desk) == [
        ["timp de lucru", "1 min"],
        ["în așteptare, nu se numără", "0"],
        ["timp de lucru", "23 h 59 min"],
        ["", "24 h"],
    ]


async def test_why_adds_up_to_the_minute_where_lengths_are_days(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.agent().types("/ticket take 1001")
    await desk.after(1.5 * MINUTE)
    await desk.agent().types("/ticket hold 1001 Așteptăm capturi.")
    await desk.after(5 * MINUTE)
    await desk.agent().types("/ticket resume 1001")
    counted = [row[1] for row in await why_rows(desk)]
    assert counted == ["1 min", "0", "2 zile 23 h 59 min", "3 zile"]


async def test_why_does_not_call_on_hold_what_was_resolved(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket resolve 1001")
    await desk.after(2 * HOUR)
    await desk.agent().types("/ticket reopen 1001")
    answer = answer_text(await desk.agent().types("/ticket why 1001"))
    assert "luni 23 nov., 10:00 – 12:00 | rezolvat, nu se numără | 0" in answer


async def test_the_card_of_a_ticket_that_goes_on_from_another_says_so(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001")
    await desk.after(8 * DAY)
    await desk.customer().says("Tot nu pot crea curse", thread=message)
    cards = [said for said in await desk.said_in("triage") if "T-1002 · Tot nu pot" in said]
    assert "\nContinuă T-1001.\n" in cards[-1]


async def test_the_list_is_sorted_by_what_presses_most(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.customer("emma").says("Nothing works")
    answer = answer_text(await desk.agent().types("/ticket list"))
    assert answer.index("T-1002") < answer.index("T-1001")
    assert "T-1001" in answer_text(await desk.agent().types("/ticket list rapid cargo"))


async def test_a_fix_that_is_due_before_the_next_answer_presses_more(desk: TestedDesk) -> None:
    message = await desk.customer("emma").says("I cannot create trips")
    await desk.agent().types("/ticket reply 1001 We are on it.")
    await desk.after(4 * HOUR + 15 * MINUTE)
    await desk.customer().says("Nu pot crea curse noi")  # an answer is due in 4 h
    await desk.after(3 * HOUR + 15 * MINUTE)
    await desk.customer("emma").says("It still fails", thread=message)  # in 1 h, the fix in 30 min
    answer = answer_text(await desk.agent().types("/ticket list"))
    assert answer.index("T-1001") < answer.index("T-1002")


async def test_each_line_of_the_list_says_whose_it_is_and_what_is_due_next(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.customer("U7").says("Cum adaug un utilizator?")
    await desk.agent().types("/ticket take 1002")
    await desk.agent().types("/ticket reply 1002 Ne uităm.")
    desk.now += 5 * HOUR
    assert answer_text(await desk.agent().types("/ticket listă")).splitlines() == [
        "Tichete deschise, începând cu cele mai urgente",
        "🟠 P2 · T-1001 · Nu pot crea curse noi",
        "Trans Carpați · nimeni · termen depășit · primul răspuns: 2026-11-23T12:00+00:00",
        "⚪\N{VARIATION SELECTOR-16} P4 · T-1003 · Cum adaug un utilizator?",
        "U7 · nimeni · primul răspuns: 2026-11-25T08:00+00:00",
        "🟡 P3 · T-1002 · Exportul nu funcționează",
        "Rapid Cargo · Ana Ionescu · rezolvarea: 2026-11-26T08:00+00:00",
    ]


async def test_what_stands_still_is_due_after_all_others(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket reply 1001 Trimiteți-ne fișierul?")
    await desk.agent().types("/ticket hold 1001 așteptăm fișierul")
    await desk.customer("basic").says("Exportul nu funcționează")
    lines = answer_text(await desk.agent().types("/ticket list")).splitlines()
    assert lines[-1] == "Trans Carpați · Ana Ionescu · termen suspendat cât timp este în așteptare"


async def test_a_list_holds_twenty_and_says_so_when_there_are_more(desk: TestedDesk) -> None:
    for n in range(21):
        await desk.customer(f"U{n}").says("Exportul nu funcționează")
    answer = answer_text(await desk.agent().types("/ticket list"))
    assert answer.count(" · T-1") == 20
    assert answer.endswith("Lista arată cele mai urgente 20 de tichete.")


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("mele", "Nu aveți niciun tichet. /ticket listă libere arată tichetele pe care nu le are nimeni."),
        ("libere", "Fiecare tichet deschis are un responsabil."),
        ("", "Nu există tichete deschise."),
        ("rapid cargo", "Rapid Cargo nu are tichete deschise."),
    ],
)
async def test_an_empty_list_says_which_one_is_empty(desk: TestedDesk, which: str, said: str) -> None:
    assert answer_text(await desk.agent().types(f"/ticket list {which}")) == said


@pytest.mark.parametrize("number", ["1001", "T-1001", "#1001"])
async def test_a_mere_number_shows_its_ticket(desk: TestedDesk, number: str) -> None:
    await opened(desk)
    answer = answer_text(await desk.agent().types(f"/ticket {number}"))
    assert answer.startswith("🟠 P2 · T-1001 · Nu pot crea curse noi\n")
    with pytest.raises(NotFound, match="There is no ticket T-4711"):
        await desk.agent().types("/ticket 4711")


async def test_show_tells_the_history_in_words(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket take 1001")
    answer = answer_text(await desk.agent().types("/ticket show 1001"))
    assert "Ion Popescu a deschis tichetul: Nu pot crea curse noi" in answer
    assert "Ana Ionescu a preluat tichetul" in answer


async def test_a_slip_is_answered_with_the_nearest_word(desk: TestedDesk) -> None:
    with pytest.raises(BadInput, match="Did you mean /ticket escalate"):
        await desk.agent().types("/ticket esclate 1001")


async def test_romanian_words_are_read_and_suggested_with_and_without_diacritics(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket rezolvă 1001")
    await desk.agent().types("/ticket redeschide 1001")
    await desk.agent().types("/ticket rezolva 1001")
    assert (await desk.ticket()).status is Status.RESOLVED
    with pytest.raises(BadInput, match="Did you mean /ticket escaladează"):
        await desk.agent().types("/ticket escaldeaza 1001")
    assert "escalate = escaladează" in answer_text(await desk.agent().types("/ticket ajutor"))


async def test_help_names_every_word(desk: TestedDesk) -> None:
    answer = answer_text(await desk.agent().types("/ticket help"))
    for word, command in tickets.COMMANDS.items():
        assert f"/ticket {command.aliases[0]}" in answer
        assert f"{word} = {command.aliases[0]}" in answer


async def test_help_says_in_the_reader_s_language_what_follows_a_word(desk: TestedDesk) -> None:
    answer = answer_text(await desk.agent().types("/ticket help"))
    assert "/ticket repartizează 1042 NUME" in answer
    assert "/ticket preia 1042  " in answer
    assert "Și în engleză: list = listă, " in answer
    await desk.agent().types("/support language en")
    answer = answer_text(await desk.agent().types("/ticket help"))
    assert "/ticket assign 1042 NAME" in answer
    assert "In Romanian, too: listă = list, " in answer


async def test_history_shows_what_categories_and_tiers_are_called(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    await desk.agent().types("/ticket category 1001 gps")
    await desk.agent().types("/customer tier Rapid Cargo premium")
    answer = answer_text(await desk.agent().types("/ticket show 1001"))
    assert "a schimbat categoria din Exporturi și rapoarte în GPS și urmărire" in answer
    assert "a schimbat nivelul din Basic în Premium" in answer


@pytest.mark.parametrize("word", ["facturare", "Facturare", "invoicing", "Invoicing"])
async def test_a_category_is_called_by_its_word_in_either_language(desk: TestedDesk, word: str) -> None:
    await opened(desk)
    answer = answer_text(await desk.agent().types(f"/ticket categorie 1001 {word}"))
    assert answer == "Categoria lui T-1001: Facturare."
    assert (await desk.ticket()).category == "invoicing"


async def test_an_unknown_category_says_which_there_are(desk: TestedDesk) -> None:
    await opened(desk)
    with pytest.raises(BadInput, match="There are login, trips, ") as refused:
        await desk.agent().types("/ticket category 1001 plăți")
    known = refused.value.values["known"]
    assert isinstance(known, Label)
    assert known.ro.startswith("autentificare, curse, facturare")
    with pytest.raises(BadInput, match="Which category"):
        await desk.agent().types("/ticket category 1001")


async def test_a_ticket_that_is_not_there_is_a_clear_error(desk: TestedDesk) -> None:
    with pytest.raises(NotFound, match="There is no ticket T-4711"):
        await desk.agent().types("/ticket take 4711")
    with pytest.raises(BadInput, match="is not a ticket number"):
        await desk.agent().types("/ticket take curse")


async def test_the_reply_form_says_who_will_read_it(desk: TestedDesk) -> None:
    await opened(desk)
    answer = await desk.agent().presses("ticket.reply", 1001)
    assert answer.form is not None
    assert any("Ion Popescu (Trans Carpați)" in str(part) for part in answer.form.intro)
    await desk.agent().presses("ticket.reply.send", 1001, text="Ne uităm.")
    assert (await desk.said_in("dm:ion"))[-1] == "Ana Ionescu:\nNe uităm."


async def test_a_reply_to_what_a_colleague_resolved_meanwhile_is_not_sent(desk: TestedDesk) -> None:
    await opened(desk)
    form = (await desk.agent("ana").presses("ticket.reply", 1001)).form
    assert form is not None
    await desk.agent("mihai").types("/ticket resolve 1001 Gata.")
    before = await desk.said_in("dm:ion")
    meanwhile = "Mihai Stan closed T-1001 meanwhile, and nothing was sent.*/ticket reopen 1001"
    with pytest.raises(Refused, match=meanwhile):
        await desk.agent("ana").sends(form.action, form.subject, text="Ne uităm acum.")
    with pytest.raises(Refused, match=meanwhile):
        await desk.agent("ana").types("/ticket reply 1001 Ne uităm acum.")
    with pytest.raises(Refused, match=meanwhile):
        await desk.agent("ana").presses("ticket.reply", 1001)
    assert await desk.said_in("dm:ion") == before
    await desk.agent("ana").types("/ticket reopen 1001")
    await desk.agent("ana").sends(form.action, form.subject, text="Ne uităm acum.")
    assert (await desk.said_in("dm:ion"))[-1] == "Ana Ionescu:\nNe uităm acum."


async def buttons(desk: TestedDesk) -> tuple[list[str], list[str]]:
    """Return the labels below the team's card as it stands, and those in its last menu."""
    await desk.deliver()
    cards = [m for place, _thread, m in desk.sent if place == "triage" and m and "Stare: " in words_of(m)]
    items = [item for block in cards[-1].blocks if isinstance(block, Buttons) for item in block.items]
    assert isinstance(items[-1], Menu)
    return [item.label for item in items[:-1]], [option.label for option in items[-1].options]


@pytest.mark.parametrize(
    ("commands", "likely", "more"),
    [
        ((), "Preia", "Notă internă Rezolvă"),
        (("take",), "Răspunde", "Notă internă Escaladează Preia de la Ana Ionescu"),
        (("escalate x",), "Preia Răspunde Prioritate", "Notă internă Rezolvă"),  # nobody has it: no hold
        (("take", "escalate x"), "Preia Răspunde Pune în așteptare", "Notă internă Rezolvă"),
        (("take", "hold"), "Reia Răspunde Rezolvă", "Notă internă Preia de la Ana Ionescu"),
    ],
)
async def test_a_card_offers_what_is_right_now(
    desk: TestedDesk, commands: tuple[str, ...], likely: str, more: str
) -> None:
    await opened(desk)
    for command in commands:
        verb, _space, rest = command.partition(" ")
        await desk.agent().types(f"/ticket {verb} 1001 {rest}")
    first, in_more = await buttons(desk)
    assert " ".join(first).startswith(likely)
    assert " ".join(in_more) == f"{more} De ce are acest termen? Istoric"


async def test_a_reopened_ticket_that_nobody_has_is_to_be_taken_first(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.customer().presses("support.nevermind", 1001)
    await desk.customer().presses("support.reopen", 1001)
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    first, in_more = await buttons(desk)
    assert first == ["Preia", "Răspunde", "Rezolvă", "Prioritate"]
    assert in_more == ["Notă internă", "Escaladează", "De ce are acest termen?", "Istoric"]
    await desk.agent().presses("ticket.take", 1001)
    assert (await desk.case()).assignee.name == "Ana Ionescu"  # type: ignore[union-attr]


async def test_what_nobody_works_on_cannot_be_put_on_hold(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket escalate 1001 baza de date nu răspunde")
    with pytest.raises(Refused, match="Nobody works on T-1001 yet"):
        await desk.agent().presses("ticket.hold", 1001)
    with pytest.raises(Refused, match="Nobody works on T-1001 yet"):
        await desk.agent().types("/ticket hold 1001")


async def test_an_edit_and_a_deletion_are_history(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.after(MINUTE)
    await desk.customer().does("edited", message=message, text="Nu pot crea curse de ieri")
    await desk.customer().does("deleted", message=message)
    edited, deleted = (await desk.history())[-2:]
    assert (edited.data["before"], edited.data["after"]) == (
        "Nu pot crea curse noi",
        "Nu pot crea curse de ieri",
    )
    assert (deleted.kind, deleted.data["before"]) == (Kind.DELETED, "Nu pot crea curse de ieri")


async def test_the_card_follows_what_the_customer_changes(desk: TestedDesk) -> None:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.customer().does("edited", message=message, text="Nu pot crea curse de ieri")
    card = next(said for said in await desk.said_in("triage") if said.startswith("🟠"))
    assert "T-1001 · Nu pot crea curse de ieri" in card


async def test_a_history_keeps_each_event_to_its_line(desk: TestedDesk) -> None:
    await opened(desk, "Nu pot crea curse noi.\n\nApare o eroare.")
    shown = answer_text(await desk.agent().types("/ticket show 1001"))
    assert "a deschis tichetul: Nu pot crea curse noi. Apare o eroare." in shown


async def test_a_subject_ends_without_a_full_stop_and_is_not_quoted_below_itself(desk: TestedDesk) -> None:
    await opened(desk, "Nu pot crea curse noi.")
    (card,) = await desk.said_in("triage")
    assert (await desk.ticket()).subject == "Nu pot crea curse noi"
    assert "> Nu pot" not in card


async def test_a_card_shows_the_name_of_somebody_as_soon_as_it_is_known(desk: TestedDesk) -> None:
    dorel = desk.customer("U7")
    await dorel.says("Nu pot crea curse noi")
    assert "· U7 ·" in (await desk.said_in("triage"))[-1]
    await dorel.does("profile", fields={"name": "Dorel Pop"})
    assert "· Dorel Pop ·" in (await desk.said_in("triage"))[-1]
    before = len(await desk.said_in("triage"))
    await dorel.does("profile", fields={"name": "Dorel Popa"})
    assert len(await desk.said_in("triage")) == before
