"""Commands typed as words, where a platform has no slash commands, and cards that differ by who looks."""

import pytest

from desk.errors import NotFound
from desk.messages import Buttons
from desk.tickets import Kind, Status
from handlers import team
from storage import people
from tests.desk_in_tests import Speaker, TestedDesk, words_of

_ASKED = "Nu pot crea curse noi"


@pytest.fixture
async def teams(desk: TestedDesk) -> TestedDesk:
    """Return a desk whose team is in Teams too: Radu and Elena."""
    desk.desk.triages = await desk.database.write(
        lambda tx: team.settle(tx, desk.desk, "teams", "tenant", "19:team", desk.now)
    )
    place = desk.desk.triages[-1]
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, place, ["29:radu", "29:elena"], desk.now))
    await desk.customer().says(_ASKED)
    await desk.deliver()
    return desk


def in_teams(desk: TestedDesk, user: str, conversation: str, direct: bool = False) -> Speaker:
    return Speaker(desk, user, conversation, direct, platform="teams", workspace="tenant")


async def test_an_agent_types_a_command_in_the_teams_channel_and_reads_the_answer_there(
    teams: TestedDesk,
) -> None:
    await in_teams(teams, "29:radu", "19:team").says("ticket take 1001", typed=True, mentioned=True)
    assert (await teams.ticket()).status is Status.IN_PROGRESS
    assert "T-1001 este al dumneavoastră." in await teams.said_in("19:team")


async def test_in_a_customers_channel_the_answer_is_for_the_agent_alone(teams: TestedDesk) -> None:
    await in_teams(teams, "29:radu", "19:client").says("ticket show 1001", typed=True, mentioned=True)
    assert await teams.said_in("19:client") == []
    assert "T-1001" in (await teams.said_in("29:radu"))[-1]


async def test_a_customer_who_begins_with_the_word_ticket_writes_a_message(teams: TestedDesk) -> None:
    customer = in_teams(teams, "29:client", "a:1", direct=True)
    await customer.says("ticket nou: exportul nu funcționează", typed=True, threaded=False)
    assert (await teams.ticket(1002)).subject == "ticket nou: exportul nu funcționează"


async def test_a_customer_asks_for_their_tickets_in_words(teams: TestedDesk) -> None:
    customer = in_teams(teams, "29:client", "a:1", direct=True)
    await customer.says("Exportul nu funcționează", typed=True, threaded=False)
    await customer.says("support status", typed=True, threaded=False)
    assert "T-1002" in (await teams.said_in("a:1"))[-1]
    assert len(await teams.all_tickets()) == 2


async def test_a_refused_command_says_why_and_changes_nothing(teams: TestedDesk) -> None:
    radu = in_teams(teams, "29:radu", "19:team")
    await radu.says("ticket priority 1001 P9", typed=True, mentioned=True)
    assert "P9" in (await teams.said_in("19:team"))[-1]
    assert (await teams.ticket()).priority == "P2"


async def test_commands_are_named_without_a_slash_where_they_are_words(teams: TestedDesk) -> None:
    radu = in_teams(teams, "29:radu", "19:team")
    for text in ("ticket help", "ticket xyzzy", "customer link Nimeni", "customer add X"):
        await radu.says(text, typed=True, mentioned=True)
    said = "\n".join((await teams.said_in("19:team"))[-4:])
    assert "ticket listă [mele" in said
    assert "Scrieți customer list" in said
    assert "/" not in said.replace("+40", "")


async def test_a_slip_is_answered_with_what_was_meant(teams: TestedDesk) -> None:
    radu = in_teams(teams, "29:radu", "19:team")
    await radu.says("tiket list", typed=True, mentioned=True)
    assert "„ticket”" in (await teams.said_in("19:team"))[-1]
    assert len(await teams.all_tickets()) == 1


async def test_a_command_that_needs_a_form_offers_it_by_a_button(teams: TestedDesk) -> None:
    await in_teams(teams, "29:radu", "19:team").says("ticket reply 1001", typed=True, mentioned=True)
    message = [m for place, _thread, m in (await teams.deliver(), teams.sent)[1] if place == "19:team"][-1]
    assert message is not None
    (buttons,) = [block for block in message.blocks if isinstance(block, Buttons)]
    (button,) = buttons.items
    assert (button.action, getattr(button, "value", ""), getattr(button, "asks", False)) == (
        "ticket.reply",
        "1001",
        True,
    )


async def test_each_sees_the_card_as_they_can_use_it(teams: TestedDesk) -> None:
    radu, elena = in_teams(teams, "29:radu", "19:team"), in_teams(teams, "29:elena", "19:team")
    stranger = in_teams(teams, "29:visitor", "19:team")
    await radu.presses("ticket.take", 1001)
    seen = {
        who.user: words_of(answer.card) if answer.card else ""
        for who in (radu, elena, stranger)
        for answer in [await who.presses("ticket.card", 1001)]
    }
    assert "[Răspunde]" in seen["29:radu"]
    assert "[Preia" in seen["29:elena"]
    assert "[Preia" not in seen["29:radu"].replace("[Preia de la", "")
    assert "[" not in seen["29:visitor"]
    assert "T-1001" in seen["29:visitor"]


async def test_outside_the_teams_channel_no_card_is_shown(teams: TestedDesk) -> None:
    customer = in_teams(teams, "29:client", "a:1", direct=True)
    with pytest.raises(NotFound):
        await customer.presses("ticket.card", 1001)


async def test_a_person_is_called_as_the_platform_calls_them(teams: TestedDesk) -> None:
    await in_teams(teams, "29:client", "a:1", direct=True).says("Nu merge exportul", user_name="Dan Marin")
    found = await teams.database.write(lambda tx: people.person(tx, "teams", "tenant", "29:client"))
    assert found.name == "Dan Marin"


async def test_a_place_is_reached_where_it_was_last_heard_from(teams: TestedDesk) -> None:
    customer = in_teams(teams, "29:client", "a:1", direct=True)
    for url in ("https://one.example/", "https://two.example/"):
        await customer.says("Nu merge exportul", address={"service_url": url})
    place = await teams.database.write(lambda tx: people.place(tx, "teams", "tenant", "a:1", "direct"))
    assert place.address == {"service_url": "https://two.example/"}


@pytest.mark.parametrize("text", ["Customer says it still fails", "Ticket 1042 is the same", "ticket list"])
async def test_what_is_written_under_a_card_is_a_note_whatever_word_it_begins_with(
    teams: TestedDesk, text: str
) -> None:
    card = await teams.platform_id("19:team", "card:1001")
    await in_teams(teams, "29:radu", "19:team").says(text, typed=True, thread=card)
    assert ((await teams.history())[-1].kind, (await teams.history())[-1].data["text"]) == (Kind.NOTED, text)
    assert f"> {text}" in (await teams.said_in("triage"))[-1]


async def test_under_a_card_a_command_is_told_by_the_mention(teams: TestedDesk) -> None:
    card = await teams.platform_id("19:team", "card:1001")
    radu = in_teams(teams, "29:radu", "19:team")
    await radu.says("ticket take 1001", typed=True, mentioned=True, thread=card)
    assert (await teams.ticket()).status is Status.IN_PROGRESS


async def test_at_the_top_of_the_teams_channel_a_command_needs_no_mention(teams: TestedDesk) -> None:
    await in_teams(teams, "29:radu", "19:team").says("ticket take 1001", typed=True)
    assert (await teams.ticket()).status is Status.IN_PROGRESS
