"""In which language the team is spoken to."""

from handlers import team
from tests.desk_in_tests import TestedDesk, answer_text, words_of


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
