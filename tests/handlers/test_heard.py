"""The ticket emoji where a reaction comes without words: what was said lately is known all the same."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.incoming import File
from handlers import housekeeping
from storage import heard
from storage.tables import heard as heard_table
from tests.desk_in_tests import DAY, HOUR, Speaker, TestedDesk, answer_text

_TEXT = "Exportul de curse este gol"


@pytest.fixture
def dorel(desk: TestedDesk) -> Speaker:
    """Somebody in a channel that is no customer's."""
    return Speaker(desk, "dorel", "general", direct=False)


@pytest.fixture
def ana(desk: TestedDesk) -> Speaker:
    """An agent there."""
    return Speaker(desk, "ana", "general", direct=False)


async def writes(speaker: Speaker, text: str = _TEXT, **more: object) -> str:
    return await speaker.says(text, bare_marks=True, **more)


async def reacts(speaker: Speaker, message: str) -> str:
    return answer_text(await speaker.does("mark", message=message, bare_marks=True))


async def kept(desk: TestedDesk) -> list[str]:
    said = sa.select(heard_table.c.said).order_by(heard_table.c.message)
    return [one["text"] for one in await desk.database.read(lambda tx: tx.execute(said).scalars().all())]


async def test_a_reaction_makes_a_ticket_of_what_its_writer_said_hours_ago(
    desk: TestedDesk, dorel: Speaker, ana: Speaker
) -> None:
    message = await writes(dorel, files=(File("F1", "gol.png"),))
    await desk.after(DAY)
    assert await reacts(ana, message) == "T-1001 este deschis."
    case = await desk.case()
    assert (case.ticket.subject, case.requester and case.requester.user) == (_TEXT, "dorel")
    assert [file["name"] for file in case.history[0].data["files"]] == ["gol.png"]
    assert await kept(desk) == []


async def test_in_a_thread_the_ticket_goes_on_in_it(desk: TestedDesk, dorel: Speaker, ana: Speaker) -> None:
    await reacts(ana, await writes(dorel, thread="root"))
    assert (await desk.ticket()).root == "root"


async def test_what_was_changed_since_is_taken_as_it_stands(
    desk: TestedDesk, dorel: Speaker, ana: Speaker
) -> None:
    message = await writes(dorel, "Exportul de cuse e gol")
    await dorel.does("edited", message=message, text=_TEXT, bare_marks=True)
    await reacts(ana, message)
    assert (await desk.ticket()).subject == _TEXT


async def test_what_was_taken_back_is_forgotten(desk: TestedDesk, dorel: Speaker, ana: Speaker) -> None:
    message = await writes(dorel)
    await dorel.does("deleted", message=message, bare_marks=True)
    assert await kept(desk) == []


async def test_what_a_ticket_has_is_not_kept_beside_it(desk: TestedDesk) -> None:
    ion = desk.customer()
    message = await writes(ion, "Nu pot crea curse noi")
    await ion.does("edited", message=message, text="Nu pot crea curse", bare_marks=True)
    assert await kept(desk) == []
    assert await reacts(ion, message) == "Mesajul ține deja de T-1001."


async def test_what_the_team_says_in_its_own_channel_is_not_kept(desk: TestedDesk) -> None:
    await writes(desk.agent())
    assert await kept(desk) == []


async def test_nothing_is_kept_where_a_mark_comes_with_its_words(desk: TestedDesk, dorel: Speaker) -> None:
    await dorel.says(_TEXT)
    assert await kept(desk) == []


async def test_what_is_too_old_is_forgotten_when_something_is_said_and_once_a_day(
    desk: TestedDesk, dorel: Speaker
) -> None:
    await writes(dorel, "Veche")
    await desk.after(heard.KEPT + timedelta(seconds=1))
    await writes(dorel, "Nouă")
    assert await kept(desk) == ["Nouă"]
    desk.now += heard.KEPT + timedelta(seconds=1)
    await desk.database.write(lambda tx: housekeeping.tidy(tx, desk.desk, [], desk.now))
    assert await kept(desk) == []


async def test_only_its_writer_and_the_team_may_make_a_ticket_of_a_message(
    desk: TestedDesk, dorel: Speaker
) -> None:
    message = await writes(dorel)
    emma = Speaker(desk, "emma", "general", direct=False)
    assert await reacts(emma, message) == ""
    assert await desk.all_tickets() == []
    await reacts(dorel, message)
    assert len(await desk.all_tickets()) == 1


async def test_whoever_reacts_to_what_is_not_known_is_told_what_to_do_instead(
    desk: TestedDesk, ana: Speaker
) -> None:
    answer = await ana.does("mark", message="long ago", bare_marks=True)
    assert answer_text(answer).startswith("Nu mai avem textul acelui mesaj; alegeți Deschide tichet")
    assert answer.refused
    assert await desk.all_tickets() == []


async def test_a_reaction_to_a_post_of_ours_names_its_ticket(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.after(HOUR)
    await desk.deliver()
    assert (
        await reacts(ion, await desk.platform_id("dm:ion", "opened:1001")) == "Mesajul ține deja de T-1001."
    )


async def test_a_shortcut_tells_the_words_as_they_stand_and_we_know_the_writer(
    desk: TestedDesk, dorel: Speaker, ana: Speaker
) -> None:
    message = await writes(dorel)
    told = {"author": "entra-id", "text": "Exportul este gol", "shortcut": True}
    await ana.does("mark", message=message, **told)
    case = await desk.case()
    assert (case.ticket.subject, case.requester and case.requester.user) == ("Exportul este gol", "dorel")
