"""The design in a real browser: keyboard, copying, focus, theme, print. tests/experience visits every page and state."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pypdf import PdfReader

from tests.browser import admit
from tests.live import App

SEED = "/orders/d680c9be-4c07-4731-857e-9602034b15f2/"


def open_order(page: Page, reference: str) -> None:
    page.goto(f"/orders/?q={reference}")
    expect(page.locator("#reference")).to_have_text(reference)


@pytest.mark.parametrize("control", ["\u202e", "\u2067", "\u202b"])
def test_a_bidi_control_in_a_value_turns_round_nothing_but_the_value(control: str, signed_in: Page) -> None:
    signed_in.goto(f"/orders/?q=ZZZZ99{control}")
    after = signed_in.evaluate(
        """() => {
          const value = document.querySelector("main h1 + p bdi"), text = value.closest("p").lastChild, range = document.createRange();
          range.selectNodeContents(text);
          return range.getBoundingClientRect().left >= value.getBoundingClientRect().right - 1;
        }"""
    )
    assert after, "the full stop behind the value stands in front of it"


def test_keys_search_copy_refresh_and_help(signed_in: Page) -> None:
    open_order(signed_in, "B94TXY")
    signed_in.keyboard.press("c")
    expect(signed_in.locator("#say")).to_have_text("Copied: B94TXY")
    signed_in.keyboard.press("?")
    expect(signed_in.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("/")
    expect(signed_in.locator("#q")).to_be_focused()
    signed_in.keyboard.press("Control+V")
    expect(signed_in.locator("#q")).to_have_value("B94TXY")
    signed_in.keyboard.type("c/r?")
    expect(signed_in.locator("#q")).to_have_value("B94TXYc/r?")
    expect(signed_in.get_by_role("dialog")).to_be_hidden()
    signed_in.locator("#q").blur()
    with signed_in.expect_navigation():
        signed_in.keyboard.press("r")


def test_keys_can_be_switched_off(signed_in: Page) -> None:
    signed_in.goto("/preferences/")
    signed_in.get_by_role("checkbox", name="Keyboard shortcuts").uncheck()
    signed_in.get_by_role("button", name="Save").click()
    signed_in.keyboard.press("/")
    expect(signed_in.locator("#q")).not_to_be_focused()


def test_a_chosen_theme_beats_the_systems(signed_in: Page) -> None:
    signed_in.goto("/preferences/")
    signed_in.get_by_label("Dark").check()
    signed_in.get_by_role("button", name="Save").click()
    signed_in.emulate_media(color_scheme="light")
    expect(signed_in.locator("html")).to_have_attribute("data-theme", "dark")
    assert signed_in.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(13, 23, 29)"


def test_focus_goes_to_what_came_and_a_failure_shows_in_its_place(signed_in: Page) -> None:
    open_order(signed_in, "B94TXY")
    signed_in.get_by_role("link", name="Show contacts").click()
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    open_order(signed_in, "CONT503")
    signed_in.get_by_role("link", name="Show contacts").click()
    expect(signed_in.locator("#order-contacts").get_by_role("alert")).to_be_visible()


def test_a_slow_panel_says_what_it_waits_for(signed_in: Page) -> None:
    open_order(signed_in, "B94TXY")
    held: list[Route] = []
    signed_in.route("**/contacts/**", lambda route: held.append(route))  # noqa: PLW0108 (a built-in cannot carry Playwright's mark)
    signed_in.get_by_role("link", name="Show contacts").click()
    expect(signed_in.locator("#order-contacts .waiting")).to_contain_text("Waiting for the CDP…")
    expect(signed_in.locator("#order-contacts")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(signed_in.locator(".waiting")).to_have_count(0)


def test_the_seed_order_prints_on_one_sheet_with_its_flights_open(signed_in: Page, tmp_path: Path) -> None:
    open_order(signed_in, "B94TXY")
    signed_in.locator("#itinerary details.more").evaluate_all("all => all.forEach(one => { one.open = true; })")
    target = tmp_path / "order.pdf"
    signed_in.pdf(path=target, prefer_css_page_size=True)
    sheet = PdfReader(target)
    assert len(sheet.pages) == 1
    text = " ".join(sheet.pages[0].extract_text().split())
    for words in ("B94TXY", "100.00 EUR", "16:00", "22:40", "Distance", "8,395 km", "As of", SEED):
        assert words in text
    assert "Copy link" not in text
    assert "Show contacts" not in text


def test_the_browser_keeps_nothing(signed_in: Page, live_app: App) -> None:
    open_order(signed_in, "B94TXY")
    signed_in.get_by_role("link", name="Show contacts").click()
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    # htmx remembers the address of the page itself for its history, and nothing else.
    assert signed_in.evaluate("Object.keys(localStorage)") == []
    assert set(signed_in.evaluate("Object.keys(sessionStorage)")) <= {"htmx-current-path-for-history"}


def test_a_browser_that_asks_for_german_gets_german(browser: Browser, live_app: App) -> None:
    live_app.person()
    page = browser.new_page(base_url=live_app.url, locale="de-DE")
    admit(page.context, live_app)
    open_order(page, "B94TXY")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", name="Reiseverlauf")).to_be_visible()
    expect(page.locator(".ticket-total")).to_contain_text("100,00 EUR")
    page.close()
