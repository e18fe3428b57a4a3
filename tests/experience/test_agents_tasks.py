"""An agent's tasks on the order page, counted in clicks and keys, and what is in view without any."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import admit
from tests.experience.states import GROUP
from tests.experience.test_tenants import another
from tests.live import PROJECT, App
from tests.pages.conftest import SEED
from tests.pages.test_changes import REF, flight, order

NOT_SAID = "The CDP does not say whether the order is paid"
# What the page says about payment, for each order of the sandbox that is about money.
PAYMENT = {
    "B94TXY": "Paid by card · Visa",
    "PAYPND": "Payment pending · ATM",
    "REFUND": "Refunded; the CDP does not give the amount refunded · PayPal",
    "PARTRF": "Partially refunded; the CDP does not give the amount refunded · Card · Visa",
    "CANCLD": "The CDP does not say whether the order was paid or refunded · Card · Visa",
    "MIXST4": f"{NOT_SAID} · Card · Visa",
    "NEGPRC": f"{NOT_SAID} · Voucher",
    "USDNYC": f"{NOT_SAID} · Card · American Express",
    "JPYTYO": f"{NOT_SAID} · Card · Visa",
    "KWDKWI": f"{NOT_SAID} · Card · Visa",
    "NOTSUM": f"{NOT_SAID} · Card · Visa",
    "QTYTWO": f"{NOT_SAID} · Card · Visa",
    "SHOP-10045": "Paid with PayPal",
    "ORLA01": "Paid by card · Visa",
    "KTMADL": "Paid by card · Visa",
    "JD3OLD": "Refunded; the CDP does not give the amount refunded · Card · Visa",
    "UNKTYP": f"{NOT_SAID} · Barter",
    "TYPES1": "It is unclear whether the order is paid: a status could not be read",
}
ELSEWHERE = {"B94TXY", "SHOP-10045", "ORLA01", "KTMADL", "JD3OLD", "UNKTYP", "TYPES1"}
MONEY = PROJECT / "sandbox" / "world" / "money-and-status.json"
# Twenty orders whose headers differ.
ORDERS = (
    "B94TXY", "FAM4OB", "LONGTR", "PAYPND", "MIXST4", "REFUND", "PARTRF", "CANCLD", "USDNYC", "NEGPRC", "NOTSUM", "TIGHT1", "FORTY4",
    "SPLIT1", "CITYLN", "SURFCE", "GRP120", "NOTIME", "HOLIDY", "UTCFED",
)  # fmt: skip
FIRST = (
    "#reference", ".ticket-state .pill", ".ticket-total", ".answer-payment", ".route", "[data-goes-to]", ".answer-time",
)  # fmt: skip
IN_VIEW = """(selectors) => selectors.filter((selector) => {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  return !box || box.top < 0 || box.bottom > innerHeight || box.width === 0;
})"""


def out_of_view(page: Page, *selectors: str) -> list[str]:
    """The selectors whose first element is not entirely in the window."""
    hidden: list[str] = page.evaluate(IN_VIEW, list(selectors))
    return hidden


@pytest.mark.parametrize(("act", "width", "height"), [("click", 1440, 900), ("key", 1440, 900), ("click", 360, 640)])
def test_the_contacts_phone_is_one_click_or_key_away(signed_in: Page, act: str, width: int, height: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": height})
    signed_in.goto(f"/orders/{SEED}/")
    if act == "click":
        signed_in.get_by_role("link", name="Contacts", exact=True).click()
    else:
        signed_in.keyboard.press("p")
    phone = signed_in.get_by_role("link", name="+353 1 555 0123")
    expect(phone).to_be_in_viewport()
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    # The second time nothing is loaded again: the page only scrolls there.
    signed_in.evaluate("() => scrollTo(0, 0)")
    signed_in.keyboard.press("p")
    expect(phone).to_be_in_viewport()


def test_each_order_answers_paid_pending_or_not_said(signed_in: Page) -> None:
    assert {order["referenceId"] for order in json.loads(MONEY.read_text())["orders"]} | ELSEWHERE == PAYMENT.keys()
    answers = {}
    for reference in PAYMENT:
        signed_in.goto(f"/orders/{reference}/")
        answers[reference] = signed_in.locator(".answer-payment").inner_text()
    assert answers == PAYMENT


def test_a_payment_is_answered_in_the_words_of_the_status_too(signed_in: Page, live_app: App) -> None:
    ref = live_app.sandbox.change_order({
        "referenceId": "PNDBAR", "status": "PAYMENT_PENDING", "paymentType": None, "cardType": None,
        "items": [{"price": 1, "status": "RESERVED", "_flights": ["BX720 DUB 2027-06-12 05:55 > FAO 09:00 Economy"]}],
    })  # fmt: skip
    signed_in.goto(f"/orders/{ref}/")
    expect(signed_in.locator(".ticket-state .pill")).to_have_text("Payment pending")
    expect(signed_in.locator(".answer-payment")).to_have_text("Payment pending")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (360, 640)])
def test_what_an_agent_must_know_is_in_view(signed_in: Page, width: int, height: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": height})
    missing = {}
    for reference in ORDERS:
        signed_in.goto(f"/orders/{reference}/")
        if hidden := out_of_view(signed_in, *FIRST):
            missing[reference] = hidden
    assert missing == {}


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (360, 640)])
def test_so_it_is_beside_a_second_tenant_and_what_changed(page: Page, live_app: App, width: int, height: int) -> None:
    another(live_app.person(), live_app, "Acme Air")
    admit(page.context, live_app)
    page.set_viewport_size({"width": width, "height": height})
    live_app.sandbox.change_order(order(flight(), flight("BX584", "2027-02-03")))
    page.goto(f"/orders/{REF}/")
    live_app.sandbox.change_order(order(flight(at="07:15 > AGP 11:15"), price=250.5))
    missing = {}
    for path in (f"/orders/{REF}/", "/orders/B94TXY/", "/orders/MIXST4/", "/orders/TIGHT1/"):
        page.goto(path)
        if hidden := out_of_view(page, *FIRST, ".tenants > summary .menu-name"):
            missing[path] = hidden
    assert missing == {}
    page.goto(f"/orders/{REF}/")
    expect(page.locator(".changes")).to_be_visible()
    assert width < 1280 or out_of_view(page, ".changes") == []


def test_the_arrival_of_a_trip_of_two_flights_is_in_view(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 1280, "height": 720})
    # If warnings push the row down, the journey bar has the arrival.
    for reference, arrival in (
        ("B94TXY", ".legs > li:last-child .flight-place-in p"),
        ("LONGTR", ".legs > li:last-child .flight-place-in p"),
        ("TIGHT1", ".journey-bar"),
    ):
        signed_in.goto(f"/orders/{reference}/")
        assert out_of_view(signed_in, arrival) == [], reference
    expect(signed_in.locator(".journey-bar")).to_contain_text("15:55")


class Hand:
    """An agent's hand, which counts its clicks and keys."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys = page, 0, 0

    def click(self, role: Any, name: str) -> None:
        self.point(self.page.get_by_role(role, name=re.compile(f"^{name}")))

    def point(self, at: Locator) -> None:
        at.locator("visible=true").first.click()
        self.clicks += 1

    def back(self) -> None:
        """Go back by the browser's own key."""
        self.page.go_back()
        self.keys += 1

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


