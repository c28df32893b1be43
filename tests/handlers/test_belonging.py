"""Which ticket a message outside a thread is about, and what its writer can do when we guessed wrongly."""

import pytest

from desk.errors import BadInput
from desk.incoming import File
from desk.tickets import Kind, Status
from tests.desk_in_tests import DAY, HOUR, MINUTE, Speaker, TestedDesk

_ASKED = "Nu pot crea curse noi"


async def opened(desk: TestedDesk, text: str = _ASKED) -> None:
    await desk.customer().says(text)
    await desk.deliver()


async def test_an_answer_in_the_direct_conversation_goes_to_the_ticket_that_waits_for_it(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    await desk.agent().types("/ticket reply 1001 Ce versiune de Excel folosiți?")
    await desk.agent().types("/ticket hold 1001")
    await desk.after(HOUR)
    await desk.customer().says("Excel 2016, pe Windows 10")
    assert len(await desk.all_tickets()) == 1
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert any(
        "Am adăugat la T-1001 · Nu pot crea curse noi." in said for said in await desk.said_in("dm:ion")
    )


@pytest.mark.parametrize("text", ["Aveți vreo veste?", "Tot nu pot crea curse", "iar apare eroarea"])
async def test_words_that_go_on_reach_the_latest_open_ticket(desk: TestedDesk, text: str) -> None:
    await opened(desk)
    await desk.after(2 * HOUR)
    await desk.customer().says(text)
    assert [ticket.id for ticket in await desk.all_tickets()] == [1001]
    assert (await desk.history())[-1].data["text"] == text


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "alo? e cineva acolo? stau camioanele în curte!!!",
        "Mai răspunde cineva?",
        "incă aștept",
        "anyone there?",
    ],
)
async def test_who_asks_whether_anybody_is_there_asks_about_their_open_ticket(
    desk: TestedDesk, text: str, direct: bool
) -> None:
    await Speaker(desk, "ana", "trans-carpati", direct=False).types("/customer link Trans Carpați")
    ion = desk.customer() if direct else Speaker(desk, "ion", "trans-carpati", direct=False)
    await ion.says(_ASKED)
    await desk.after(DAY)
    await ion.says(text)
    assert [(ticket.id, ticket.priority) for ticket in await desk.all_tickets()] == [(1001, "P2")]
    said = (await desk.history())[-1]
    assert (said.kind, said.data["text"]) == (Kind.SAID, text)
    assert said.data.get("request", True)
    assert any(f"> {text}" in posted for posted in await desk.said_in("triage"))


async def test_who_asks_whether_anybody_is_there_and_has_no_open_ticket_is_told_how_to_ask(
    desk: TestedDesk,
) -> None:
    await desk.customer().says("alo? e cineva acolo?")
    assert await desk.all_tickets() == []
    assert "și deschidem un tichet" in (await desk.said_in("dm:ion"))[-1]


