"""Our first answer is the customer's card: it says what holds, from the opening to the end."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.web.samples import staffed
from desk.messages import Buttons
from desk.tickets import Kind
from tests.desk_in_tests import DAY, HOUR, TestedDesk, answer_text, words_of

_SATURDAY = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)  # ten o'clock in Bucharest
_BUTTONS = "[Adaugă detalii] [Nu mai e nevoie]"
_TITLE = "T-1001 · Nu pot crea curse noi"


async def card(desk: TestedDesk, user: str = "ion") -> str:
    """Return what the customer's card says now."""
    said = [one for one in await desk.said_in(f"dm:{user}") if one.startswith("T-1001 · ")]
    return said[-1]


async def edits(desk: TestedDesk) -> int:
    """Return how often the customer's card was posted or edited."""
    return len([one for one in await desk.said_in("dm:ion") if one.startswith("T-1001 · ")])


async def opened(desk: TestedDesk) -> str:
    message = await desk.customer().says("Nu pot crea curse noi")
    await desk.deliver()
    return message


async def test_after_an_answer_it_promises_none_and_says_who_answered(desk: TestedDesk) -> None:
    await opened(desk)
    assert "Vă răspundem până 2026-11-23T12:00" in await card(desk)
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    working = "Lucrăm la solicitarea dumneavoastră. V-a răspuns Ana Ionescu."
    assert await card(desk) == f"{_TITLE}\n{working}\n{_BUTTONS}"


async def test_it_is_edited_only_when_it_says_something_else(desk: TestedDesk) -> None:
    message = await opened(desk)
    await desk.agent("ana").types("/ticket take 1001")
    await desk.agent("ana").types("/ticket note 1001 Are versiunea veche.")
    assert await edits(desk) == 1
    await desk.agent("ana").types("/ticket reply 1001 Ne uităm.")
    assert await edits(desk) == 2
    await desk.customer().says("Tot nu merge", thread=message)
    await desk.agent("ana").types("/ticket reply 1001 Încercați acum.")
    assert await edits(desk) == 2
    await desk.agent("mihai").types("/ticket reply 1001 Și eu mă uit.")
    assert "V-a răspuns Mihai Stan." in await card(desk)


