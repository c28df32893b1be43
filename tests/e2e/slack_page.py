"""local-slack's page in a real browser: what people see of the desk in Slack, write and press.

It shows Slack's dates as they are sent, not as a reader's clock has them.
"""

from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.local_slack import LocalSlack


@dataclass
class SlackPage:
    """A window in which one can be anybody."""

    page: Page

    async def is_of(self, name: str) -> None:
        """Be somebody from now on."""
        await self.page.get_by_label("Act as").select_option(label=name)

    async def opens(self, place: str) -> None:
        """Look at a channel, or at somebody's conversation with the desk."""
        await self.page.locator(".sidebar-item", has_text=place).click()

    async def writes(self, text: str) -> None:
        """Write a message in the conversation that is open."""
        box = self.page.locator(".main textarea.composer-input")
        await box.fill(text)
        await box.press("Enter")

    def post(self, text: str) -> Locator:
        """Return the newest post that says this."""
        return self.page.locator(".msg", has_text=text).last

    async def presses(self, post: Locator, label: str) -> None:
        """Press a button of a post."""
        await post.get_by_role("button", name=label, exact=True).click()

    async def fills(self, text: str) -> None:
        """Fill in the form that is open, and send it."""
        form = self.page.locator(".modal")
        await form.get_by_role("textbox").fill(text)
        await form.get_by_role("button", name="Trimite", exact=True).click()

    async def opens_thread(self, text: str) -> None:
        """Look at what hangs under a post."""
        post = self.post(text)
        await post.hover()
        await post.get_by_title("Reply in thread").click()

    async def sees(self, text: str) -> None:
        """Wait until something is to be read."""
        await expect(self.page.get_by_text(text).last).to_be_visible()


async def open_slack(browser: Browser, slack: LocalSlack) -> SlackPage:
    """Open the page, as Ana, in the team's channel."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=2)
    await page.goto(slack.url)
    await page.get_by_text("ui live").wait_for()
    return SlackPage(page)
