"""People answer one message of many: in its thread, or by quoting it where there are no threads."""

import pytest

from desk.tickets import Kind, Status
from tests.desk_in_tests import HOUR, Speaker, TestedDesk

_TRIPS, _EXPORT = "Nu pot crea curse noi", "Exportul nu funcționează"


@pytest.fixture
async def ion(desk: TestedDesk) -> Speaker:
    """A customer in their direct conversation, with two tickets, an hour after the second."""
    ion = desk.customer()
    await ion.says(_TRIPS, message="trips")
    await desk.after(HOUR)
    await ion.says(_EXPORT, message="export", threaded=False)
    await desk.after(HOUR)
    await desk.deliver()
    return ion


async def quotes(speaker: Speaker, quoted: str, text: str) -> str:
    return await speaker.says(text, quotes=quoted, threaded=False)


async def last_post(desk: TestedDesk, conversation: str) -> str:
    """Return the platform's id of what was said last in a conversation."""
    await desk.deliver()
    return next(
        sent_as
        for (place, _thread, _message), sent_as in reversed(list(zip(desk.sent, desk.sent_as, strict=True)))
        if place == conversation
    )


async def said(desk: TestedDesk, ticket_id: int, kind: Kind = Kind.SAID) -> list[str]:
    return [event.data["text"] for event in await desk.history(ticket_id) if event.kind is kind]


async def test_who_quotes_their_own_words_speaks_of_that_ticket_though_another_is_the_latest(
    desk: TestedDesk, ion: Speaker
) -> None:
    await quotes(ion, "trips", "Doar pe Chrome")
    assert (await said(desk, 1001), await said(desk, 1002)) == (["Doar pe Chrome"], [])


async def test_who_quotes_our_first_answer_speaks_of_its_ticket(desk: TestedDesk, ion: Speaker) -> None:
    await quotes(ion, await desk.platform_id("dm:ion", "opened:1001"), "Nu se mai sincronizează facturile")
    assert await said(desk, 1001) == ["Nu se mai sincronizează facturile"]
    assert len(await desk.all_tickets()) == 2


async def test_who_quotes_an_answer_of_ours_speaks_of_its_ticket(desk: TestedDesk, ion: Speaker) -> None:
    await desk.agent().types("/ticket reply 1001 Ce versiune aveți?")
    answer = await last_post(desk, "dm:ion")
    await desk.agent().types("/ticket reply 1002 Ce fel de export?")
    await desk.deliver()
    await quotes(ion, answer, "4.2")
    assert (await said(desk, 1001), await said(desk, 1002)) == (["4.2"], [])


async def test_two_answers_in_one_instant_are_two_posts(desk: TestedDesk, ion: Speaker) -> None:
    before = len(await desk.said_in("dm:ion"))
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    await desk.deliver()
    answers = [i for i, m in enumerate(await desk.said_in("dm:ion")) if "Ne uităm." in m and i >= before]
    assert len(answers) == 2


async def test_who_quotes_what_was_resolved_reopens_it(desk: TestedDesk, ion: Speaker) -> None:
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await quotes(ion, await last_post(desk, "dm:ion"), "Nu merge nici acum")
    assert (await desk.ticket(1001)).status is Status.IN_PROGRESS


async def test_what_quotes_nothing_of_ours_is_understood_by_its_words(desk: TestedDesk, ion: Speaker) -> None:
    await quotes(ion, "unknown", "Tot nu pot exporta")
    assert await said(desk, 1002) == ["Tot nu pot exporta"]


async def test_who_of_the_team_quotes_a_message_in_a_group_answers_its_ticket(
    desk: TestedDesk, ion: Speaker
) -> None:
    ana = Speaker(desk, "ana", "grup", direct=False)
    await ana.types("/ticket link 1001")
    dorel = await Speaker(desk, "dorel", "grup", direct=False).says("Apare și la mine", threaded=False)
    await quotes(ana, dorel, "Ne uităm acum.")
    assert await said(desk, 1001, Kind.REPLIED) == ["Ne uităm acum."]
    assert (await desk.said_in("dm:ion"))[-1] == "Ana Ionescu:\nNe uităm acum."


async def test_in_a_group_that_a_ticket_has_left_a_quote_brings_it_nothing(
    desk: TestedDesk, ion: Speaker
) -> None:
    ana = Speaker(desk, "ana", "grup", direct=False)
    await ana.types("/ticket link 1001")
    goes_on = await last_post(desk, "grup")
    await ana.types("/ticket unlink 1001")
    await quotes(Speaker(desk, "dorel", "grup", direct=False), goes_on, "Apare și la mine")
    assert await said(desk, 1001) == []


@pytest.mark.parametrize("how", ["quotes", "thread"])
async def test_what_an_agent_answers_to_a_call_for_help_is_noted_and_reaches_no_customer(
    desk: TestedDesk, ion: Speaker, how: str
) -> None:
    await desk.agent().types("/ticket assign 1001 Mihai Stan")
    call = await last_post(desk, "dm:mihai")
    before = len(await desk.said_in("dm:ion"))
    await Speaker(desk, "mihai", "dm:mihai").says("Mă uit după prânz", **{how: call})
    assert await said(desk, 1001, Kind.NOTED) == ["Mă uit după prânz"]
    assert len(await desk.said_in("dm:ion")) == before
    assert len(await desk.all_tickets()) == 2