async def test_a_ticket_on_hold_is_not_said_to_be_worked_on(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket reply 1001 Trimiteți-ne fișierul?")
    await desk.agent().types("/ticket hold 1001 așteptăm fișierul")
    assert "Solicitarea dumneavoastră este în așteptare. V-a răspuns Ana Ionescu." in await card(desk)
    await desk.agent().types("/ticket resume 1001")
    assert "Lucrăm la solicitarea" in await card(desk)


async def test_the_promise_follows_the_priority(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket priority 1001 P1")
    assert "Vă răspundem până 2026-11-23T09:00" in await card(desk)


async def test_when_the_team_is_back_is_said_until_it_is(desk: TestedDesk) -> None:
    desk.now = _SATURDAY
    await desk.customer("standard").says("Exportul nu funcționează")
    assert "Echipa revine 2026-12-02T07:00" in await card(desk, "standard")
    await desk.after(4 * DAY - timedelta(hours=1, microseconds=1))
    assert "Echipa revine" in await card(desk, "standard")
    await desk.after(timedelta(microseconds=1))
    said = await card(desk, "standard")
    assert "Echipa revine" not in said
    assert "Vă răspundem până" in said


async def test_who_was_answered_is_not_told_when_the_team_is_back(desk: TestedDesk) -> None:
    desk.now = _SATURDAY
    desk.desk.plan = staffed(desk.desk.plan)
    await desk.customer("standard").says("Exportul nu funcționează")
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    before = len(await desk.said_in("dm:standard"))
    assert "Echipa revine" not in await card(desk, "standard")
    await desk.after(5 * DAY)
    assert len(await desk.said_in("dm:standard")) == before


async def test_it_follows_what_the_customer_changes_and_takes_back(desk: TestedDesk) -> None:
    message = await opened(desk)
    await desk.customer().does("edited", message=message, text="Nu pot crea curse de ieri")
    assert "T-1001 · Nu pot crea curse de ieri" in await card(desk)
    await desk.customer().does("deleted", message=message)
    assert (await card(desk)).startswith("T-1001 · Mesaj retras\n")


async def test_a_message_that_was_taken_back_leaves_no_empty_quotation_on_the_teams_card(
    desk: TestedDesk,
) -> None:
    message = await desk.customer().says("Nu pot crea curse noi.\n\nApare o eroare.")
    await desk.customer().does("deleted", message=message)
    cards = [said for said in await desk.said_in("triage") if "\nStare: " in said]
    assert "\n> " not in cards[-1]


async def test_who_closes_their_own_ticket_hears_that_it_was_closed_as_they_asked(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.customer().presses("support.nevermind", 1001)
    turned, said = (await desk.said_in("dm:ion"))[1:]
    assert turned == f"{_TITLE}\nÎnchis, cum ați cerut."
    assert said.splitlines() == [
        "Am închis T-1001, cum ați cerut.",
        "Dacă totuși aveți nevoie, scrieți aici în cel mult 7 zile și continuăm.",
        "[Redeschide]",
    ]
    told = await desk.said_in("triage")
    assert told[-1] == "Ion Popescu a închis T-1001: nu mai e nevoie."
    shown = answer_text(await desk.agent().types("/ticket show 1001"))
    assert "Ion Popescu a închis tichetul: nu mai e nevoie" in shown


async def test_what_was_closed_by_its_customer_is_nobodys_work(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.customer().presses("support.nevermind", 1001)
    assert (await desk.case()).assignee is None
    assert Kind.TAKEN not in await desk.kinds()


async def test_what_is_reopened_promises_anew_until_it_is_answered(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(3 * DAY)
    await desk.customer().presses("support.reopen", 1001)
    assert "Am redeschis solicitarea. Vă răspundem până 2026-11-26T12:00" in await card(desk)
    await desk.agent().types("/ticket reply 1001 Ne uităm iar.")
    assert "Lucrăm la solicitarea" in await card(desk)


async def test_what_was_written_into_a_form_stands_in_the_first_answer(desk: TestedDesk) -> None:
    ion = desk.customer()
    form = (await ion.types("/support")).form
    assert form is not None
    await ion.presses(form.action, form.subject, text="Nu pot crea curse noi.\nApare eroarea 500.")
    assert (await card(desk)).splitlines()[1:4] == [
        "> Nu pot crea curse noi.",
        "Apare eroarea 500.",
        "Am înregistrat solicitarea. Vă răspundem până 2026-11-23T12:00+00:00.",
    ]


async def test_what_was_written_as_a_message_is_not_repeated(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi.\nApare eroarea 500.")
    assert "> " not in await card(desk)


@pytest.mark.parametrize(
    ("commands", "shown"),
    [
        ((), "📥 primit · vă răspundem până 2026-11-23T12:00"),
        (("priority 1001 P2",), "🗂 triat · vă răspundem până 2026-11-23T12:00"),
        (("escalate 1001 nu răspunde",), "📥 primit · vă răspundem până 2026-11-23T12:00"),
        (("take 1001",), "🛠 în lucru · vă răspundem până 2026-11-23T12:00"),
        (("take 1001", "escalate 1001 nu răspunde"), "🛠 în lucru · vă răspundem până 2026-11-23T12:00"),
        (("reply 1001 Ne uităm.",), "🛠 în lucru · deschis 2026-11-23T08:00"),
    ],
)
async def test_status_says_what_is_done_and_what_its_instant_is(
    desk: TestedDesk, commands: tuple[str, ...], shown: str
) -> None:
    await opened(desk)
    for command in commands:
        await desk.agent().types(f"/ticket {command}")
    answer = answer_text(await desk.customer().types("/support status"))
    assert answer.startswith(f"T-1001 · Nu pot crea curse noi · {shown}")


async def test_a_promise_that_has_passed_is_no_longer_made(desk: TestedDesk) -> None:
    await opened(desk)
    before = await edits(desk)
    await desk.after(4 * HOUR)
    assert await edits(desk) == before
    await desk.after(timedelta(microseconds=1))
    told = "Am înregistrat solicitarea. Am anunțat din nou echipa și revenim cât mai curând."
    assert await card(desk) == f"{_TITLE}\n{told}\n{_BUTTONS}"
    status = answer_text(await desk.customer().types("/support status"))
    assert status.startswith("T-1001 · Nu pot crea curse noi · 📥 primit · deschis 2026-11-23T08:00")
    await desk.agent().types("/ticket take 1001")
    on_it = "Am înregistrat solicitarea. Lucrăm la ea și revenim cât mai curând."
    assert await card(desk) == f"{_TITLE}\n{on_it}\n{_BUTTONS}"
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    assert "V-a răspuns Ana Ionescu." in await card(desk)


async def test_a_promise_that_has_passed_is_no_longer_made_where_the_ticket_was_escalated_before(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    await desk.agent().types("/ticket escalate 1001 nu răspunde")
    await desk.after(5 * HOUR)
    assert "Am anunțat din nou echipa și revenim" in await card(desk)


async def test_a_passed_promise_is_followed_by_another_where_the_priority_gives_more_time(
    desk: TestedDesk,
) -> None:
    await desk.customer("basic").says("Nu pot crea curse noi")
    await desk.after(5 * HOUR)
    assert "Am anunțat din nou echipa și revenim" in await card(desk, "basic")
    await desk.agent().types("/ticket priority 1001 P4")
    assert "Vă răspundem până" in await card(desk, "basic")
    await desk.after(7 * DAY)
    assert "Am anunțat din nou echipa și revenim" in await card(desk, "basic")


async def test_after_a_reopening_a_promise_that_has_passed_is_no_longer_made(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket resolve 1001")
    await desk.customer().presses("support.reopen", "1001")
    assert "Vă răspundem până" in await card(desk)
    await desk.after(DAY)
    assert "Am redeschis solicitarea. Lucrăm la ea și revenim" in await card(desk)


async def test_a_card_that_is_closed_offers_nothing(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.agent().types("/ticket resolve 1001")
    await desk.deliver()
    cards = [m for place, _thread, m in desk.sent if place == "dm:ion" and m and "Rezolvat." in words_of(m)]
    assert not [block for block in cards[0].blocks if isinstance(block, Buttons)]
