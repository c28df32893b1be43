"""A customer in Teams and an agent in Slack, and the other way round, as both see it in a real browser."""

import pytest
from playwright.async_api import Browser, expect

from desk.tickets import Status
from tests.e2e.conftest import Book
from tests.e2e.desk_process import eventually
from tests.e2e.local_slack import LocalSlack
from tests.e2e.photographs import photograph
from tests.e2e.playground import Playground
from tests.e2e.playground_page import open_teams
from tests.e2e.sight import in_teams, is_card
from tests.e2e.slack_page import open_slack
from tests.e2e.teams_world import ANA, TRIAGE

pytestmark = pytest.mark.usefixtures("desk_in_both")

ASKED = "De azi-dimineață nu mai pot crea curse noi"
REPLY = "Ne uităm acum. De când apare eroarea?"


async def is_resolved(book: Book) -> None:
    async def look() -> bool:
        return (await book.ticket()).status is Status.RESOLVED

    await eventually(look, "T-1001 is resolved")


@pytest.mark.parametrize("team_on", [("slack",)], ids=["team in Slack"])
async def test_a_customer_in_teams_and_an_agent_in_slack(
    browser: Browser, slack: LocalSlack, teams: Playground, book: Book
) -> None:
    customer, agent = await open_teams(browser, teams), await open_slack(browser, slack)
    await customer.writes(ASKED)
    await expect(customer.card("T-1001 ·")).to_contain_text("Vă răspundem până")
    await agent.presses(agent.post("T-1001 ·"), "Preia")
    await expect(agent.post("T-1001 ·")).to_contain_text("Ana Ionescu")
    await agent.presses(agent.post("T-1001 ·"), "Răspunde")
    await photograph(agent.page, "crossed-slack-form")
    await agent.fills(REPLY)
    await customer.sees(REPLY)
    await expect(customer.card("T-1001 ·")).to_contain_text("V-a răspuns Ana Ionescu.")
    await customer.writes("De la ora 8, după actualizare")
    await agent.opens_thread("T-1001 ·")
    await agent.sees("De la ora 8, după actualizare")
    await photograph(customer.page, "crossed-customer-in-teams")
    await photograph(agent.page, "crossed-agent-in-slack")
    await customer.presses(customer.card("Nu mai e nevoie"), "Nu mai e nevoie", "Da, închide")
    await is_resolved(book)
    await expect(agent.post("T-1001 ·")).to_contain_text("rezolvat")


@pytest.mark.parametrize("team_on", [("teams",)], ids=["team in Teams"])
@pytest.mark.parametrize("oneself", [ANA], ids=["Ana's window"])
async def test_a_customer_in_slack_and_an_agent_in_teams(
    browser: Browser, slack: LocalSlack, teams: Playground, book: Book
) -> None:
    customer, agent = await open_slack(browser, slack), await open_teams(browser, teams)
    await customer.is_of("Ion Popescu")
    await customer.opens("trans-carpati")
    await customer.writes(ASKED)
    await agent.opens("triaj")
    card = agent.card("T-1001 ·")
    await expect(card).to_contain_text("Slack")
    await agent.presses(card, "Preia")
    await expect(card).to_contain_text("Ana Ionescu")
    shown = await in_teams(teams, TRIAGE, "Ana Ionescu", is_card)
    dialog = await teams.presses(ANA, shown, "ticket.reply")
    await teams.submits(ANA, shown, dialog, text=REPLY)
    await customer.opens_thread(ASKED)
    await customer.sees(REPLY)
    await agent.sees("Ana Ionescu către client")
    await photograph(customer.page, "crossed-customer-in-slack")
    await agent.shows(card)
    await photograph(agent.page, "crossed-agent-in-teams")
    dialog = await teams.presses(ANA, shown, "ticket.resolve")
    await teams.submits(ANA, shown, dialog, text="Am repornit serviciul.")
    await customer.sees("este rezolvat")
    await is_resolved(book)
