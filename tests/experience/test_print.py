"""Printed pages: one sheet for the vendor's order, details open only if they are open on the screen, and nothing for screens only."""

from __future__ import annotations

import io
import unicodedata

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser import admit
from tests.live import App
from tests.pages.conftest import SEED

ONLY_FOR_SCREENS = (
    "Copy for the customer", "Copy internal note", "Copy link", "Calendar file", "Raw data", "Refresh", "Show contacts", "Show travellers",
    "Show custom data", "Opening these is logged", "Skip to content", "Keyboard shortcuts", "Reveal", "Other orders",
)  # fmt: skip


def printed(page: Page) -> tuple[int, str]:
    """The number of sheets, and the words on them."""
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return len(sheets), " ".join(" ".join(sheet.extract_text().split()) for sheet in sheets)


@pytest.mark.parametrize("width", [1440, 320])
def test_the_seed_order_is_one_sheet_as_open_on_the_screen(signed_in: Page, live_app: App, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 900})
    signed_in.goto(f"/orders/{SEED}/?ticket=ZD-9")
    sheets, words = printed(signed_in)
    assert sheets == 1
    for phrase in ("B94TXY", "Purchased", "100.00", "DUB", "LAS", "16:00", "22:40", "BX 459"):
        assert phrase in words, words
    # Behind a flight's "Details" and an item's line: printed only if open on the screen.
    for phrase in ("Distance", "Item ref"):
        assert phrase not in words, words
    assert words.count("As of") >= 1
    assert f"{live_app.url}/orders/{SEED}/" in words.replace(" ", "")
    assert [phrase for phrase in ONLY_FOR_SCREENS if phrase in words] == []
    # Nobody asked for the people, so they are not on the sheet.
    assert "Doyle" not in words and "example.com" not in words


def test_everything_is_printed_by_a_button_of_its_own(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.evaluate("() => { globalThis.print = () => { globalThis.printed = true } }")
    signed_in.get_by_role("button", name="Print everything").click()
    assert signed_in.evaluate("() => globalThis.printed")
    _sheets, words = printed(signed_in)
    for phrase in ("Distance", "Item ref", "Order ref"):
        assert phrase in words, words
    assert signed_in.locator("main details[open]").count() == 0


def test_contacts_are_printed_only_as_far_as_they_were_revealed(page: Page, live_app: App) -> None:
    live_app.person(groups=("Agents", "Supervisors"))
    admit(page.context, live_app)
    page.goto(f"/orders/{SEED}/")
    page.get_by_role("link", name="Show contacts").click()
    expect(page.locator("#order-contacts")).to_be_focused()
    _sheets, words = printed(page)
    assert "jane.doyle@example.com" in words and "PA4412365" not in words
    page.get_by_text("Reveal…").first.click()
    page.get_by_role("button", name="Reveal all").first.click()
    expect(page.locator("#order-contacts")).to_contain_text("PA4412365")
    sheets, words = printed(page)
    assert "PA4412365" in words
    assert sheets <= 2
    assert [phrase for phrase in ONLY_FOR_SCREENS if phrase in words] == []


def test_paper_is_white_however_dark_the_screen(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.emulate_media(media="print", color_scheme="dark")
    for selector in ("html", ".card"):
        ground = signed_in.locator(selector).first.evaluate("(element) => getComputedStyle(element).backgroundColor")
        assert ground == "rgb(255, 255, 255)", selector


def test_what_was_closed_is_closed_again_after_printing(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    before = signed_in.locator("main details[open]").count()
    signed_in.pdf()
    assert signed_in.locator("main details[open]").count() == before


def test_forty_segments_break_between_flights_and_lose_nothing(signed_in: Page) -> None:
    signed_in.goto("/orders/FORTY4/")
    for fold in signed_in.locator("details.fold").all():
        fold.evaluate("(fold) => { fold.open = true }")
    numbers = signed_in.locator(".facts-main .flight-number").all_inner_texts()
    assert len(set(numbers)) == 40 and all(numbers)
    _sheets, words = printed(signed_in)
    letters = words.replace(" ", "")
    assert [number for number in numbers if "".join(number.split()) not in letters] == []


def test_head_and_foot_are_on_every_sheet(signed_in: Page, live_app: App) -> None:
    signed_in.goto("/orders/FORTY4/")
    pages = PdfReader(io.BytesIO(signed_in.pdf(prefer_css_page_size=True))).pages
    assert len(pages) > 1
    for number, sheet in enumerate(pages, start=1):
        words = unicodedata.normalize("NFKC", " ".join(sheet.extract_text().split()))
        assert words.count("FORTY4 · Confirmed · DUB–LHR–CDG–FRA–VIE–") == 1, words
        assert f"{live_app.url}/orders/" in words.replace(" ", ""), words
        assert f"{number} / {len(pages)}" in words, words


def test_people_come_before_the_itinerary_and_payment_after_it(signed_in: Page) -> None:
    signed_in.goto("/orders/FAM4OB/")
    signed_in.keyboard.press("p")
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    _sheets, words = printed(signed_in)
    places = [words.index(heading) for heading in ("FAM4OB", "+353 87 555 0190", "Itinerary", "Payment")]
    assert places == sorted(places)


def test_the_rail_is_printed_and_the_mark_of_the_focus_is_not(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.keyboard.press("p")
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    signed_in.emulate_media(media="print")
    for selector, pseudo in ((".flight", "::before"), (".node", "::after"), (".flight-place", "::before")):
        exact = signed_in.locator(selector).first.evaluate(
            "(row, pseudo) => getComputedStyle(row, pseudo).printColorAdjust", pseudo
        )
        assert exact == "exact", selector
    assert signed_in.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "none"
