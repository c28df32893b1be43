"""The story in Teams as people see it: in the Playground's page, in a real browser.

Dialogs, which the page does not show, are filled in through its HTTP interface.
"""

import pytest
from playwright.async_api import Browser, expect

from desk.tickets import Status
from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually
from tests.e2e.photographs import photograph
from tests.e2e.playground import Playground
from tests.e2e.playground_page import CHAT, open_teams
from tests.e2e.sight import in_teams, is_card
from tests.e2e.teams_world import ANA, EMMA, ION, ION_CHAT, TRIAGE

ASKED = (
    "Bună ziua, de azi-dimineață nu mai pot crea curse noi: apăs pe Salvează și se învârte la nesfârșit. "
    "Colega mea are la fel.\nVedeți https://app.example.ro/curse?luna=11"
)


async def stands_at(book: Book, status: Status) -> None:
    async def look() -> bool:
        return (await book.ticket()).status is status

    await eventually(look, f"T-1001 is {status}")


async def test_a_customer_asks_is_answered_reopens_and_closes(
    browser: Browser, teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    window = await open_teams(browser, teams)
    await window.sees("Bună ziua. Scrieți-ne aici ce s-a întâmplat")
    await window.writes(ASKED)
    asked = window.card("T-1001 ·")
    await expect(asked).to_contain_text("Am înregistrat solicitarea. Vă răspundem până")
    await photograph(window.page, "teams-asked")

    details = await in_teams(teams, ION_CHAT, "T-1001")
    dialog = await teams.presses(ION, details, "support.details")
    await teams.submits(ION, details, dialog, text="Apare eroarea 503, în Firefox și în Chrome.")
    card = await in_teams(teams, TRIAGE, "T-1001", is_card)
    await teams.presses(ANA, card, "ticket.take")
    dialog = await teams.presses(ANA, card, "ticket.reply")
    await teams.submits(ANA, card, dialog, text="Ne uităm acum. Ce versiune aveți?\nReveniți cu *Ctrl+F5*.")
    await window.sees("Ne uităm acum. Ce versiune aveți?")
    await expect(asked).to_contain_text("V-a răspuns Ana Ionescu.")
    await photograph(window.page, "teams-answered")

    card = await in_teams(teams, TRIAGE, "în lucru", is_card)
    dialog = await teams.presses(ANA, card, "ticket.resolve")
    await teams.submits(ANA, card, dialog, text="Am repornit serviciul de curse.")
    await window.sees("Am repornit serviciul de curse.")
    await photograph(window.page, "teams-resolved")
    await window.presses(window.card("este rezolvat"), "Nu e rezolvat")
    await window.sees("este din nou deschis")
    await window.sees("Gata.")
    await stands_at(book, Status.IN_PROGRESS)

    await window.presses(asked, "Nu mai e nevoie")
    await photograph(window.page, "teams-sure")
    await window.presses(asked, "Da, închide")
    await stands_at(book, Status.RESOLVED)
    await photograph(window.page, "teams-closed")


@pytest.mark.parametrize("oneself", [ANA], ids=["Ana's window"])
async def test_an_agent_takes_a_ticket_sees_why_it_is_due_and_what_the_customer_adds(
    browser: Browser, teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    window = await open_teams(browser, teams)
    await teams.says(ION, teams.chats[ION], ASKED)
    await window.opens("triaj")
    card = window.card("T-1001 ·")
    await expect(card).to_contain_text("Sugerat P2: o funcție principală nu merge")
    await photograph(window.page, "teams-triage")

    await window.presses(card, "Prioritate")
    await window.shows(card)
    await photograph(window.page, "teams-priorities")
    await window.presses(card, "🟡 P3 medie: o problemă la o funcție secundară")
    await expect(card).to_contain_text("🟡 P3 · T-1001")
    await window.presses(card, "Prioritate", "🟠 P2 ridicată: o funcție principală nu merge")
    await window.presses(card, "Preia")
    await expect(card).to_contain_text("Ana Ionescu")
    await stands_at(book, Status.IN_PROGRESS)
    await teams.says(ION, teams.chats[ION], "Acum apare și eroarea 503.")
    shown = await in_teams(teams, TRIAGE, "Ana Ionescu", is_card)
    dialog = await teams.presses(ANA, shown, "ticket.reply")
    await teams.submits(ANA, shown, dialog, text="Ne uităm acum. De când apare eroarea?")
    await window.sees("Ana Ionescu către client")
    await window.shows(card)
    await photograph(window.page, "teams", shown=True)


@pytest.mark.parametrize("oneself", [EMMA], ids=["Emma's window"])
async def test_a_customer_who_writes_english_reads_english(
    browser: Browser, teams: Playground, desk_in_teams: DeskProcess
) -> None:
    window = await open_teams(browser, teams)
    await window.sees("Hello. Tell us here what happened")
    await window.writes("I cannot create new trips since this morning")
    await expect(window.card("T-1001 ·")).to_contain_text("You will hear from us by")
    await photograph(window.page, "teams-asked-in-english")
    await window.writes("support status")
    await window.sees("you hear from us by")
    await window.writes("support hours")
    await window.writes("support help")
    await window.writes("support sla")
    await window.sees("system down")
    await photograph(window.page, "teams-commands-in-english")


@pytest.mark.parametrize("oneself", [ANA], ids=["Ana's window"])
async def test_an_agent_who_chose_english_reads_english_in_a_romanian_team(
    browser: Browser, teams: Playground, desk_in_teams: DeskProcess
) -> None:
    window = await open_teams(browser, teams)
    await window.opens(CHAT)
    await window.writes("support language en")
    await window.sees("We write to you in this language from now on.")
    await teams.says(ION, teams.chats[ION], ASKED)
    await window.opens("triaj")
    card = window.card("T-1001 ·")
    await window.presses(card, "Preia")
    await expect(card).to_contain_text("Ana Ionescu")  # then everybody's, for the page knows nobody's own
    pressed = next(one for one in teams.gateway.events if one.activity.get("name") == "adaptiveCard/action")
    assert "Assigned to" in str(pressed.answer)
    shown = await in_teams(teams, TRIAGE, "T-1001", is_card)
    dialog = await teams.presses(ANA, shown, "ticket.reply")
    assert dialog["task"]["value"]["title"] == "Reply to T-1001"
    await window.opens(CHAT)
    await window.writes("ticket take 9")
    await window.sees("There is no ticket T-9.")
    await window.writes("ticket list")
    await window.writes("ticket why 1001")
    await window.sees("Total counted")
    await photograph(window.page, "teams-why-in-english")