def nothing_more(_hand: Hand) -> None:
    """Do nothing: the link was enough."""


def other_orders(hand: Hand) -> None:
    hand.press("p")
    hand.click("link", "Other orders")


def reveal(hand: Hand) -> None:
    hand.press("p")
    hand.point(hand.page.get_by_text("Reveal…"))
    hand.click("button", "Reveal: Passport$")


def switch_tenant(hand: Hand) -> None:
    hand.point(hand.page.locator(".tenants > summary"))
    hand.click("link", "Acme Air")


def to_another_order_and_back(hand: Hand) -> None:
    hand.press("p")
    hand.click("link", "DUB–AMS–DUB")
    expect(hand.page.locator("#reference")).to_have_text("JD2TRIP")
    hand.back()


def take_calendar_file(hand: Hand) -> None:
    with hand.page.expect_download() as download:
        hand.click("link", "Calendar file")
    assert download.value.suggested_filename.endswith(".ics")


ORDER = f"/orders/{SEED}/"
# The task, where it begins, what the agent does, what is visible then, and the clicks and keys it takes.
TASKS: tuple[tuple[str, str, Callable[[Hand], None], Callable[[Page], Locator], int, int], ...] = (
    ("from a ticket to the order", "/orders/?q=B94TXY&ticket=ZD-1", nothing_more,
     lambda page: page.get_by_role("heading", name="B94TXY"), 0, 0),
    ("a reference that was typed", "/", lambda hand: hand.press("/", *"b94txy", "Enter"),
     lambda page: page.get_by_role("heading", name="B94TXY"), 0, 8),
    ("the contact's phone", ORDER, lambda hand: hand.click("link", "Contacts"),
     lambda page: page.get_by_role("link", name="+353 1 555 0123"), 1, 0),
    ("the contact's phone, by key", ORDER, lambda hand: hand.press("p"),
     lambda page: page.get_by_role("link", name="+353 1 555 0123"), 0, 1),
    ("the copy for the customer", ORDER, lambda hand: hand.click("button", "Copy for the customer"),
     lambda page: page.locator("#say", has_text="Copied: text for the customer"), 1, 0),
    ("the internal note", ORDER, lambda hand: hand.press("i"),
     lambda page: page.locator("#say", has_text="Copied: internal note"), 0, 1),
    ("the reference on the clipboard", ORDER, lambda hand: hand.press("c"),
     lambda page: page.locator("#say", has_text="Copied: B94TXY"), 0, 1),
    ("what is to check", "/orders/TIGHT1/", lambda hand: hand.press("n"),
     lambda page: page.locator(".flight:target"), 0, 1),
    ("who travels", ORDER, lambda hand: hand.click("link", "Show travellers"),
     lambda page: page.locator("#order-travellers h4").first, 1, 0),
    ("a trip's eighth day", "/orders/FORTY4/", lambda hand: hand.click("link", "Wed 17 Mar JFK–SCL"),
     lambda page: page.locator(".journey:target .flight").first, 1, 0),
    ("the customer's other orders", ORDER, other_orders,
     lambda page: page.get_by_text("JD2TRIP").first, 1, 1),
    ("what the CDP sent", "/orders/GRP120/", lambda hand: hand.click("link", "Raw data"),
     lambda page: page.get_by_role("heading", name="Raw data"), 1, 0),
    ("a hidden field", ORDER, reveal,
     lambda page: page.get_by_text("PA4412365"), 2, 1),
    ("another tenant", ORDER, switch_tenant,
     lambda page: page.locator(".tenants > summary .menu-name", has_text="Acme Air"), 2, 0),
    ("all other tenants, after a miss", "/orders/NOSUCH9/", lambda hand: hand.click("button", "Search all of them"),
     lambda page: page.get_by_role("heading", name="Zeta"), 1, 0),
    ("another order in the strip, and back", ORDER, to_another_order_and_back,
     lambda page: page.get_by_role("heading", name="B94TXY"), 1, 2),
    ("a pin", ORDER, lambda hand: hand.click("button", "Pin to start page"),
     lambda page: page.get_by_role("button", name="Unpin from start page"), 1, 0),
    ("the order on paper", ORDER, lambda hand: hand.click("button", "Print$"),
     lambda page: page.locator("body[data-printed]"), 1, 0),
    ("the calendar file", ORDER, take_calendar_file,
     lambda page: page.get_by_role("heading", name="B94TXY"), 1, 0),
    ("the link to pass on", ORDER, lambda hand: hand.click("button", "Copy link"),
     lambda page: page.locator("#say", has_text="Copied: link"), 1, 0),
)  # fmt: skip


