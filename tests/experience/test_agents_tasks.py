"""An agent's tasks on the order page, in clicks and keys, and what is in view before any."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.experience.states import GROUP
from tests.pages.conftest import SEED

NOT_SAID = "The CDP does not say whether it is paid"
PAYMENT = {
    "B94TXY": "Paid by card · Visa",
    "PAYPND": "Payment pending",
    "REFUND": "Refunded",
    "PARTRF": "Partially refunded",
    "CANCLD": NOT_SAID,
    "MIXST4": NOT_SAID,
    "NEGPRC": NOT_SAID,
    "USDNYC": NOT_SAID,
    "JPYTYO": NOT_SAID,
    "KWDKWI": NOT_SAID,
    "NOTSUM": NOT_SAID,
    "QTYTWO": NOT_SAID,
}
IN_VIEW = """(selectors) => selectors.filter((selector) => {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  return !box || box.top < 0 || box.bottom > innerHeight || box.width === 0;
})"""


def out_of_view(page: Page, *selectors: str) -> list[str]:
    """Those of the selectors whose first element is not whole in the window."""
    found: list[str] = page.evaluate(IN_VIEW, list(selectors))
    return found


@pytest.mark.parametrize("act", ["click", "key"])
def test_the_contacts_phone_is_one_click_or_key_away(signed_in: Page, act: str) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    if act == "click":
        signed_in.get_by_role("link", name="Contacts", exact=True).click()
    else:
        signed_in.keyboard.press("p")
    phone = signed_in.get_by_role("link", name="+353 1 555 0123")
    expect(phone).to_be_in_viewport()
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    # A second time nothing is loaded anew: only gone to.
    signed_in.evaluate("() => scrollTo(0, 0)")
    signed_in.keyboard.press("p")
    expect(phone).to_be_in_viewport()


def test_each_order_answers_paid_pending_or_not_said(signed_in: Page) -> None:
    said = {}
    for reference in PAYMENT:
        signed_in.goto(f"/orders/{reference}/")
        said[reference] = signed_in.locator(".answer-payment, .ticket-state .pill").last.inner_text()
    assert {key: words for key, words in said.items() if not words.startswith(PAYMENT[key])} == {}


def test_what_an_agent_must_know_is_in_view(signed_in: Page) -> None:
    first = ("#reference", ".ticket-state .pill", ".answer-payment", ".answer-time", ".route", "[data-goes-to]")
    signed_in.set_viewport_size({"width": 1280, "height": 720})
    for reference in ("B94TXY", "FAM4OB", "LONGTR"):
        signed_in.goto(f"/orders/{reference}/")
        assert out_of_view(signed_in, *first) == [], reference
    # The arrival of a trip of two flights too.
    signed_in.goto("/orders/B94TXY/")
    assert out_of_view(signed_in, ".legs > li:last-child .flight-place-in p") == []
    signed_in.set_viewport_size({"width": 360, "height": 640})
    for reference in ("B94TXY", "FAM4OB", "LONGTR"):
        signed_in.goto(f"/orders/{reference}/")
        assert out_of_view(signed_in, *first) == [], reference


def test_many_people_are_a_list_that_can_be_searched(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{GROUP}/")
    signed_in.keyboard.press("p")
    rows = signed_in.locator("#order-contacts .persons > li")
    expect(rows).to_have_count(60)
    expect(signed_in.locator(".person-compact").first.get_by_role("link").first).to_have_text(re.compile(r"^\+353"))
    signed_in.get_by_label("Find in this list").fill("o’sullivan")
    shown = rows.locator("visible=true")
    assert 0 < shown.count() < 60
    assert all("O’Sullivan" in words for words in shown.all_inner_texts())


def test_a_contact_who_travels_is_one_card(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.keyboard.press("p")
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    signed_in.get_by_role("link", name="Show travellers").click()
    expect(signed_in.locator("#order-travellers")).to_be_focused()
    expect(signed_in.locator("h4:visible")).to_have_count(1)
    card = signed_in.locator("#order-contacts .persons > li > .person")
    expect(card).to_contain_text("BX 459 DUB–LHR")
    expect(card.get_by_text("hidden field")).to_have_count(1)


def test_n_leads_to_what_is_to_check_and_the_slim_row_says_which_order(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 900, "height": 500})
    signed_in.goto("/orders/TIGHT1/")
    slim = signed_in.locator(".slim")
    expect(slim).to_be_hidden()
    signed_in.keyboard.press("n")
    expect(signed_in.locator(".flight:target")).to_be_in_viewport()
    signed_in.locator("#money").scroll_into_view_if_needed()
    signed_in.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    expect(slim).to_be_visible()
    expect(slim).to_contain_text("TIGHT1")
    slim.get_by_role("button", name="Contacts").click()
    expect(signed_in.locator("#order-contacts")).to_be_focused()


def test_i_copies_the_internal_note(signed_in: Page) -> None:
    signed_in.goto("/orders/TIGHT1/")
    signed_in.keyboard.press("i")
    expect(signed_in.locator("#say")).to_have_text("Copied: internal note")


def test_a_link_opens_what_is_folded_over_its_row(signed_in: Page) -> None:
    signed_in.goto("/orders/FORTY4/")
    last = signed_in.locator(".journey").last
    expect(last.locator(".flight").first).to_be_hidden()
    signed_in.get_by_role("navigation", name="Days of the trip").get_by_role("link").last.click()
    expect(last.locator(".flight").first).to_be_visible()
    signed_in.goto("/orders/GRP120/#item-120")
    expect(signed_in.locator("#item-120")).to_be_in_viewport()
