"""The Playground's page in a real browser: how a card looks, and what becomes of a press on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

from tests.e2e.browser import ARGUMENTS, chromium
from tests.e2e.playground import Playground


@asynccontextmanager
async def page_of(teams: Playground) -> AsyncIterator[Page]:
    """Open the page, as Ion; opening a conversation in it adds the desk there.

    It shows posts of the desk's from then on, what is said below them, and what Ion types in it; neither what
    others say nor dialogs. Nothing is loaded from elsewhere: fonts stay the browser's own.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            page = await browser.new_page(viewport={"width": 1400, "height": 900})
            await page.route(lambda address: not address.startswith(teams.url), lambda route: route.abort())
            await page.goto(teams.url)
            await page.get_by_text("conversationUpdate").first.wait_for()  # its log: the desk was added
            yield page
        finally:
            await browser.close()
