import pytest

from desk.errors import BadInput, NotFound
from desk.tickets import Kind
from handlers.customers import import_customers
from storage import people
from storage.transactions import Transaction
from tests.desk_in_tests import HOUR, TestedDesk, answer_text


async def test_a_customer_is_added_and_listed(desk: TestedDesk) -> None:
    await desk.agent().types("/customer add Șoimii Transport premium ro")
    assert "Șoimii Transport · Premium · română" in answer_text(await desk.agent().types("/customer list"))


async def test_a_customer_is_found_without_capitals_and_diacritics(desk: TestedDesk) -> None:
    assert "Trans Carpați" in answer_text(await desk.agent().types("/customer show trans carpati"))


async def test_messages_in_a_linked_channel_are_tickets_of_that_customer(desk: TestedDesk) -> None:
    agent = desk.agent()
    agent.conversation = "trans-carpati"
    await agent.types("/customer link Trans Carpați")
    stranger = desk.customer("dorel")
    stranger.conversation, stranger.direct = "trans-carpati", False
    await stranger.says("Nu pot crea curse noi")
    ticket = await desk.ticket()
    assert ticket.tier == "premium"
    assert (await desk.case()).customer.name == "Trans Carpați"  # type: ignore[union-attr]


async def test_an_unknown_person_gets_the_default_tier_and_one_tap_names_their_customer(
    desk: TestedDesk,
) -> None:
    await desk.customer("stranger").says("Nu pot crea curse noi")
    assert (await desk.ticket()).tier == "basic"
    (card,) = await desk.said_in("triage")
    assert "[Ce client este?]" in card
    carpati = await desk.database.read(lambda tx: people.customer_called(tx, "Trans Carpați"))
    assert carpati is not None
    await desk.agent().presses("ticket.customer", f"1001:{carpati.id}")
    ticket = await desk.ticket()
    assert (ticket.tier, ticket.customer_id) == ("premium", carpati.id)
    due = {clock.name: clock.due_at for clock in (await desk.case()).clocks()}
    assert due["first_response"] == ticket.opened_at + 4 * HOUR
    await desk.customer("stranger").says("Și exportul nu merge", thread="other")
    assert (await desk.ticket(1002)).customer_id == carpati.id


async def test_an_import_adds_and_changes(desk: TestedDesk) -> None:
    text = "name,tier,language\nTrans Carpați,enterprise,ro\nAlba Trans,Standard,en\n"

    def work(tx: Transaction) -> tuple[int, int]:
        return import_customers(tx, desk.desk, text, desk.now)

    assert await desk.database.write(work) == (1, 1)
    assert "Trans Carpați · Enterprise · ro" in answer_text(await desk.agent().types("/customer list"))


async def test_an_import_with_mistakes_names_their_lines_and_changes_nothing(desk: TestedDesk) -> None:
    text = "name,tier,language\nAlba Trans,gold,ro\n,basic,de\n"
    with pytest.raises(BadInput) as raised:
        await desk.database.write(lambda tx: import_customers(tx, desk.desk, text, desk.now))
    assert str(raised.value).splitlines() == [
        "line 2: tier: “gold” is none of basic, standard, premium, enterprise",
        "line 3: name: there is no name",
        "line 3: language: “de” is neither ro nor en",
    ]
    assert "Alba" not in answer_text(await desk.agent().types("/customer list"))


async def test_an_import_moves_the_deadlines_of_what_is_open(desk: TestedDesk) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    text = "name,tier\nRapid Cargo,premium\n"
    await desk.database.write(lambda tx: import_customers(tx, desk.desk, text, desk.now))
    due = {clock.name: clock.due_at for clock in (await desk.case()).clocks()}
    assert due["first_response"] == (await desk.ticket()).opened_at + 4 * HOUR
    assert (await desk.kinds())[-1] is Kind.TIER


@pytest.mark.parametrize("text", ['"" premium', "premium", "premium ro", "„” premium ro", ""])
async def test_a_customer_without_a_name_is_refused(desk: TestedDesk, text: str) -> None:
    with pytest.raises(BadInput, match="Write a name and a tier"):
        await desk.agent().types(f"/customer add {text}")


@pytest.fixture
async def gold(desk: TestedDesk) -> TestedDesk:
    """A desk whose customer Trans Carpați bought a tier that the plan does not have any more."""

    def work(tx: Transaction) -> None:
        customer = people.customer_called(tx, "Trans Carpați")
        assert customer is not None
        people.change_customer(tx, customer.id, tier="gold")

    await desk.database.write(work)
    return desk


async def test_a_message_from_a_customer_of_a_tier_that_is_gone_is_a_ticket(gold: TestedDesk) -> None:
    await gold.customer().says("Nu pot crea curse noi")
    assert (await gold.ticket()).tier == "basic"
    assert any("Trans Carpați (Basic)" in said for said in await gold.said_in("triage"))


async def test_a_customer_of_a_tier_that_is_gone_may_ask_for_anything(gold: TestedDesk) -> None:
    assert "Basic" in answer_text(await gold.customer().types("/support sla"))
    with pytest.raises(BadInput, match="does not include"):
        await gold.customer().types("/support call-me +40 721 000 000")
    for command in ("/customer list", "/customer show Trans Carpați"):
        said = answer_text(await gold.agent().types(command))
        assert "gold (nu mai este în plan: se aplică Basic)" in said


async def test_a_customer_that_the_menu_has_no_room_for_is_named_by_a_command(desk: TestedDesk) -> None:
    def many(tx: Transaction) -> None:
        for n in range(60):
            people.add_customer(tx, f"Client {n:02}", "standard", "ro", desk.now)

    await desk.customer("stranger").says("Exportul nu funcționează")
    assert "/ticket customer" not in (await desk.said_in("triage"))[-1]
    await desk.database.write(many)
    await desk.agent().types("/ticket tag 1001 export")
    assert "Alt client? Scrieți /ticket customer 1001 NUME" in (await desk.said_in("triage"))[-1]
    answer = await desk.agent().types("/ticket customer 1001 trans carpati")
    assert answer_text(answer) == "T-1001 este acum un tichet al clientului Trans Carpați."
    assert (await desk.ticket()).tier == "premium"
    assert "/ticket customer" not in (await desk.said_in("triage"))[-1]


async def test_a_customer_that_is_not_there_is_named_in_the_refusal(desk: TestedDesk) -> None:
    await desk.customer("stranger").says("Exportul nu funcționează")
    with pytest.raises(NotFound, match="There is no customer “Nimeni”"):
        await desk.agent().types("/ticket client 1001 Nimeni")


@pytest.mark.parametrize("name", ["x" * 201, "\u0301\u0302", "A\x00B"])
async def test_a_name_that_cannot_be_kept_or_compared_is_refused(desk: TestedDesk, name: str) -> None:
    with pytest.raises(BadInput):
        await desk.agent().types(f"/customer add {name} premium")


@pytest.mark.parametrize("rows", ["name,tier\nEuroFleet,premium", "name,tier,language\nEuroFleet,premium,"])
async def test_an_import_that_says_no_language_leaves_that_of_a_known_customer(
    desk: TestedDesk, rows: str
) -> None:
    text = f"{rows}\n"
    await desk.database.write(lambda tx: import_customers(tx, desk.desk, text, desk.now))
    assert "EuroFleet · Premium · engleză" in answer_text(await desk.agent().types("/customer list"))
