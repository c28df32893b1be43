import pytest

from desk.errors import BadInput, DeskError, NotAllowed, NotFound
from desk.tickets import Status
from handlers import router
from tests.desk_in_tests import Speaker, TestedDesk, answer_text

TEAM_WORDS = [
    f"/{family} {word}" for family, words in router.TEAM_COMMANDS.items() for word in (*words, "help")
]


_OF_NO_TICKET = {"support.open", "support.form"}


async def test_a_customer_cannot_run_an_agents_command(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    for command in TEAM_WORDS:
        with pytest.raises(NotAllowed):
            await desk.customer().types(f"{command} 1001 P1")
    assert (await desk.ticket()).status is Status.RECEIVED


async def test_a_customer_cannot_press_an_agents_button(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    for action in router.TEAM_BUTTONS:
        with pytest.raises(NotAllowed):
            await desk.customer().presses(action, "1001", text="x")
    assert (await desk.ticket()).status is Status.RECEIVED


async def test_a_slip_in_a_command_s_name_finds_the_one_that_was_meant_among_those_one_may_use(
    desk: TestedDesk,
) -> None:
    with pytest.raises(BadInput, match=r"There is no /tiket\. Did you mean /ticket"):
        await desk.agent().types("/tiket list")
    with pytest.raises(BadInput, match=r"There is no /suport\. Did you mean /support"):
        await desk.customer().types("/suport")
    with pytest.raises(BadInput, match=r"There is no /tiket\. Write /support to reach us"):
        await desk.customer().types("/tiket list")


@pytest.mark.parametrize("action", sorted(router.BUTTONS.keys() - _OF_NO_TICKET))
async def test_a_customer_cannot_touch_another_customers_ticket(desk: TestedDesk, action: str) -> None:
    await desk.customer("ion").says("Nu pot crea curse noi")
    with pytest.raises(NotFound, match="There is no ticket T-1001"):
        await desk.customer("emma").presses(action, "1001", text="hello")
    assert (await desk.ticket()).status is Status.RECEIVED


async def test_a_ticket_of_somebody_else_reads_like_one_that_is_not_there(desk: TestedDesk) -> None:
    await desk.customer("ion").says("Nu pot crea curse noi")
    errors = []
    for number in ("1001", "4711"):
        with pytest.raises(NotFound) as raised:
            await desk.customer("emma").presses("support.nevermind", number)
        errors.append(str(raised.value).replace(number, "N"))
    assert errors[0] == errors[1]


async def test_status_shows_a_customer_their_own_tickets_only(desk: TestedDesk) -> None:
    await desk.customer("ion").says("Nu pot crea curse noi")
    await desk.customer("emma").says("Nothing works")
    answer = answer_text(await desk.customer("emma").types("/support status"))
    assert "T-1002" in answer
    assert "T-1001" not in answer


@pytest.fixture
async def guest(desk: TestedDesk) -> Speaker:
    """Somebody of no known company in the channel of Trans Carpați, which has a ticket elsewhere too."""
    await Speaker(desk, "ana", "trans-carpati", direct=False).types("/customer link Trans Carpați")
    await desk.customer("ion").says("Nu pot crea curse noi")
    await Speaker(desk, "ion", "trans-carpati", direct=False).says("Exportul nu merge")
    return Speaker(desk, "vlad", "trans-carpati", direct=False)


async def test_status_shows_a_guest_what_everybody_reads_there_and_what_is_their_own(guest: Speaker) -> None:
    await guest.desk.customer("vlad").says("Nu pot factura")
    answer = answer_text(await guest.types("/support status"))
    assert "T-1002" in answer
    assert "T-1003" in answer
    assert "T-1001" not in answer


async def test_a_guest_in_a_customers_channel_touches_no_ticket_that_goes_on_elsewhere(
    guest: Speaker,
) -> None:
    with pytest.raises(NotFound, match="There is no ticket T-1001"):
        await guest.presses("support.nevermind", "1001")
    await guest.presses("support.nevermind", "1002")
    assert (await guest.desk.ticket(1002)).status is Status.RESOLVED


async def test_a_form_cannot_put_a_request_into_another_customers_place(desk: TestedDesk) -> None:
    await desk.customer("ion").says("Nu pot crea curse noi")
    place = (await desk.ticket()).place_id
    before = await desk.said_in("dm:ion")
    await desk.customer("emma").presses("support.open", place, text="Nothing works at all")
    assert await desk.said_in("dm:ion") == before
    assert (await desk.ticket(1002)).place_id != place
    assert any("Nothing works at all" in said for said in await desk.said_in("dm:emma"))


async def test_who_leaves_the_triage_channel_is_no_agent_any_more(desk: TestedDesk) -> None:
    await desk.agent("ana").does("left")
    with pytest.raises(NotAllowed):
        await desk.agent("ana").types("/ticket list")


NONSENSE = ["", "x", "1001:", ":", "1001:P9", "9" * 30, "-1", "why:", "x:1001", "1001:x", "1001:9999", "😀"]


@pytest.mark.parametrize("action", router.TEAM_BUTTONS)
async def test_a_button_with_nonsense_is_a_clear_error(desk: TestedDesk, action: str) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    for subject in NONSENSE:
        with pytest.raises(DeskError):
            await desk.agent().presses(action, subject, text="x")


@pytest.mark.parametrize("subject", ["x", "-1", "9" * 30, "²", "999"])
async def test_a_form_for_a_place_that_is_none_is_answered_where_its_sender_is(
    desk: TestedDesk, subject: str
) -> None:
    await desk.customer().presses("support.open", subject, text="Nu pot crea curse noi")
    assert any("T-1001" in said for said in await desk.said_in("dm:ion"))
