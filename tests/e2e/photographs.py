"""Pictures of pages in a browser: of each to look at, and of a few to show."""

from pathlib import Path

from playwright.async_api import Page

from tests.e2e.browser import PICTURES, TAKES_PICTURES

SEEN = Path(__file__).parents[2] / ".build" / "pictures"


async def photograph(page: Page, name: str, *, shown: bool = False) -> None:
    """Take a picture of a page, under .build/pictures.

    One that is `shown` goes into docs/pictures as well, where pictures are asked for.
    """
    await page.evaluate("document.activeElement?.blur()")
    await page.mouse.move(0, 0)
    for folder in (SEEN, *([PICTURES] if shown and TAKES_PICTURES else [])):
        folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=folder / f"{name}.png", animations="disabled")
