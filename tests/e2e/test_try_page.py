"""Somebody tries the desk in a browser: nothing is set up but the desk itself, on an empty folder."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Page,
    expect,
    sync_playwright,
)

from tests.e2e.browser import ARGUMENTS, TAKES_PICTURES, Window, chromium
from tests.e2e.desk_process import DeskProcess

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="No Chromium is installed: apt-get install chromium"
)

Opens = Callable[..., Window]


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something to its end beside the browser's own loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, with nothing of anybody's in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskProcess]:
    """A desk without a credential, on an empty folder. At the end it stops when asked, without complaint."""
    desk = DeskProcess(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'desk.db'}")
    done(desk.start())
    yield desk
    assert done(desk.stop()) == 0
    assert desk.complaints() == []


@pytest.fixture
def opens(browser: Browser, desk: DeskProcess) -> Iterator[Opens]:
    """Open windows on the page, each with a browser profile of its own. Their scripts must not fail."""
    contexts: list[BrowserContext] = []
    mistakes: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Where a test cuts the connection, the browser says so.
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            mistakes.append(message.text)

    def opens(address: str = "/try", language: str = "ro-RO", **how: Any) -> Window:
        size = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 2 if TAKES_PICTURES else 1}
        context = browser.new_context(locale=language, **(size | how))
        context.set_default_timeout(10_000)
        contexts.append(context)
        page: Page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.goto(desk.address + address)
        return Window(page, opens)

    yield opens
    for context in contexts:
        context.close()
    assert mistakes == []


@pytest.fixture
def window(opens: Opens) -> Window:
    """A window on the page, in Romanian."""
    return opens()


def test_a_customer_is_told_a_number_and_a_time_and_the_team_sees_a_card(window: Window) -> None:
    expect(window.team).to_contain_text("Încă niciun tichet")
    window.writes("Nu pot crea curse noi")

    expect(window.customer).to_contain_text("T-1001 · Nu pot crea curse noi")
    expect(window.customer).to_contain_text("Am înregistrat solicitarea. Vă răspundem până")
    expect(window.customer.get_by_role("button", name="Nu mai e nevoie")).to_be_visible()
    card = window.card("T-1001")
    expect(card).to_contain_text("P2 · T-1001 · Nu pot crea curse noi")
    expect(card).to_contain_text("Trans Carpați SRL (Premium) · Ion Popescu")
    expect(card).to_contain_text("Sugerat P2: o funcție principală nu merge („Nu pot crea curse”)")
    expect(card).to_contain_text("Primul răspuns până la")
    expect(card).to_contain_text("Rezolvare până la")
    expect(card).to_contain_text("încă nimeni")
    expect(card.get_by_title("Europe/Bucharest").first).to_have_text("acum")


def test_an_agent_works_on_a_ticket_to_its_end(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    window.presses("T-1001", "Preia")
    expect(window.card("T-1001")).to_contain_text("în lucru")
    expect(window.card("T-1001")).to_contain_text("Ana Ionescu")
    window.presses("T-1001", "Răspunde")
    expect(window.form).to_contain_text("Ion Popescu (Trans Carpați SRL)")
    window.fills("Bună ziua. Ce mesaj apare când apăsați „Salvează”?")
    expect(window.customer).to_contain_text("Ce mesaj apare când apăsați „Salvează”?")
    expect(window.card("T-1001")).not_to_contain_text("Primul răspuns până la")

    window.chooses("T-1001", "Mai mult", "Notă internă")
    window.fills("Pare legat de actualizarea de aseară.")
    expect(window.thread("T-1001")).to_contain_text("Pare legat de actualizarea de aseară.")
    expect(window.customer).not_to_contain_text("actualizarea de aseară")
    window.picture("desk")

    window.presses("T-1001", "Pune în așteptare")
    window.fills("un fișier de la client")
    expect(window.card("T-1001")).to_contain_text("în așteptare (un fișier de la client)")
    window.presses("T-1001", "Reia")
    expect(window.card("T-1001")).to_contain_text("în lucru")
    window.presses("T-1001", "Rezolvă")
    window.fills("Am refăcut indexul; cursele se pot crea din nou.")

    expect(window.card("T-1001")).to_contain_text("rezolvat")
    expect(window.customer).to_contain_text("T-1001 este rezolvat.")
    expect(window.customer).to_contain_text("Am refăcut indexul")
    window.customer.get_by_role("button", name="Nu e rezolvat").click()
    expect(window.customer).to_contain_text("T-1001 este din nou deschis.")
    window.chooses("T-1001", "Mai mult", "Istoric")
    expect(window.answer("T-1001")).to_contain_text("Ana Ionescu a pus tichetul în așteptare")


def test_a_deadline_explains_itself_with_the_weekend_that_does_not_count(window: Window) -> None:
    window.shows("Rapid Cargo")
    window.writes("Cum adaug un utilizator nou?")
    window.chooses("T-1001", "Mai mult", "De ce are acest termen?")
    why = window.answer("T-1001")
    expect(why).to_contain_text("Vizibil doar pentru dumneavoastră")
    expect(why.get_by_role("table")).to_have_count(2)
    resolution = why.get_by_role("table").last
    expect(resolution).to_contain_text("sâmbătă")
    expect(resolution.get_by_role("row").last).to_contain_text("5 zile")
    window.picture("why", of=why)
    why.get_by_role("button", name="Ascunde").click()
    expect(why).to_be_empty()


def test_a_priority_is_one_choice_and_escalating_needs_a_reason(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    window.chooses("T-1001", "Prioritate", "P1")
    expect(window.card("T-1001")).to_contain_text("P1 · T-1001")
    expect(window.card("T-1001")).to_contain_text("triat")
    expect(window.thread("T-1001")).to_contain_text("De gardă (L1)")

    window.presses("T-1001", "Escaladează")
    window.sends()
    expect(window.form.locator(".field .error")).to_have_text("Completați acest câmp.")
    window.fills("baza de date nu răspunde")
    expect(window.card("T-1001")).to_contain_text("escaladat")
    expect(window.thread("T-1001")).to_contain_text(
        "Ana Ionescu a escaladat T-1001: baza de date nu răspunde"
    )
    expect(window.customer).not_to_contain_text("escaladat")


def test_as_time_passes_the_team_is_warned_and_others_are_told_but_the_customer_hears_nothing(
    window: Window,
) -> None:
    window.shows("EuroFleet")
    window.writes("I cannot create trips")
    window.presses("T-1001", "Preia")
    window.presses("T-1001", "Răspunde")
    window.fills("We are looking into it.")
    for hours in range(1, 7):
        window.waits("+1 h", f"cu {hours} h în avans")
    expect(window.card("T-1001")).to_contain_text("expiră curând")
    expect(window.thread("T-1001")).to_contain_text("@Ana Ionescu, tichetul este la dumneavoastră")

    window.shows("Trans Carpați")
    window.writes("Nu merge nimic, nu doar exportul")
    expect(window.card("T-1002")).to_contain_text("P1 · T-1002")
    window.waits("+1 h", "cu 7 h în avans")
    expect(window.card("T-1002")).to_contain_text("termen depășit")
    expect(window.card("T-1002")).to_contain_text("escaladat")
    told = window.thread("T-1002")
    expect(told).to_contain_text("primul răspuns a expirat acum")
    expect(told).to_contain_text("De gardă (L2): @Mihai Stan")
    window.picture("overdue", of=window.post("T-1002"))
    expect(window.customer).not_to_contain_text("depășit")
    window.waits("+1 zi", "cu 31 h în avans")
    expect(window.card("T-1001")).to_contain_text("termen depășit")


def test_each_customer_is_answered_in_their_language_and_where_their_plan_says(window: Window) -> None:
    window.shows("EuroFleet")
    window.customer.get_by_role("button", name="The export does not work").click()
    expect(window.customer).to_contain_text("We have recorded your request. You will hear from us by")
    window.shows("Rapid Cargo")
    expect(window.customer).not_to_contain_text("We have recorded")
    window.customer.get_by_role("button", name="Exportul nu funcționează").click()
    expect(window.customer).to_contain_text("prevede răspunsuri prin e-mail")
    expect(window.card("T-1001")).to_contain_text("EuroFleet Group (Enterprise)")
    expect(window.card("T-1002")).to_contain_text("Rapid Cargo (Basic)")


def test_another_window_is_told_at_once_and_everything_is_there_after_a_reload(window: Window) -> None:
    other = window.opened("/try?customer=elena&agent=mihai")
    window.shows("Dunărea Logistic")
    window.writes("Exportul nu funcționează")
    expect(other.customer).to_contain_text("Exportul nu funcționează")
    other.presses("T-1001", "Preia")
    expect(window.card("T-1001")).to_contain_text("Mihai Stan")
    window.page.reload()
    expect(window.page.get_by_role("button", name="Dunărea Logistic")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(window.customer).to_contain_text("T-1001 · Exportul nu funcționează")
    expect(window.card("T-1001")).to_contain_text("Mihai Stan")


def test_the_keyboard_is_enough(window: Window) -> None:
    keyboard = window.page.keyboard
    keyboard.press("c")
    keyboard.type("Nu pot crea curse noi")
    keyboard.press("Enter")
    expect(window.card("T-1001")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("t")
    keyboard.press("Escape")
    keyboard.press("j")
    expect(window.post("T-1001")).to_be_focused()
    keyboard.press("Tab")
    expect(window.card("T-1001").get_by_role("button", name="Preia")).to_be_focused()
    keyboard.press("Enter")
    expect(window.card("T-1001")).to_contain_text("în lucru")
    window.card("T-1001").get_by_role("button", name="Prioritate").focus()
    keyboard.press("ArrowDown")
    keyboard.press("End")
    keyboard.press("Enter")
    expect(window.card("T-1001")).to_contain_text("P4 · T-1001")
    window.post("T-1001").focus()
    keyboard.press("r")
    keyboard.type("O întrebare, nu o defecțiune.")
    keyboard.press("Enter")
    expect(window.thread("T-1001")).to_contain_text("O întrebare, nu o defecțiune.")
    keyboard.press("Escape")
    keyboard.press("?")
    expect(window.page.get_by_role("heading", name="Scurtături de tastatură")).to_be_visible()


def test_a_command_answers_its_writer_alone_and_a_slip_finds_the_nearest_word(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    expect(window.card("T-1001")).to_be_visible()
    window.types("/ticket list")
    expect(window.team.locator(".note").last).to_contain_text("Trans Carpați SRL · nimeni · primul răspuns: ")
    window.types("/ticket tkae 1001")
    expect(window.team.locator(".note").last).to_contain_text("/ticket tkae 1001")
    expect(window.team.locator(".note").last).to_contain_text("Ați vrut să scrieți /ticket take?")
    window.types("/ticket take 1001")
    expect(window.card("T-1001")).to_contain_text("în lucru")


def test_a_phone_shows_one_side_at_a_time_without_scrolling_sideways(opens: Opens) -> None:
    phone = opens(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.writes("Nu pot crea curse noi")
    expect(phone.customer).to_contain_text("Vă răspundem până")
    expect(phone.team).to_be_hidden()
    tab = phone.page.get_by_role("button", name="Echipă")
    expect(tab).to_contain_text("1")
    tab.click()
    expect(phone.card("T-1001").get_by_role("button", name="Preia")).to_be_visible()
    phone.presses("T-1001", "Preia")
    expect(phone.card("T-1001")).to_contain_text("în lucru")
    phone.picture("phone")
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390
    phone.page.reload()
    expect(phone.card("T-1001")).to_be_visible()


def test_the_page_is_dark_where_the_reader_s_screen_is_and_speaks_as_switched(opens: Opens) -> None:
    dark = opens(color_scheme="dark", language="en-GB")
    assert dark.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 17, 21)"
    dark.shows("EuroFleet")
    dark.writes("I cannot create trips")
    expect(dark.customer).to_contain_text("You will hear from us by")
    expect(dark.card("T-1001")).to_contain_text("First response due")
    dark.presses("T-1001", "Take")
    dark.presses("T-1001", "Reply")
    dark.fills("Thank you. We are looking into it and tell you more within the hour.")
    expect(dark.customer).to_contain_text("We are looking into it")
    dark.picture("dark")
    dark.page.get_by_role("link", name="RO").click()
    expect(dark.page.get_by_role("heading", name="Clienți")).to_be_visible()
    expect(dark.page.get_by_role("button", name="EuroFleet")).to_have_attribute("aria-pressed", "true")
    expect(dark.card("T-1001")).to_contain_text("Rezolvare până la")


def test_starting_over_empties_every_window_and_sets_the_clock_back(window: Window) -> None:
    other = window.opened("/try?side=team")
    window.writes("Nu pot crea curse noi")
    expect(other.card("T-1001")).to_be_visible()
    window.waits("+1 zi", "cu 24 h în avans")
    window.page.get_by_role("button", name="Începe din nou").click()
    window.answers("Păstrează tot")
    expect(window.card("T-1001")).to_be_visible()
    window.page.get_by_role("button", name="Începe din nou").click()
    window.answers("Începe din nou")
    for each in (window, other):
        expect(each.team).to_contain_text("Încă niciun tichet")
        expect(each.page.locator("#ahead")).to_be_empty()
    window.writes("Exportul nu funcționează")
    expect(other.card("T-1002")).to_be_visible()


def test_what_the_desk_tells_an_agent_alone_waits_below_the_channel(window: Window) -> None:
    window.writes("Nu merge nimic, nu doar exportul")
    strip = window.page.locator("details.direct:visible")
    expect(strip).to_contain_text("Mesaje directe pentru Ana Ionescu")
    expect(strip.locator("summary .unread")).to_have_text("1")
    strip.locator("summary").click()
    expect(strip.locator("summary .unread")).to_be_hidden()
    expect(strip).to_contain_text("S-a deschis un tichet P1.")
    window.page.get_by_role("button", name="Mihai Stan").click()
    expect(strip).to_have_count(0)
    window.presses("T-1001", "Preia")
    expect(window.thread("T-1001")).to_contain_text("Preluat de Mihai Stan.")
    window.page.get_by_role("button", name="Ana Ionescu").click()
    expect(strip).to_contain_text("Preluat de Mihai Stan.")
    expect(strip.get_by_role("button")).to_have_count(0)


def test_an_open_menu_stays_while_others_write_and_while_its_card_changes(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    window.presses("T-1001", "Mai mult")
    menu = window.page.locator(".menu:popover-open")
    window.page.keyboard.press("ArrowDown")
    other = window.opened()
    for number, company in enumerate(("Rapid Cargo", "Dunărea Logistic", "EuroFleet"), 1002):
        other.shows(company)
        other.writes("Exportul nu funcționează")
        expect(window.card(f"T-{number}")).to_be_attached()
    other.types("/ticket priority 1001 P4")
    expect(window.card("T-1001")).to_contain_text("P4 · T-1001")
    expect(menu.get_by_role("menuitem", name="Rezolvă")).to_be_focused()
    window.page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(window.card("T-1001").get_by_role("button", name="Mai mult")).to_be_focused()
    window.presses("T-1001", "Mai mult")
    expect(menu).to_be_visible()
    window.team.locator(".scroll").evaluate("scroll => scroll.scrollTo(0, scroll.scrollHeight)")
    expect(menu).to_have_count(0)


def test_a_card_that_changes_out_of_sight_is_counted_and_marked_until_it_is_seen(window: Window) -> None:
    companies = ("Trans Carpați", "Rapid Cargo", "Dunărea Logistic", "EuroFleet")
    for number, company in enumerate(companies, 1001):
        window.shows(company)
        window.writes("Nu merge nimic, nu doar exportul")
        expect(window.card(f"T-{number}")).to_be_visible()
    expect(window.card("T-1001")).not_to_be_in_viewport()
    window.waits("+1 zi", "cu 24 h în avans")
    above = window.team.get_by_role("button", name="Noutăți mai sus")
    expect(above).to_be_visible()
    expect(window.card("T-1001")).to_contain_text("schimbat")
    mihai = window.page.get_by_role("button", name="Mihai Stan")
    expect(mihai.locator(".unread")).to_be_visible()
    for _ in range(3):
        if above.is_visible():
            above.click()
            window.page.evaluate(
                "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
            )
    expect(window.card("T-1001")).to_be_in_viewport()
    expect(above).to_be_hidden()
    expect(window.card("T-1001")).not_to_contain_text("schimbat", timeout=8_000)
    mihai.click()
    expect(mihai.locator(".unread")).to_be_hidden()


def test_a_thread_says_on_which_day_it_went_on(window: Window) -> None:
    window.writes("Nu merge nimic, nu doar exportul")
    expect(window.card("T-1001")).to_be_visible()
    window.waits("+1 zi", "cu 24 h în avans")
    thread = window.thread("T-1001")
    expect(thread.locator(".day:visible")).to_have_count(1)
    window.page.reload()
    expect(window.thread("T-1001").locator(".day:visible")).to_have_count(1)


def test_what_is_half_written_outlives_a_reload_and_belongs_to_who_wrote_it(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    window.thread("T-1001")
    note = window.post("T-1001").locator(".unfolded textarea")
    note.fill("O notă a Anei")
    channel = window.team.locator("> .composer textarea")
    channel.fill("Un mesaj al Anei")
    window.customer.locator("> .composer textarea").fill("Pe jumătate")
    window.page.get_by_role("button", name="Mihai Stan").click()
    expect(channel).to_have_value("")
    expect(note).to_have_value("")
    channel.fill("Al lui Mihai")
    window.page.reload()
    expect(channel).to_have_value("Al lui Mihai")
    expect(window.customer.locator("> .composer textarea")).to_have_value("Pe jumătate")
    window.page.get_by_role("button", name="Ana Ionescu").click()
    expect(channel).to_have_value("Un mesaj al Anei")
    expect(note).to_have_value("O notă a Anei")
    channel.press("Enter")
    expect(window.team.locator(".posts")).to_contain_text("Un mesaj al Anei")
    window.page.reload()
    expect(channel).to_have_value("")


def test_what_only_ana_sees_is_not_shown_to_mihai_and_says_when_it_is_not_true_any_more(
    window: Window,
) -> None:
    window.writes("Nu pot crea curse noi")
    window.chooses("T-1001", "Mai mult", "Istoric")
    window.types("/ticket list")
    history, listed = window.answer("T-1001").locator(".only-you"), window.team.locator("li.note")
    expect(history).to_be_visible()
    expect(history).not_to_contain_text("tichetul s-a schimbat", use_inner_text=True)
    window.page.get_by_role("button", name="Mihai Stan").click()
    expect(history).to_be_hidden()
    expect(listed).to_be_hidden()
    window.presses("T-1001", "Preia")
    window.page.get_by_role("button", name="Ana Ionescu").click()
    expect(listed).to_be_visible()
    expect(history).to_contain_text("tichetul s-a schimbat între timp", use_inner_text=True)


def test_a_customer_s_tier_and_language_are_shown_as_they_are_now(window: Window) -> None:
    person = window.page.locator("[data-person=ion]")
    expect(person).to_contain_text("Premium")
    window.types("/customer tier Trans Carpați SRL basic")
    expect(person).to_contain_text("Basic")
    expect(person).to_contain_text("RO")
    window.customer.locator("> .composer textarea").fill("/support language en")
    window.customer.locator("> .composer textarea").press("Enter")
    expect(person).to_contain_text("EN")
    window.page.reload()
    expect(person).to_contain_text("EN")


def test_only_who_presses_a_language_changes_the_team_s(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    window.chooses("T-1001", "Mai mult", "Rezolvă")
    window.fills("Am refăcut indexul.")
    expect(window.card("T-1001")).to_contain_text("rezolvat")
    english = window.opened(language="en-GB")
    expect(english.page.get_by_role("heading", name="Customers")).to_be_visible()
    window.writes("Exportul nu merge deloc")
    expect(english.card("T-1001")).to_contain_text("Stare")
    english.page.get_by_role("link", name="EN").click()
    expect(window.card("T-1001")).to_contain_text("Status")
    expect(english.card("T-1001")).to_contain_text("Status")
    window.page.get_by_role("link", name="RO").click()
    expect(english.card("T-1001")).to_contain_text("Stare")


def test_what_could_not_be_sent_waits_and_goes_when_the_desk_can_be_reached(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    expect(window.card("T-1001")).to_be_visible()
    window.page.context.set_offline(True)
    for text in ("Cât timp e întrerupt", "Încă unul"):
        window.writes(text)
    expect(window.customer.get_by_text("Netrimis.")).to_have_count(2)
    for _ in range(2):
        window.page.get_by_role("button", name="+1 h", exact=True).click()
    toasts = window.page.locator("#toasts p")
    expect(toasts).to_have_text("Legătura s-a întrerupt. Reîncercăm; ce ați scris se păstrează.")
    window.page.context.set_offline(False)
    expect(window.customer.get_by_text("Netrimis.")).to_have_count(0)
    other = window.opened("/try?customer=ion")
    expect(other.customer.locator(".posts > .post > .said .body")).to_contain_text(
        ["Nu pot crea curse noi", "Cât timp e întrerupt", "Încă unul"]
    )


def test_a_form_is_sent_with_the_keyboard_from_within_a_long_field(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    window.presses("T-1001", "Răspunde")
    window.form.get_by_role("textbox").fill("Ne uităm.")
    window.page.keyboard.press("Control+Enter")
    expect(window.form).to_be_hidden()
    expect(window.customer).to_contain_text("Ne uităm.")


def test_a_line_that_is_edited_has_no_bar_to_scroll_it(window: Window) -> None:
    window.writes("Nu pot crea curse noi")
    own = window.customer.locator(".posts > .post").first.locator("> .said")
    own.hover()
    own.get_by_role("button", name="Modifică mesajul").click()
    window.page.locator('[data-own="edit"]:visible').click()
    area = own.locator(".editing textarea")
    assert area.evaluate("area => area.scrollHeight <= area.clientHeight")


def test_an_enlarged_page_leaves_room_for_the_channel_and_fingers_find_every_button(opens: Opens) -> None:
    enlarged = opens("/try?side=team", viewport={"width": 640, "height": 400})
    expect(enlarged.page.get_by_role("button", name="Scurtături")).to_be_visible()
    assert enlarged.team.locator(".scroll").evaluate("scroll => scroll.clientHeight") >= 200
    phone = opens("/try?side=team", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.page.get_by_role("button", name="Client", exact=True).click()
    phone.writes("Nu pot crea curse noi")
    expect(phone.customer).to_contain_text("Vă răspundem până")
    for side in ("Client", "Echipă"):
        phone.page.locator("[data-show]", has_text=side).click()
        low = "[...document.querySelectorAll('button, summary')].filter(one => one.checkVisibility()"
        assert phone.page.evaluate(f"{low} && one.getBoundingClientRect().height < 40).length") == 0


def test_a_customer_attaches_files_and_the_team_has_them_under_the_card(window: Window) -> None:
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c4944415408d763f8cfc0000000030001005a2d5be80000000049454e44ae426082"
    )
    composer = window.customer.locator("> .composer")
    files: list[FilePayload] = [
        {"name": "ecran.png", "mimeType": "image/png", "buffer": picture},
        {"name": "jurnal.txt", "mimeType": "text/plain", "buffer": b"eroare 504"},
        {"name": "de prisos.txt", "mimeType": "text/plain", "buffer": b"x"},
    ]
    composer.locator("input[type=file]").set_input_files(files)
    composer.locator(".file", has_text="de prisos").get_by_role("button", name="Scoateți").click()
    composer.locator("textarea").fill("Nu pot crea curse noi")
    composer.get_by_role("button", name="Trimite").click()
    expect(composer.locator(".file")).to_have_count(0)
    said = window.customer.locator(".posts > .post").first.locator("> .said")
    expect(said.locator("a.file")).to_have_text([re.compile("ecran.png"), re.compile("jurnal.txt")])
    assert said.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") == 1
    passed_on = window.thread("T-1001").locator("a.file", has_text="jurnal.txt")
    with window.page.expect_download() as download:
        passed_on.click()
    assert download.value.path().read_bytes() == b"eroare 504"
    assert download.value.suggested_filename == "jurnal.txt"