async def test_what_came_back_within_seven_days_reopens_the_ticket_from_the_main_line(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    await desk.agent().types("/ticket resolve 1001 Am repornit serviciul.")
    await desk.after(DAY)
    await desk.customer().says("iar nu merge, aceeași eroare")
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert len(await desk.all_tickets()) == 1


async def test_a_message_that_says_what_is_wrong_begins_a_ticket_of_its_own(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.after(HOUR)
    await desk.customer().says("Exportul de facturi nu funcționează")
    assert len(await desk.all_tickets()) == 2


async def test_in_a_customers_channel_a_detail_is_not_guessed_to_belong(desk: TestedDesk) -> None:
    await Speaker(desk, "ana", "trans-carpati", direct=False).types("/customer link Trans Carpați")
    ion = Speaker(desk, "ion", "trans-carpati", direct=False)
    await ion.says(_ASKED)
    await desk.after(HOUR)
    await ion.says("Excel 2016, pe Windows 10")
    assert len(await desk.all_tickets()) == 2


async def test_where_there_are_no_threads_a_colleague_speaks_about_the_only_open_ticket(
    desk: TestedDesk,
) -> None:
    await Speaker(desk, "ana", "grup", direct=False).types("/customer link Trans Carpați")
    await Speaker(desk, "ion", "grup", direct=False).says(_ASKED, threaded=False)
    await desk.after(HOUR)
    await Speaker(desk, "dorel", "grup", direct=False).says("Apare un mesaj roșu", threaded=False)
    assert [e.data["text"] for e in await desk.history()] == [_ASKED, "Apare un mesaj roșu"]


async def test_a_message_that_went_to_the_wrong_ticket_becomes_one_of_its_own(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.after(HOUR)
    message = await desk.customer().says("Mai e ceva cu remorcile")
    await desk.customer().presses("support.separate", f"1001:{message}")
    new = await desk.ticket(1002)
    assert (new.subject, new.root) == ("Mai e ceva cu remorcile", message)
    assert (await desk.kinds())[-1] is Kind.MOVED
    assert {clock.name for clock in (await desk.case()).clocks() if clock.running} == {
        "first_response",
        "resolution",
    }
    await desk.customer().says("Pentru remorci", thread=message)
    assert (await desk.history(1002))[-1].data["text"] == "Pentru remorci"


async def test_what_said_where_a_message_went_says_which_ticket_it_became_and_offers_nothing(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    await desk.after(HOUR)
    message = await desk.customer().says("Mai e ceva cu remorcile")
    await desk.deliver()
    notice = await desk.platform_id("dm:ion", f"added:{message}")
    assert "Am adăugat la T-1001" in (await desk.posts_of("dm:ion", notice) or "")
    await desk.customer().presses("support.separate", f"1001:{message}")
    await desk.deliver()
    assert await desk.posts_of("dm:ion", notice) == "Am deschis T-1002 pentru acest mesaj."


async def test_a_notice_that_waits_says_only_which_ticket_a_message_became(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.after(HOUR)
    message = await desk.customer().says("Mai e ceva cu remorcile")
    await desk.customer().presses("support.separate", f"1001:{message}")
    said = await desk.said_in("dm:ion")
    assert not [one for one in said if "Am adăugat la" in one]
    assert "Am deschis T-1002 pentru acest mesaj." in said


async def test_neither_the_words_that_opened_a_ticket_nor_an_answer_become_another(desk: TestedDesk) -> None:
    await Speaker(desk, "ana", "trans-carpati", direct=False).types("/customer link Trans Carpați")
    ion = Speaker(desk, "ion", "trans-carpati", direct=False)
    opening = await ion.says(_ASKED)
    answer = await Speaker(desk, "ana", "trans-carpati", direct=False).says("Ne uităm acum.", thread=opening)
    for message in (opening, answer):
        with pytest.raises(BadInput, match="does nothing any more"):
            await ion.presses("support.separate", f"1001:{message}")
    assert len(await desk.all_tickets()) == 1


async def test_who_calls_for_help_twice_without_a_word_gets_a_ticket(desk: TestedDesk) -> None:
    await desk.customer().says("Ajutor")
    assert await desk.all_tickets() == []
    assert "și deschidem un tichet" in (await desk.said_in("dm:ion"))[-1]
    await desk.customer().says("ajutor!!")
    assert [ticket.subject for ticket in await desk.all_tickets()] == ["ajutor!!"]


async def test_what_is_said_within_minutes_is_acknowledged_once(desk: TestedDesk) -> None:
    await opened(desk)
    for text in ("De azi dimineață", "Pe Chrome"):
        await desk.after(MINUTE)
        await desk.customer().says(text)
    said = [said for said in await desk.said_in("dm:ion") if "Am adăugat la T-1001" in said]
    assert len(said) == 1


async def test_every_guess_can_be_undone(desk: TestedDesk) -> None:
    await opened(desk)
    for text in ("Mai e ceva cu remorcile", "Și încă una despre șoferi"):
        await desk.after(20 * MINUTE)
        message = await desk.customer().says(text)
        await desk.deliver()
        notice = [one for place, _thread, one in desk.sent if place == "dm:ion"][-1]
        assert notice is not None
        assert [button.value for button in notice.blocks[-1].items] == [f"1001:{message}"]  # type: ignore
        await desk.after(MINUTE)
        await desk.customer().says("Pe Chrome")
    said = [said for said in await desk.said_in("dm:ion") if "Am adăugat la T-1001" in said]
    assert len(said) == 2


async def test_a_customer_who_says_that_it_is_settled_offers_the_team_to_resolve(desk: TestedDesk) -> None:
    await opened(desk)
    await desk.customer().says("S-a rezolvat, mulțumesc")
    assert any("Ion Popescu spune că s-a rezolvat." in said for said in await desk.said_in("triage"))


async def test_thanks_that_are_changed_into_an_answer_take_the_ticket_off_hold_and_start_a_clock(
    desk: TestedDesk,
) -> None:
    root = await desk.customer().says(_ASKED)
    await desk.agent().types("/ticket reply 1001 Așteptăm o captură.")
    await desk.agent().types("/ticket hold 1001")
    thanks = await desk.customer().says("Mulțumesc!", thread=root)
    assert (await desk.ticket()).status is Status.ON_HOLD
    text = "Mulțumesc, am atașat captura, tot nu merge"
    await desk.customer().does("edited", message=thanks, text=text, thread=root)
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert "next_response" in {clock.name for clock in (await desk.case()).clocks() if clock.running}


async def test_where_there_are_no_threads_a_ticket_that_was_brought_here_is_everybodys(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    group = Speaker(desk, "ana", "grup", direct=False)
    await group.types("/customer link Trans Carpați")
    await group.types("/ticket link 1001")
    colleague = Speaker(desk, "dorel", "grup", direct=False)
    await colleague.says("Apare o eroare roșie", threaded=False)
    await desk.after(DAY)
    await colleague.says("Tot nu merge", threaded=False)
    assert [event.data["text"] for event in await desk.history() if event.kind is Kind.SAID] == [
        *("Apare o eroare roșie", "Tot nu merge")
    ]


async def test_where_there_are_threads_a_ticket_that_was_brought_here_keeps_to_its_own(
    desk: TestedDesk,
) -> None:
    await opened(desk)
    channel = Speaker(desk, "ana", "trans-carpati", direct=False)
    await channel.types("/customer link Trans Carpați")
    await channel.types("/ticket link 1001")
    await Speaker(desk, "dorel", "trans-carpati", direct=False).says("Nu se mai sincronizează facturile")
    assert len(await desk.all_tickets()) == 2


@pytest.fixture
async def group(desk: TestedDesk) -> Speaker:
    """Somebody in a group chat that is no customer's, into which a ticket was brought."""
    await opened(desk)
    await Speaker(desk, "ana", "grup", direct=False).types("/ticket link 1001")
    await desk.deliver()
    return Speaker(desk, "dorel", "grup", direct=False)


async def said(desk: TestedDesk, *kinds: Kind) -> list[str]:
    return [event.data["text"] for event in await desk.history() if event.kind in (kinds or (Kind.SAID,))]


async def test_in_a_group_that_is_no_customers_everything_goes_to_the_ticket_that_was_brought_there(
    desk: TestedDesk, group: Speaker
) -> None:
    await desk.after(HOUR)
    words = ["Exportul nu funcționează", "Apare și la mine", "Tot nu merge"]
    for text in words:
        await group.says(text, threaded=False)
        await desk.after(DAY)
    assert await said(desk) == words
    assert [ticket.id for ticket in await desk.all_tickets()] == [1001]
    assert "dorel:\nTot nu merge" in await desk.said_in("dm:ion")


async def test_there_the_team_talks_among_itself_and_politeness_is_left_alone(
    desk: TestedDesk, group: Speaker
) -> None:
    await desk.after(HOUR)
    await Speaker(desk, "ana", "grup", direct=False).says("Cred că e de la licență", threaded=False)
    await group.says("Bună ziua tuturor", threaded=False)
    assert await said(desk, Kind.SAID, Kind.REPLIED) == []


async def test_there_a_picture_alone_is_no_politeness(desk: TestedDesk, group: Speaker) -> None:
    await desk.after(HOUR)
    await group.says("", threaded=False, files=(File("F1", "captura.png"),))
    assert await said(desk) == [""]
    assert "dorel:\ncaptura.png" in await desk.said_in("dm:ion")


async def test_there_what_is_resolved_goes_on_only_by_words_that_say_so(
    desk: TestedDesk, group: Speaker
) -> None:
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(HOUR)
    await group.says("Exportul nu funcționează", threaded=False)
    assert await said(desk) == []
    await group.says("Tot nu merge", threaded=False)
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert len(await desk.all_tickets()) == 1


async def test_where_nothing_was_brought_a_group_that_is_no_customers_is_not_listened_to(
    desk: TestedDesk, group: Speaker
) -> None:
    await Speaker(desk, "ana", "grup", direct=False).types("/ticket unlink 1001")
    await group.says("Exportul nu funcționează", threaded=False)
    assert (await said(desk), len(await desk.all_tickets())) == ([], 1)


async def test_in_a_channel_that_is_no_customers_only_the_tickets_own_thread_is_listened_to(
    desk: TestedDesk, group: Speaker
) -> None:
    thread = await desk.platform_id("grup", "opened:1001")
    await group.says("Exportul nu funcționează")
    await group.says("Apare și la mine", thread=thread)
    assert await said(desk) == ["Apare și la mine"]


@pytest.mark.parametrize("text", ["", "Mulțumesc"])
async def test_a_picture_alone_goes_to_the_ticket_that_waits_for_it(desk: TestedDesk, text: str) -> None:
    await opened(desk)
    await desk.agent().types("/ticket reply 1001 Trimiteți, vă rog, o captură.")
    await desk.agent().types("/ticket hold 1001")
    await desk.after(HOUR)
    await desk.customer().says(text, files=(File("F1", "captura.png"),))
    assert [ticket.status for ticket in await desk.all_tickets()] == [Status.IN_PROGRESS]
    assert (await desk.history())[-2].data["files"][0]["name"] == "captura.png"
    assert any("Am adăugat la T-1001" in said for said in await desk.said_in("dm:ion"))


async def test_a_picture_alone_begins_a_ticket_where_nothing_is_open(desk: TestedDesk) -> None:
    await desk.customer().says("", files=(File("F1", "captura.png"),))
    assert (await desk.ticket()).subject == "captura.png"


async def test_what_becomes_a_ticket_of_its_own_is_its_writers_in_their_latest_words_whoever_says_so(
    desk: TestedDesk,
) -> None:
    await Speaker(desk, "ana", "grup", direct=False).types("/customer link Trans Carpați")
    await Speaker(desk, "ion", "grup", direct=False).says(_ASKED, threaded=False)
    await desk.after(HOUR)
    dorel = Speaker(desk, "dorel", "grup", direct=False)
    message = await dorel.says("Mai e ceva cu remorcile", threaded=False)
    await dorel.does("edited", message=message, text="Mai e ceva cu semiremorcile")
    await Speaker(desk, "ana", "grup", direct=False).presses("support.separate", f"1001:{message}")
    new = await desk.case(1002)
    assert (new.ticket.subject, new.ticket.tier) == ("Mai e ceva cu semiremorcile", "premium")
    assert new.customer is not None
    assert new.requester is not None
    assert (new.customer.name, new.requester.user) == ("Trans Carpați", "dorel")
    assert (await desk.history())[-1].data["text"] == "Mai e ceva cu semiremorcile"
