"""Where nobody hears the desk any more: who would answer there is told so before they write."""

import pytest

from desk.errors import Refused
from handlers import housekeeping, team
from storage import outbox
from tests.desk_in_tests import DAY, Speaker, TestedDesk

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


async def test_what_would_be_said_waits_until_somebody_is_heard_there_again(
    desk: TestedDesk, gone: Speaker
) -> None:
    before = len(await desk.said_in("dm:ion"))
    await desk.agent().types("/ticket resolve 1001")
    assert len(await desk.said_in("dm:ion")) == before
    await gone.does("installed")
    assert "T-1001" in "".join((await desk.said_in("dm:ion"))[before:])


async def test_a_command_where_we_cannot_listen_opens_nothing(desk: TestedDesk, gone: Speaker) -> None:
    await gone.does("command", command="support", text="sla", heard=False)
    with pytest.raises(Refused):
        await desk.agent().types("/ticket reply 1001 Ne uităm.")


async def test_the_team_is_told_once_who_with_an_open_ticket_removed_the_desk(
    desk: TestedDesk, gone: Speaker
) -> None:
    await gone.does("removed")
    await desk.customer("emma").does("removed")
    told = [said for said in await desk.said_in("triage") if "nu ne mai poate citi" in said]
    assert told == [
        "Ion Popescu nu ne mai poate citi mesajele: Dispecer a fost eliminat de acolo. "
        "Ce spunem despre T-1001 așteaptă până când este adăugat din nou."
    ]


async def test_the_teams_own_channel_opens_again_when_the_desk_is_set_up_anew(desk: TestedDesk) -> None:
    triage = desk.desk.triages[0]
    await desk.database.write(lambda tx: outbox.close(tx, [triage.id]))
    await desk.customer().says(_ASKED)
    assert await desk.said_in("triage") == []
    await desk.database.write(lambda tx: team.settle(tx, desk.desk, "web", "try", "triage", desk.now))
    assert any("T-1001" in said for said in await desk.said_in("triage"))


async def test_what_waited_for_a_month_is_given_up(desk: TestedDesk, gone: Speaker) -> None:
    before = len(await desk.said_in("dm:ion"))
    await desk.agent().types("/ticket resolve 1001")
    await desk.deliver()
    desk.now += 31 * DAY
    await desk.database.write(lambda tx: housekeeping.tidy(tx, desk.desk, [], desk.now))
    await gone.does("installed")
    (said,) = (await desk.said_in("dm:ion"))[before:]
    assert "T-1001" not in said
