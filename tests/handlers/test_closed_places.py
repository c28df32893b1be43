"""Where nobody hears the desk any more: who would answer there is told so before they write."""

import pytest

from desk.errors import Refused
from tests.desk_in_tests import Speaker, TestedDesk

_ASKED = "Nu pot crea curse noi"


@pytest.fixture
async def gone(desk: TestedDesk) -> Speaker:
    """A customer who removed the desk after asking for something."""
    ion = desk.customer()
    await ion.says(_ASKED)
    await ion.does("removed")
    await desk.deliver()
    return ion


@pytest.mark.parametrize("press", ["ticket.reply", "ticket.reply.send"])
async def test_an_answer_that_nobody_would_hear_is_refused_with_the_reason(
    desk: TestedDesk, gone: Speaker, press: str
) -> None:
    with pytest.raises(Refused) as refused:
        await desk.agent().presses(press, 1001, text="Ne uităm.")
    assert str(refused.value).startswith("Ion Popescu does not hear us any more")
    assert "T-1001" in str(refused.value)
    assert await desk.deliver() == []


async def test_last_words_that_nobody_would_hear_are_refused_and_the_ticket_stays_open(
    desk: TestedDesk, gone: Speaker
) -> None:
    with pytest.raises(Refused):
        await desk.agent().types("/ticket resolve 1001 Gata.")
    assert (await desk.ticket()).resolved_at is None
    await desk.agent().types("/ticket resolve 1001")
    assert (await desk.ticket()).resolved_at is not None


async def test_a_note_is_for_the_team_and_needs_nobody_else(desk: TestedDesk, gone: Speaker) -> None:
    await desk.agent().types("/ticket note 1001 Am sunat.")
    assert any("Am sunat." in said for said in await desk.said_in("triage"))


async def test_who_writes_again_hears_us_again(desk: TestedDesk, gone: Speaker) -> None:
    await gone.says("Mai sunteți?")
    await desk.agent().types("/ticket reply 1001 Da.")
    assert (await desk.said_in("dm:ion"))[-1].endswith("Da.")


async def test_one_conversation_that_is_open_is_enough(desk: TestedDesk, gone: Speaker) -> None:
    await Speaker(desk, "ana", "trans-carpati", direct=False).types("/ticket link 1001")
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    assert any("Ne uităm." in said for said in await desk.said_in("trans-carpati"))
