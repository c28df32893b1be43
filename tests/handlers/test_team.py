"""The team: its channel, who belongs to it, and in which language it is spoken to."""

import pytest

from bot.web.samples import staffed
from handlers import team
from storage import people
from tests.desk_in_tests import MINUTE, Speaker, TestedDesk, answer_text, words_of


async def test_the_team_is_spoken_to_in_another_language_and_open_cards_follow(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    assert any("încă nimeni" in said for said in await desk.said_in("triage"))
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    ((place, _thread, card),) = await desk.deliver()
    assert card is not None
    assert place == "triage"
    assert "nobody yet" in words_of(card)
    answer = await desk.agent().types("/ticket take 1001")
    assert answer_text(answer) == "T-1001 is yours."
    assert "[Reply]" in (await desk.said_in("triage"))[-1]


async def test_customers_are_spoken_to_as_before(desk: TestedDesk) -> None:
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    await desk.customer().says("Nu pot crea curse noi")
    assert "Am înregistrat solicitarea." in (await desk.said_in("dm:ion"))[0]


async def settled(desk: TestedDesk, conversation: str) -> None:
    """Let the team meet in a Slack channel from now on, and on no other platform."""
    await desk.database.write(lambda tx: people.leave_triage(tx, {"slack"}))
    desk.desk.triages = await desk.database.write(
        lambda tx: team.settle(tx, desk.desk, "slack", "T1", conversation, desk.now)
    )


async def test_a_team_that_moves_finds_the_cards_of_open_tickets_in_its_new_channel(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.deliver()
    await settled(desk, "C0NEW")
    (card,) = await desk.said_in("C0NEW")
    assert "T-1001" in card
    await settled(desk, "C0NEW")
    assert await desk.deliver() == []


async def test_a_channel_that_the_team_left_makes_nobody_an_agent_any_more(desk: TestedDesk) -> None:
    ion = Speaker(desk, "ion", "triage", direct=False)
    await settled(desk, "C0NEW")
    await ion.does("joined")
    agents = await desk.database.read(people.agents)
    assert "ion" not in {agent.user for agent in agents}
    (place,) = await desk.database.read(people.triage_places)
    assert place.conversation == "C0NEW"


async def test_who_is_not_in_the_teams_channel_any_more_is_no_agent(desk: TestedDesk) -> None:
    (triage,) = desk.desk.triages
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, triage, ["mihai", "elena"], desk.now))
    agents = await desk.database.read(people.agents)
    assert {agent.user for agent in agents} == {"mihai", "elena"}


async def test_an_agent_without_a_language_of_their_own_is_answered_in_the_team_s(desk: TestedDesk) -> None:
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    (triage,) = desk.desk.triages
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, triage, ["elena"], desk.now))
    answer = await desk.agent("elena").types("/ticket list")
    assert answer_text(answer) == "There are no open tickets."


async def test_cards_of_tickets_resolved_lately_follow_the_team_s_language_too(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Am refăcut indexul.")
    await desk.deliver()
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    ((_place, _thread, card),) = await desk.deliver()
    assert card is not None
    assert "[Reopen]" in words_of(card)


async def test_no_more_than_the_latest_resolved_cards_are_written_anew(
    desk: TestedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "_MOST_RESOLVED", 1)
    for user, number in (("ion", 1001), ("standard", 1002)):
        await desk.customer(user).says("Nu pot crea curse noi")
        await desk.agent().types(f"/ticket resolve {number} Am refăcut indexul.")
        desk.now += MINUTE
    await desk.deliver()
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    ((_place, _thread, card),) = await desk.deliver()
    assert card is not None
    assert "T-1002" in words_of(card)


async def test_a_post_that_offers_a_ticket_has_its_button_in_the_team_s_language(desk: TestedDesk) -> None:
    desk.desk.plan = staffed(desk.desk.plan)
    await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.deliver()
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    said = {place: words_of(message) for place, _thread, message in await desk.deliver() if message}
    assert said["dm:ana"].endswith("[Take]")
    assert "S-a deschis un tichet P1." in said["dm:ana"]
    await desk.agent("mihai").presses("ticket.take", 1001)
    assert (await desk.said_in("dm:ana"))[-1].endswith("Preluat de Mihai Stan.")
