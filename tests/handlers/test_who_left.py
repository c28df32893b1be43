"""Somebody leaves the team, and the tickets that they had are not forgotten with them."""

import pytest

from bot.web.samples import staffed
from desk.tickets import Kind
from handlers import team
from storage import people
from storage.transactions import Transaction
from tests.desk_in_tests import DAY, HOUR, Speaker, TestedDesk, answer_text, words_of


@pytest.fixture
async def left(desk: TestedDesk) -> TestedDesk:
    """Return a desk on which Ana took a ticket and then left the team; Mihai is on call everywhere."""
    plan = staffed(desk.desk.plan)
    levels = {name: one.model_copy(update={"people": ("mihai",)}) for name, one in plan.levels.items()}
    desk.desk.plan = plan.model_copy(update={"levels": levels})
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().presses("ticket.take", 1001)
    await desk.deliver()
    await desk.agent().does("left")
    return desk


async def test_who_left_is_told_nothing_and_whoever_is_on_call_is(left: TestedDesk) -> None:
    await left.deliver()
    before = len(left.sent)
    await left.after(2 * DAY)
    await left.deliver()
    told = {place for place, _thread, _message in left.sent[before:]}
    assert "dm:ana" not in told
    assert "dm:mihai" in told


async def test_a_warning_says_that_who_has_the_ticket_has_left_and_offers_it(left: TestedDesk) -> None:
    await left.deliver()
    await left.after(3 * HOUR)
    said = [words_of(m) for place, _thread, m in await left.deliver() if place == "dm:mihai" and m]
    assert "Ana Ionescu, care are tichetul, nu mai face parte din echipă." in said[0]
    assert said[0].endswith("[Preia]")


async def test_the_card_says_so_at_once_and_offers_the_ticket(left: TestedDesk) -> None:
    ((place, _thread, card),) = await left.deliver()
    assert card is not None
    assert place == "triage"
    assert "Responsabil: Ana Ionescu (nu mai face parte din echipă)" in words_of(card)
    assert "[Preia]" in words_of(card)


async def test_who_comes_back_has_the_ticket_again(left: TestedDesk) -> None:
    await left.deliver()
    await left.agent().does("joined")
    ((_place, _thread, card),) = await left.deliver()
    assert card is not None
    assert "Responsabil: Ana Ionescu\n" in words_of(card)


async def test_somebody_else_takes_it_from_an_offer_without_a_question(left: TestedDesk) -> None:
    await left.agent("mihai").presses("ticket.take", 1001)
    assert (await left.kinds()).count(Kind.TAKEN) == 2
    assert (await left.case()).in_charge is not None


async def test_it_is_among_those_that_nobody_has(left: TestedDesk) -> None:
    listed = answer_text(await left.agent("mihai").types("/ticket list free"))
    assert "T-1001" in listed
    assert "Ana Ionescu (nu mai face parte din echipă)" in listed


async def test_later_words_that_are_graver_go_to_whoever_is_on_call(left: TestedDesk) -> None:
    await left.deliver()
    await left.customer().says("De fapt acum nu merge nimic")
    told = {place for place, _thread, _message in await left.deliver()}
    assert "dm:mihai" in told
    assert "dm:ana" not in told


async def test_who_is_asked_anew_and_not_named_has_left(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().presses("ticket.take", 1001)
    (triage,) = desk.desk.triages
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, triage, ["mihai"], desk.now))
    assert "nu mai face parte din echipă" in (await desk.said_in("triage"))[-1]


async def test_who_left_one_platform_of_two_still_has_their_tickets(desk: TestedDesk) -> None:
    def work(tx: Transaction) -> None:
        desk.desk.triages = team.settle(tx, desk.desk, "teams", "tenant", "19:team", desk.now)
        team.staff(tx, desk.desk, desk.desk.triages[1], ["29:ana"], desk.now)
        for key in (("web", "try", "ana"), ("teams", "tenant", "29:ana")):
            people.change_person(tx, people.person(tx, *key).id, name="Ana Ionescu", email="ana@a.example")

    await desk.database.write(work)
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().presses("ticket.take", 1001)
    await desk.agent().does("left")
    assert "Responsabil: Ana Ionescu\n" in (await desk.said_in("19:team"))[-1]
    ana = Speaker(desk, "29:ana", "19:team", direct=False, platform="teams", workspace="tenant")
    with pytest.raises(Exception, match="yours already"):
        await ana.presses("ticket.take", 1001)
    listed = answer_text(await desk.agent("mihai").types("/ticket list free"))
    assert "T-1001" not in listed
