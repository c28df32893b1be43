"""The Playground's page in a real browser: how a card looks, and what becomes of a press on it.

It shows what the desk posts and what is said below, but what others say and dialogs it does not. It knows no
view of a card that is one person's own, so that a card turns to what is theirs when they press on it.
"""

from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.playground import Playground

CHAT = "Personal Chat"


@dataclass
class TeamsPage:
    """The window of the person as whom the Playground was started."""

    page: Page

    async def opens(self, place: str) -> None:
        """Look at a conversation: `CHAT`, or the name of a channel or a group."""
        await self.page.get_by_role("treeitem", name=place).click()

    async def writes(self, text: str) -> None:
        """Write a message in the chat that is open."""
        box = self.page.get_by_role("textbox").last
        await box.fill(text)
        await box.press("Enter")

    def card(self, text: str) -> Locator:
        """Return the newest card that says this."""
        return self.page.locator(".ac-adaptiveCard", has_text=text).last

    async def presses(self, card: Locator, *labels: str) -> None:
        """Press a button of a card, and of what it opens below one after the other."""
        for label in labels:
            await card.get_by_role("button", name=label, exact=True).last.click()

    async def shows(self, card: Locator) -> None:
        """Let a channel's post stand at the top, below whose it is."""
        await card.evaluate("card => { card.style.scrollMarginTop = '72px'; card.scrollIntoView() }")

    async def sees(self, text: str) -> None:
        """Wait until something is to be read."""
        await expect(self.page.get_by_text(text).last).to_be_visible()


async def open_teams(browser: Browser, teams: Playground) -> TeamsPage:
    """Open the page, which adds the desk to the chat of whose window it is, if it is not there yet.

    Nothing is loaded from elsewhere: fonts stay the browser's own.
    """
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=2)
    await page.route(lambda address: not address.startswith(teams.url), lambda route: route.abort())
    await page.goto(teams.url)
    await page.get_by_role("treeitem", name=CHAT).wait_for()
    await page.get_by_title("Toggle Log Panel").click()
    return TeamsPage(page)