def test_each_of_twenty_tasks_takes_few_clicks_and_keys(page: Page, live_app: App) -> None:
    assert len(TASKS) == 20
    supervisor = live_app.person(groups=("Agents", "Supervisors"))
    for name in ("Acme Air", "Zeta"):
        another(supervisor, live_app, name)
    admit(page.context, live_app)
    page.add_init_script("globalThis.print = () => { document.body.dataset.printed = '' }")
    page.set_viewport_size({"width": 1280, "height": 720})
    for name, path, act, seen, clicks, keys in TASKS:
        page.goto(path)
        hand = Hand(page)
        act(hand)
        expect(seen(page), name).to_be_visible()
        assert (hand.clicks, hand.keys) == (clicks, keys), name


def test_the_contacts_are_loaded_once_and_then_only_gone_to(signed_in: Page) -> None:
    signed_in.goto(ORDER)
    loaded: list[str] = []
    signed_in.on("request", lambda request: loaded.append(request.url) if "/contacts/" in request.url else None)
    for _time in range(3):
        signed_in.keyboard.press("p")
        expect(signed_in.locator("#order-contacts.panel")).to_be_focused()
        signed_in.evaluate("() => scrollTo(0, 0)")
    assert len(loaded) == 1


def test_hidden_fields_are_one_line_and_permission_is_a_matter_only_where_something_is_hidden(
    page: Page, live_app: App
) -> None:
    live_app.person("supervisor", groups=("Agents", "Supervisors"))
    live_app.person()
    admit(page.context, live_app)
    masked = {}
    for reference in ("FAM4OB", "B94TXY", "USDNYC"):
        for panel in ("contacts", "travellers"):
            page.goto(f"/orders/{reference}/")
            page.goto(f"{page.locator('link[rel=canonical]').get_attribute('href')}{panel}/")
            words = page.locator("main").inner_text()
            masked[reference, panel] = "hidden field" in words
            assert ("have permission" in words) is masked[reference, panel], (reference, panel)
            assert "Reveal" not in words
    assert set(masked.values()) == {True, False}
    page.context.clear_cookies()
    admit(page.context, live_app, "supervisor")
    page.goto("/orders/FAM4OB/")
    page.keyboard.press("p")
    card = page.locator("#order-contacts .person").first
    line = card.locator("summary")
    expect(line).to_contain_text("3 hidden fields · Reveal…")
    line.click()
    card.get_by_role("button", name="Reveal: Passport", exact=True).click()
    expect(card.locator("summary")).to_contain_text("2 hidden fields · Reveal…")


