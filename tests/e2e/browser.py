"""The try page in a real browser: what a person sees of it, writes and presses."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
TAKES_PICTURES = os.environ.get("DISPECER_PICTURES") == "1"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Return where a Chromium is installed, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@dataclass
class Window:
    """A window with the page open. `opened` opens another one on the same desk."""

    page: Page
    opened: Callable[..., "Window"]

    @property
    def customer(self) -> Locator:
        """The conversation of the customer that is shown."""
        return self.page.locator(".customer .chat:visible")

    @property
    def team(self) -> Locator:
        """The team's channel."""
        return self.page.locator(".team .chat:not(.direct)")

    def card(self, number: str) -> Locator:
        """A ticket's card in the team's channel."""
        return self.post(number).locator("> .said")

    def post(self, number: str) -> Locator:
        """A ticket's card with its thread."""
        return self.team.locator(".posts > .post", has=self.page.locator("> .said", has_text=f"{number} ·"))

    def thread(self, number: str) -> Locator:
        """The thread below a ticket's card, opened if it was not."""
        post = self.post(number)
        fold = post.locator(".unfold")
        if fold.get_attribute("aria-expanded") == "false":
            fold.click()
        return post.locator(".replies")

    def answer(self, number: str) -> Locator:
        """What only the agent sees, below a ticket's card."""
        return self.post(number).locator("> .asides")

    def writes(self, text: str) -> None:
        """Write to the desk as the customer."""
        self.customer.locator("> .composer textarea").fill(text)
        self.customer.locator("> .composer .send").click()

    def types(self, command: str) -> None:
        """Type a command in the team's channel."""
        self.team.locator("> .composer textarea").fill(command)
        self.team.locator("> .composer textarea").press("Enter")

    def presses(self, number: str, label: str) -> None:
        """Press a button of a ticket's card."""
        self.card(number).get_by_role("button", name=label, exact=True).click()

    def chooses(self, number: str, menu: str, label: str) -> None:
        """Choose from a menu of a ticket's card."""
        self.presses(number, menu)
        self.page.get_by_role("menuitem", name=label).click()

    def fills(self, text: str) -> None:
        """Fill in the form that is open, and send it."""
        self.form.get_by_role("textbox").fill(text)
        self.sends()
        expect(self.form).to_be_hidden()

    def sends(self) -> None:
        """Send the form that is open."""
        self.form.locator("[type=submit]").click()

    @property
    def form(self) -> Locator:
        """The form that is open."""
        return self.page.locator("dialog#form")

    def answers(self, label: str) -> None:
        """Answer the question that the page asks before something is lost."""
        self.page.locator("dialog#confirm").get_by_role("button", name=label).click()

    def shows(self, company: str) -> None:
        """Look at another customer's side."""
        self.page.get_by_role("button", name=company).click()

    def waits(self, step: str, ahead: str) -> None:
        """Set the clock ahead, until the page says how far it is."""
        self.page.get_by_role("button", name=step, exact=True).click()
        expect(self.page.locator("#ahead")).to_have_text(ahead)

    def picture(self, name: str, of: Locator | None = None) -> None:
        """Take a picture for the README, where pictures are asked for; `of` is what stands at its top."""
        if TAKES_PICTURES:
            if of is not None:
                of.evaluate("element => element.scrollIntoView({ block: 'start' })")
            self.page.evaluate("document.activeElement?.blur()")
            self.page.mouse.move(0, 0)
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
