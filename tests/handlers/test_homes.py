"""Requests that no message carries: they live where their writer reads them, and nobody else does."""

import pytest

from desk.errors import NotFound, Refused
from desk.tickets import Status
from tests.desk_in_tests import Speaker, TestedDesk, answer_text

_ASKED = "Nu pot crea curse noi"


@pytest.fixture
async def dorel(desk: TestedDesk) -> Speaker:
    """Somebody whose customer nobody named, in the channel that is Trans Carpați's."""
    agent = Speaker(desk, "ana", "trans-carpati", direct=False)
    await agent.types("/customer link Trans Carpați")
    return Speaker(desk, "dorel", "trans-carpati", direct=False)


async def asked(speaker: Speaker, home: str | None = None) -> None:
    form = (await speaker.types("/support")).form
    assert form is not None
    await speaker.sends(form.action, form.subject, home=home, text=_ASKED)


async def test_a_form_opened_in_a_linked_channel_is_answered_there(desk: TestedDesk, dorel: Speaker) -> None:
    await asked(dorel)
    ticket = await desk.ticket()
    assert ticket.tier == "premium"
    assert (await desk.case()).customer.name == "Trans Carpați"  # type: ignore[union-attr]
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    assert (await desk.said_in("trans-carpati"))[-1] == "Ana Ionescu:\nNe uităm."


@pytest.mark.parametrize("home", ["", "dm:ion"])
async def test_a_form_opened_in_a_direct_conversation_is_answered_there(desk: TestedDesk, home: str) -> None:
    await asked(desk.customer(), home=home)
    assert "T-1001" in (await desk.said_in("dm:ion"))[0]


async def test_a_form_opened_while_the_direct_conversation_was_unknown_is_answered_in_it(
    desk: TestedDesk,
) -> None:
    await desk.customer().sends("support.open", "", text=_ASKED)
    assert "T-1001" in (await desk.said_in("dm:ion"))[0]


async def test_a_colleague_without_a_customer_adds_details_from_the_channel(
    desk: TestedDesk, dorel: Speaker
) -> None:
    await Speaker(desk, "ion", "trans-carpati", direct=False).says(_ASKED)
    form = (await dorel.presses("support.details", 1001)).form
    assert form is not None
    await dorel.sends(form.action, form.subject, text="Eroarea 500")
    assert any("Eroarea 500" in said for said in await desk.said_in("trans-carpati"))


async def test_details_for_a_ticket_of_another_customer_are_refused(desk: TestedDesk, dorel: Speaker) -> None:
    await desk.customer("emma").says("Nothing works")
    form = (await dorel.types("/support")).form
    assert form is not None
    with pytest.raises(NotFound):
        await dorel.sends("support.details.send", f"1001:{form.subject}", text="Let me in")


async def test_a_form_for_a_channel_of_another_customer_is_not_posted_there(
    desk: TestedDesk, dorel: Speaker
) -> None:
    form = (await dorel.types("/support")).form
    assert form is not None
    await desk.customer("emma").sends(form.action, form.subject, text="Nothing works at all")
    assert await desk.said_in("trans-carpati") == []


@pytest.mark.parametrize("user", ["emma", "ana"])
async def test_a_request_typed_in_another_customers_channel_is_answered_in_private(
    desk: TestedDesk, dorel: Speaker, user: str
) -> None:
    visitor = Speaker(desk, user, dorel.conversation, direct=False)
    assert "T-1001" in answer_text(await visitor.types("/support nobody can log in since this morning"))
    assert await desk.said_in("trans-carpati") == []
    assert "T-1001" in (await desk.said_in(f"dm:{user}"))[0]


async def test_a_ticket_without_a_conversation_says_so_to_whoever_wants_to_answer(desk: TestedDesk) -> None:
    await desk.customer().sends("support.open", "", home="", text=_ASKED)
    for command in ("/ticket reply 1001 Ne uităm.", "/ticket reply 1001", "/ticket resolve 1001 Gata."):
        with pytest.raises(Refused, match="T-1001 has no conversation with Ion Popescu"):
            await desk.agent().types(command)
    with pytest.raises(Refused, match="Nothing was sent"):
        await desk.agent().presses("ticket.reply.send", 1001, text="Ne uităm.")
    form = (await desk.agent().presses("ticket.more", "resolve:1001")).form
    assert form is not None
    assert "nu află" in str(form.intro)
    assert "nu a aflat" in answer_text(await desk.agent().types("/ticket resolve 1001"))
    assert (await desk.ticket()).status is Status.RESOLVED
