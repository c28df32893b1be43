"""What asks for nothing: it is never lost, unless it is thanks or a greeting, and nobody is called for it."""

import pytest

from desk.incoming import File
from desk.tickets import Kind, Status
from handlers.case import Case
from tests.desk_in_tests import DAY, HOUR, MINUTE, Speaker, TestedDesk

_ASKED = "Nu pot crea curse noi"


@pytest.fixture
async def ion(desk: TestedDesk) -> Speaker:
    """Ion in the channel that is Trans Carpați's."""
    await Speaker(desk, "ana", "trans-carpati", direct=False).types("/customer link Trans Carpați")
    return Speaker(desk, "ion", "trans-carpati", direct=False)


def running(case: Case) -> set[str]:
    return {clock.name for clock in case.clocks() if clock.running}


@pytest.mark.parametrize(
    "text", ["Merge doar de pe telefon", "Works for my colleague", "Merge, dar foarte greu"]
)
async def test_what_works_in_part_is_a_request(desk: TestedDesk, ion: Speaker, text: str) -> None:
    await ion.says(text)
    assert (await desk.ticket()).priority == "P3"


async def test_that_it_is_settled_reaches_the_latest_open_ticket_from_outside_its_thread(
    desk: TestedDesk, ion: Speaker
) -> None:
    await ion.says(_ASKED)
    await desk.after(20 * MINUTE)
    await ion.says("S-a rezolvat")
    assert (await desk.history())[-1].data["text"] == "S-a rezolvat"
    assert any("> S-a rezolvat" in said for said in await desk.said_in("triage"))
    assert (await desk.ticket()).status is Status.RECEIVED


async def test_that_it_is_settled_reaches_what_was_resolved_lately_and_does_not_reopen_it(
    desk: TestedDesk, ion: Speaker
) -> None:
    await ion.says(_ASKED)
    await desk.agent().types("/ticket resolve 1001 Am repornit serviciul.")
    await desk.after(HOUR)
    await ion.says("Merge acum, mulțumesc")
    assert (await desk.kinds())[-1] is Kind.SAID
    assert (await desk.ticket()).status is Status.RESOLVED


async def test_that_it_is_settled_may_be_said_by_a_colleague(desk: TestedDesk, ion: Speaker) -> None:
    await ion.says(_ASKED)
    await Speaker(desk, "dorel", ion.conversation, direct=False).says("S-a rezolvat")
    assert (await desk.history())[-1].data["text"] == "S-a rezolvat"
    assert len(await desk.all_tickets()) == 1


async def test_that_it_is_settled_never_reaches_the_ticket_of_another_customer(desk: TestedDesk) -> None:
    for user, text in (("ion", _ASKED), ("emma", "It works again")):
        await Speaker(desk, user, "general", direct=False).says(text, mentioned=True)
    assert [event.kind for event in await desk.history(1001)] == [Kind.OPENED]
    assert (await desk.ticket(1002)).subject == "It works again"


@pytest.mark.parametrize("thread", [None, "older"])
async def test_that_something_unknown_is_settled_is_kept_for_the_team(
    desk: TestedDesk, ion: Speaker, thread: str | None
) -> None:
    await ion.says("S-a rezolvat", thread=thread)
    assert (await desk.ticket()).subject == "S-a rezolvat"


async def test_thanks_and_greetings_between_others_open_nothing(desk: TestedDesk, ion: Speaker) -> None:
    for text in ("Mulțumesc!", "Bună ziua", "👍"):
        await ion.says(text)
    assert await desk.all_tickets() == []
    assert await desk.said_in("trans-carpati") == []


@pytest.mark.parametrize("text", ["Ajutor!!!", "help", "HELP!!!", "STOP", "URGENT!!!!"])
async def test_a_call_for_help_in_a_customers_channel_is_answered(
    desk: TestedDesk, ion: Speaker, text: str
) -> None:
    await ion.says(text)
    assert await desk.all_tickets() == []
    assert len(await desk.said_in("trans-carpati")) == 1


async def test_a_call_for_help_with_something_is_a_request(desk: TestedDesk, ion: Speaker) -> None:
    await ion.says("help with invoices")
    assert (await desk.ticket()).category == "invoicing"


@pytest.mark.parametrize("text", ["Mulțumesc!", "Ok, mersi", "👍", "Merge acum, mulțumesc"])
async def test_who_thanks_after_an_answer_waits_for_none(desk: TestedDesk, text: str) -> None:
    message = await desk.customer().says(_ASKED)
    await desk.agent().types("/ticket reply 1001 Am repornit serviciul.")
    await desk.customer().says(text, thread=message)
    assert "next_response" not in running(await desk.case())
    await desk.after(5 * HOUR)
    assert Kind.BREACHED not in await desk.kinds()


@pytest.mark.parametrize("text", ["da", "?", "Tot nu merge"])
async def test_who_answers_or_asks_after_an_answer_waits_for_the_next(desk: TestedDesk, text: str) -> None:
    message = await desk.customer().says(_ASKED)
    await desk.agent().types("/ticket reply 1001 Ștergem cursa?")
    await desk.customer().says(text, thread=message)
    assert "next_response" in running(await desk.case())


async def test_thanks_with_a_file_wait_for_an_answer(desk: TestedDesk) -> None:
    message = await desk.customer().says(_ASKED)
    await desk.agent().types("/ticket reply 1001 Trimiteți fișierul, vă rog.")
    await desk.customer().says("Mulțumesc!", thread=message, files=(File("F1", "curse.csv"),))
    assert "next_response" in running(await desk.case())


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Mulțumesc!", Status.ON_HOLD),
        ("Bună ziua", Status.ON_HOLD),
        ("da", Status.IN_PROGRESS),
        ("S-a rezolvat", Status.IN_PROGRESS),
    ],
)
async def test_thanks_leave_a_ticket_on_hold_and_an_answer_does_not(
    desk: TestedDesk, text: str, status: Status
) -> None:
    message = await desk.customer().says(_ASKED)
    await desk.agent().types("/ticket take 1001")
    await desk.agent().types("/ticket hold 1001 așteptăm fișierul")
    await desk.customer().says(text, thread=message)
    assert (await desk.ticket()).status is status


async def test_several_messages_in_a_thread_that_is_too_old_are_one_new_ticket(desk: TestedDesk) -> None:
    ion = desk.customer()
    root = await ion.says(_ASKED)
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(8 * DAY)
    for text in ("Tot nu pot crea curse", "Apare eroarea 500", "E cineva?"):
        await ion.says(text, thread=root)
        await desk.after(HOUR)
    old, new = await desk.all_tickets()
    assert (new.linked_id, new.root) == (old.id, root)
    assert [event.kind for event in await desk.history(new.id)].count(Kind.SAID) == 2
    await desk.agent().types(f"/ticket reply {new.id} Ne uităm.")
    thread = next(thread for place, thread, _said in reversed(await desk.deliver()) if place == "dm:ion")
    assert thread == root