def test_a_trip_is_said_once(signed_in: Page) -> None:
    for reference, nodes, bars, dates in (
        ("B94TXY", 1, 1, []),
        ("FAM4OB", 0, 0, []),
        ("LONGTR", 1, 1, ["Tue 2 Mar", "Wed 3 Mar"]),
    ):
        signed_in.goto(f"/orders/{reference}/")
        expect(signed_in.locator(".node")).to_have_count(nodes)
        expect(signed_in.locator(".journey-bar")).to_have_count(bars)
        # The heading has the day of departure.
        expect(signed_in.locator(".legs .date")).to_have_text(dates)


def test_many_people_are_a_list_that_can_be_searched(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{GROUP}/")
    signed_in.keyboard.press("p")
    rows = signed_in.locator("#order-contacts .persons > li")
    expect(rows).to_have_count(60)
    expect(signed_in.locator(".person-compact").first.get_by_role("link").first).to_have_text(re.compile(r"^\+353"))
    sought, count = signed_in.get_by_label("Find in this list"), signed_in.locator("#order-contacts output")
    expect(count).to_be_empty()
    sought.fill("o’sullivan")
    shown = rows.locator("visible=true")
    assert 0 < shown.count() < 60
    assert all("O’Sullivan" in words for words in shown.all_inner_texts())
    expect(count).to_have_text(f"{shown.count()} of 60")
    for words in ("More", "Other orders", "Nobody at all"):  # the words on buttons are not searched
        sought.fill(words)
        expect(shown).to_have_count(0)
        expect(count).to_have_text("0 of 60")
    sought.fill("")
    expect(shown).to_have_count(60)
    expect(count).to_be_empty()


def test_a_contact_who_travels_is_one_card(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.keyboard.press("p")
    expect(signed_in.locator("#order-contacts")).to_be_focused()
    signed_in.get_by_role("link", name="Show travellers").click()
    expect(signed_in.locator("#order-travellers")).to_be_focused()
    expect(signed_in.locator("h4:visible")).to_have_count(1)
    card = signed_in.locator("#order-contacts .persons > li > .person")
    expect(card).to_contain_text("BX 459 DUB–LHR")
    expect(card.get_by_text("hidden field").locator("visible=true")).to_have_count(1)


def test_a_traveller_shown_with_the_contact_is_still_there_after_a_reveal_and_a_reload(
    page: Page, live_app: App
) -> None:
    live_app.person(groups=("Agents", "Supervisors"))
    admit(page.context, live_app)
    page.goto(ORDER)
    # Another part of the page settles between the swap of the travellers and their settling.
    page.evaluate("""() => document.addEventListener("htmx:afterSwap", ({ target }) => target.id === "order-travellers" &&
      document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: { elt: document.createElement("p") } })))""")
    page.get_by_role("link", name="Show contacts").click()
    page.get_by_role("link", name="Show travellers").click()
    card = page.locator("#order-contacts .persons > li > .person")
    traveller = card.locator(".person")
    expect(traveller).to_contain_text("BX 459 DUB–LHR")
    card.get_by_text("Reveal…").locator("visible=true").click()
    card.get_by_role("button", name="Reveal: Passport", exact=True).click()
    expect(card.locator("> dl")).to_contain_text("PA4412365")
    expect(traveller).to_contain_text("BX 459 DUB–LHR")
    expect(card).to_be_focused()
    # The traveller's own hidden fields, in the card inside.
    traveller.get_by_text("Reveal…").click()
    traveller.get_by_role("button", name="Reveal: Passport", exact=True).click()
    expect(traveller).to_be_focused()
    expect(traveller.get_by_text("PA4412365")).to_be_hidden()  # the contact's card shows it
    expect(traveller.get_by_role("link", name="Other orders")).to_be_hidden()
    expect(page.locator("#order-travellers .persons > li:visible")).to_have_count(0)
    # Both panels again, as the links to more of a long list load them.
    page.evaluate("() => delete document.querySelector('[data-goes-to]').dataset.goesTo")
    with page.expect_response("**/contacts/"):
        page.get_by_role("link", name="Contacts", exact=True).click()
    expect(card.locator("> dl")).not_to_contain_text("PA4412365")
    expect(traveller).to_have_count(1)
    expect(traveller).to_contain_text("BX 459 DUB–LHR")
    expect(page.locator("#order-contacts")).to_be_focused()


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


def test_n_leads_to_what_is_not_loaded_too(signed_in: Page) -> None:
    signed_in.goto("/orders/PAGE3X/")
    signed_in.keyboard.press("n")
    expect(signed_in.locator("#money:target")).to_be_in_viewport()


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
