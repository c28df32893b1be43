"""The team: its channel, who belongs to it, and in which language it is spoken to."""

from handlers import team
from storage import people
from tests.desk_in_tests import Speaker, TestedDesk, answer_text, words_of


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
    await desk.database.write(lambda tx: team.staff(tx, triage, ["mihai", "elena"]))
    agents = await desk.database.read(people.agents)
    assert {agent.user for agent in agents} == {"mihai", "elena"}
