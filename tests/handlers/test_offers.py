"""Posts that offer a ticket: they say who took it, and come together where they are due together."""

import pytest
import sqlalchemy as sa

from bot.web.samples import staffed
from desk.errors import Refused
from desk.messages import Message
from desk.team_messages import offers_take
from desk.tickets import Kind, Status
from storage.tables import offers, outbox
from tests.desk_in_tests import DAY, HOUR, MINUTE, TestedDesk, words_of

_DOWN = "Nu merge nimic, nu doar exportul"


@pytest.fixture
def on_call(desk: TestedDesk) -> TestedDesk:
    """A desk whose plan names Ana and Mihai for its levels."""
    desk.desk.plan = staffed(desk.desk.plan)
    return desk


async def sent_to(desk: TestedDesk, conversation: str) -> list[Message]:
    """Deliver, and return what was newly sent to a conversation."""
    return [message for place, _thread, message in await desk.deliver() if place == conversation and message]


def is_card(said: str) -> bool:
    return "\nStare: " in said


async def waiting_keys(desk: TestedDesk) -> list[str]:
    query = sa.select(outbox.c.key).where(outbox.c.done_at.is_(None)).order_by(outbox.c.id)
    return [key for key in await desk.database.read(lambda tx: tx.execute(query).scalars().all()) if key]


async def offered(desk: TestedDesk) -> int:
    query = sa.select(sa.func.count()).select_from(offers)
    return int(await desk.database.read(lambda tx: tx.execute(query).scalar_one()))


async def test_taking_a_ticket_turns_every_offer_of_it_into_who_took_it(on_call: TestedDesk) -> None:
    await on_call.customer().says(_DOWN)
    keys = [key for key in await waiting_keys(on_call) if key.startswith("offer:")]
    before = {place: message for place, _thread, message in await on_call.deliver() if message}
    assert offers_take(before["triage"])
    assert offers_take(before["dm:ana"])

    await on_call.agent("mihai").presses("ticket.take", 1001)
    assert [key for key in await waiting_keys(on_call) if key.startswith("offer:")] == keys
    (turned,) = await sent_to(on_call, "dm:ana")
    assert not offers_take(turned)
    assert words_of(turned).endswith("\nPreluat de Mihai Stan.")
    assert turned.blocks[:-1] == before["dm:ana"].blocks[:-1]
    assert await offered(on_call) == 0


async def test_an_offer_that_was_not_posted_yet_says_at_once_who_took_it(on_call: TestedDesk) -> None:
    await on_call.customer().says(_DOWN)
    await on_call.agent("mihai").types("/ticket take 1001")
    (direct,) = await sent_to(on_call, "dm:ana")
    assert words_of(direct).endswith("\nPreluat de Mihai Stan.")


async def test_an_offer_of_a_ticket_that_was_given_to_somebody_does_not_say_that_they_took_it(
    on_call: TestedDesk,
) -> None:
    await on_call.customer().says(_DOWN)
    await on_call.agent().types("/ticket assign 1001 mihai")
    (direct,) = await sent_to(on_call, "dm:ana")
    assert words_of(direct).endswith("\nRepartizat către Mihai Stan.")


async def test_a_ticket_that_its_customer_withdraws_is_offered_no_more(on_call: TestedDesk) -> None:
    await on_call.customer().says(_DOWN)
    await on_call.customer().presses("support.nevermind", 1001)
    (direct,) = await sent_to(on_call, "dm:ana")
    assert words_of(direct).endswith("\nRezolvat.")


async def test_a_reply_takes_a_free_ticket_and_answers_its_offers(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.after(3 * HOUR)
    assert await offered(desk) == 1
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    assert await offered(desk) == 0
    assert any(said.endswith("Preluat de Ana Ionescu.") for said in await desk.said_in("triage"))


async def test_who_presses_an_offer_too_late_is_told_who_was_quicker(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent("ana").presses("ticket.take", 1001)
    with pytest.raises(Refused, match="T-1001 is with Ana Ionescu already"):
        await desk.agent("mihai").presses("ticket.take", 1001)
    await desk.agent("mihai").presses("ticket.more", "take:1001")
    assert (await desk.case()).assignee.name == "Mihai Stan"  # type: ignore[union-attr]


async def test_an_escalated_ticket_is_offered_although_somebody_has_it(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent("ana").types("/ticket take 1001")
    await desk.agent("ana").types("/ticket escalate 1001 baza de date nu răspunde")
    await desk.agent("mihai").presses("ticket.take", 1001)
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert (await desk.said_in("triage"))[-1].endswith("Preluat de Mihai Stan.")


async def test_what_comes_due_together_is_one_post_a_place_and_every_step_is_history(
    on_call: TestedDesk,
) -> None:
    await on_call.customer().says(_DOWN)
    await on_call.deliver()
    on_call.now += 7 * DAY
    await on_call.fire()
    sent = await on_call.deliver()
    said_to_team = [words_of(message) for place, _thread, message in sent if place == "triage" and message]
    (call,) = [said for said in said_to_team if not is_card(said)]
    assert call.count("[Preia]") == 1
    for part in ("primul răspuns a expirat acum 6 zile 23 h", "rezolvare a expirat", "(L2): Mihai Stan"):
        assert part in call
    (direct,) = [words_of(message) for place, _thread, message in sent if place == "dm:ana" and message]
    assert direct.count("[Preia]") == 1
    kinds = await on_call.kinds()
    assert kinds.count(Kind.BREACHED) == 2
    assert kinds.count(Kind.TOLD) > 3


async def test_a_sentence_that_two_levels_hear_stands_once(on_call: TestedDesk) -> None:
    await on_call.customer().says(_DOWN)
    await on_call.deliver()
    on_call.now += 30 * MINUTE
    await on_call.fire()
    (call,) = [said for said in (words_of(m) for m in await sent_to(on_call, "triage")) if not is_card(said)]
    assert call.count("nu l-a preluat nimeni") == 1
    assert "De gardă (L2): Mihai Stan. De gardă (Tech Lead): Ana Ionescu." in call
