"""Somebody of the team who works on two platforms is one person, known by one e-mail address."""

import pytest

from bot.web.samples import staffed
from desk.errors import Refused
from desk.messages import Mention, Text
from desk.tickets import Kind
from handlers import team
from storage import people
from storage.transactions import Transaction
from tests.desk_in_tests import DAY, Speaker, TestedDesk, answer_text

_ASKED = "Nu pot crea curse noi"


@pytest.fixture
async def two(desk: TestedDesk) -> TestedDesk:
    """Return a desk whose team has a channel on the page and one in Teams; Ana is in both."""

    def work(tx: Transaction) -> None:
        desk.desk.triages = team.settle(tx, desk.desk, "teams", "tenant", "19:team", desk.now)
        team.staff(tx, desk.desk, desk.desk.triages[1], ["29:ana"], desk.now)
        for key in (("web", "try", "ana"), ("teams", "tenant", "29:ana")):
            person = people.person(tx, *key)
            address = "ana@a.example" if key[0] == "web" else "Ana@A.example"
            people.change_person(tx, person.id, name="Ana Ionescu", email=address)

    await desk.database.write(work)
    return desk


def ana_in_teams(desk: TestedDesk) -> Speaker:
    return Speaker(desk, "29:ana", "19:team", direct=False, platform="teams", workspace="tenant")


async def test_who_took_a_ticket_on_one_platform_has_it_on_the_other(two: TestedDesk) -> None:
    await two.customer().says(_ASKED)
    await ana_in_teams(two).presses("ticket.take", 1001)
    for act in (two.agent().presses("ticket.take", 1001), two.agent().types("/ticket take 1001")):
        with pytest.raises(Refused, match="yours already"):
            await act
    assert "T-1001" in answer_text(await two.agent().types("/ticket list mine"))
    assert (await two.kinds()).count(Kind.TAKEN) == 1


async def test_giving_a_ticket_to_oneself_elsewhere_is_taking_it(two: TestedDesk) -> None:
    await two.customer().says(_ASKED)
    answer = await two.agent().types("/ticket assign 1001 29:ana")
    assert "Ana Ionescu" in answer_text(answer)
    assert Kind.TAKEN in await two.kinds()
    assert Kind.ASSIGNED not in await two.kinds()


async def test_a_colleague_who_is_on_two_platforms_is_named_once(two: TestedDesk) -> None:
    await two.customer().says(_ASKED)
    await two.agent("mihai").types("/ticket assign 1001 ana")
    ticket = await two.ticket()
    person = await two.database.read(lambda tx: people.by_id(tx, {ticket.assignee_id or 0}))
    assert [one.platform for one in person.values()] == ["web"]
    with pytest.raises(Exception, match="Who of the team") as refused:
        await two.agent("mihai").types("/ticket assign 1001 nobody")
    assert refused.value.values["names"].count("Ana Ionescu") == 1  # type: ignore[attr-defined]


async def test_a_ticket_that_an_agent_opened_elsewhere_is_their_own(two: TestedDesk) -> None:
    direct = Speaker(two, "29:ana", "a:ana", platform="teams", workspace="tenant")
    await direct.says("Nu pot genera facturi de azi dimineață")
    channel = Speaker(two, "ana", "trans-carpati", direct=False)
    await channel.types("/ticket link 1001")
    await two.deliver()
    opened = await two.platform_id("trans-carpati", "opened:1001")
    await channel.says("Și exportul", thread=opened)
    assert (await two.kinds())[-1] is Kind.SAID


async def test_somebody_who_is_called_is_mentioned_where_each_platform_knows_them(two: TestedDesk) -> None:
    two.desk.plan = staffed(two.desk.plan)
    await two.customer().says(_ASKED)
    await ana_in_teams(two).presses("ticket.take", 1001)
    await two.deliver()
    before = len(two.sent)
    await two.after(30 * DAY)
    await two.deliver()
    mentioned = {
        (place, part.user)
        for place, _thread, message in two.sent[before:]
        for block in (message.blocks if message else ())
        for part in (block.rich if isinstance(block, Text) else ())
        if isinstance(part, Mention)
    }
    assert {("triage", "ana"), ("19:team", "29:ana")} <= mentioned
