"""Copying: every button copies its value and announces it, and panels announce what they loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import FLAGS, admit, executable
from tests.experience.states import CONTACTS, CUSTOM, TRAVELLERS, Act, contacts_then_orders, search
from tests.experience.test_keyboard import copied
from tests.live import App
from tests.pages.conftest import SEED


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """The full browser instead of its headless shell, because the clipboard is part of it."""
    running = browser.browser_type.launch(executable_path=executable(), args=FLAGS)
    yield running
    running.close()


def copies_all(page: Page, part: Locator) -> list[str]:
    """Press the button beside every e-mail address and phone number in the part; return what was copied and announced."""
    values: list[str] = []
    for link in part.locator("a[href^='mailto:'], a[href^='tel:']").all():
        value = link.inner_text()
        button = link.locator("xpath=..").get_by_role("button", name=f"Copy {value}", exact=True)
        button.click()
        expect(page.locator("#say")).to_have_text(f"Copied: {value}")
        assert copied(page) == value
        values.append(value)
    return values


def test_every_address_and_number_of_the_contacts_is_copied_and_confirmed(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    CONTACTS(signed_in)
    values = copies_all(signed_in, signed_in.locator("#order-contacts"))
    assert values == ["+353 1 555 0123", "+353 86 555 0145", "jane.doyle@example.com", "j.doyle@work.example"]


def test_every_address_and_number_of_people_found_is_copied_and_confirmed(signed_in: Page) -> None:
    signed_in.goto("/")
    search("brennan.family@example.com")(signed_in)
    values = copies_all(signed_in, signed_in.locator("main"))
    assert {"brennan.family@example.com", "orla@example.org", "+353 87 555 0190"} <= set(values)
    assert signed_in.evaluate("() => Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0


def test_a_longer_text_is_named_by_the_heading_over_it(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/raw/")
    signed_in.locator("[data-copy]").first.click()
    expect(signed_in.locator("#say")).to_have_text(re.compile("^Copied: GET /v2/orders"))


@pytest.mark.parametrize(
    ("path", "act", "message"),
    [
        (f"/orders/{SEED}/", CONTACTS, "1 contact loaded"),
        ("/orders/MISS2C/", CONTACTS, "58 of 60 loaded"),
        ("/orders/FAM4OB/", TRAVELLERS, "4 travellers loaded"),
        (f"/orders/{SEED}/", contacts_then_orders, "3 orders loaded"),
        ("/orders/EXTEND/", CUSTOM, "6 values loaded"),
    ],
)
def test_a_panel_says_how_much_came(signed_in: Page, path: str, act: Act, message: str) -> None:
    signed_in.goto(path)
    act(signed_in)
    expect(signed_in.locator("#say")).to_have_text(message)


def test_a_reveal_says_what_is_shown_now_and_never_its_value(page: Page, live_app: App) -> None:
    live_app.person("supervisor", groups=("Agents", "Supervisors"))
    admit(page.context, live_app, "supervisor")
    page.goto(f"/orders/{SEED}/")
    CONTACTS(page)
    page.get_by_text("Reveal…").click()
    page.get_by_role("button", name="Reveal: Passport", exact=True).click()
    expect(page.locator("#say")).to_have_text("Passport revealed")
    page.get_by_text("Reveal…").click()
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator("#say")).to_have_text("Hidden fields revealed")


# The copy for the customer of each order: what it says, and what it must not say.
CUSTOMERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "SPLIT1": (
        (
            "Your booking SPLIT1",
            "Flight BX 500\nDeparture: 07:10, Dublin\nArrival: 10:45, Adolfo Suárez Madrid–Barajas\nTravellers: 2 adults",
            "Flight BX 504\nDeparture: 13:40, Dublin\nArrival: 17:15, Adolfo Suárez Madrid–Barajas\nTravellers: 1 child",
            "Flight BX 503\nDeparture: 18:00, Adolfo Suárez Madrid–Barajas\nArrival: 19:40, Dublin\nTravellers: 2 adults, 1 child",
        ),
        ("677", "Visa", "Economy", "(DUB)", "2 h 35 min"),
    ),
    "FAM4OB": (
        (
            "Your booking FAM4OB\nTravellers: 2 adults, 1 child, 1 infant",
            "Sun 27 Dec 2026 · Dublin to Málaga\nFlight BX 582\nDeparture: 06:40, Dublin\nArrival: 10:40, Málaga",
            "Also booked\n4 × Checked bag 20 kg, Dublin to Málaga\n4 × Checked bag 20 kg, Málaga to Dublin",
            "All times are local.",
        ),
        ("998", "Mastercard", "AGP", "BAG", "ADT"),
    ),
    "LONGTR": (
        (
            "Flight TK 1978 (Turkish Airlines)\nDeparture: 16:55, Dublin\nArrival: Tue 2 Mar 00:20, Istanbul",
            "Connection: 14 h 10 min, Istanbul",
            "Flight TK 2 (Turkish Airlines), operated by Thai Airways",
        ),
        ("Overnight", "Long wait", "advise", "IST"),
    ),
    "BAGS23": (
        ("Flight BX 880, operated by Swiss\nDeparture: 08:15, Dublin\nArrival: 11:30, Zurich", "Also booked\n2 × Bag 23 kg, Dublin to Zurich"),
        ("Skis", "Cancelled", "LX", "45"),
    ),
    "MIXST4": (("Status: Partially confirmed", "Flight BX 560 – Cancelled for 1 of 4 travellers", "Travellers: 3 adults"), ("4 adults",)),
    "CANCLD": (("CANCELLED", "Status: Cancelled"), ("refund", "Also booked")),
    "UTCFED": (("Departure: time to be confirmed, Frankfurt",), ("09:05", "as UTC", "15 Jan", "Connection", "local")),
    "WILDTM": (("Departure: time to be confirmed, Dublin",), ("16:00", "1 Feb", "28 d", "local")),
}  # fmt: skip


def pasted_html(page: Page) -> str:
    """The text that a mail program would paste: blocks, each of which begins with a bold heading."""
    blank = page.context.new_page()
    blank.goto("about:blank")
    blank.evaluate("() => { document.body.contentEditable = 'true'; document.body.focus() }")
    blank.keyboard.press("Control+V")
    blocks = blank.evaluate(
        "() => [...document.querySelectorAll('p')].map((p) => [p.querySelector('b')?.innerText, p.innerText])"
    )
    blank.close()
    assert all(heading and text.startswith(heading) for heading, text in blocks)
    return "\n\n".join(text for _heading, text in blocks)


def test_the_copy_for_the_customer_as_text_and_as_html(signed_in: Page) -> None:
    for reference, (says, never) in CUSTOMERS.items():
        signed_in.goto(f"/orders/{reference}/")
        signed_in.get_by_role("button", name="Copy for the customer").click()
        expect(signed_in.locator("#say")).to_have_text("Copied: text for the customer")
        text = copied(signed_in)
        for words in says:
            assert words in text, (reference, text)
        for words in never:
            assert words not in text, (reference, text)
        assert pasted_html(signed_in) == text, reference


def test_the_internal_note_names_tenant_status_payment_alerts_and_link(signed_in: Page, live_app: App) -> None:
    signed_in.goto("/orders/TIGHT1/?ticket=ZD-5")
    signed_in.get_by_role("button", name="Copy internal note").click()
    text = copied(signed_in)
    ref = signed_in.url.split("/orders/")[1]
    for words in (
        "TIGHT1 · Sandbox (sandbox)",
        "Status: Confirmed",
        "Payment: 905.00 EUR · The CDP does not say whether the order is paid · Card · Visa",
        "To check:\n- BX 152 · Tight connection in Amsterdam: 35 min\n",
    ):
        assert words in text, text
    assert "Read from the CDP on " in text and text.endswith(f"{live_app.url}/orders/{canonical_ref(signed_in)}/")
    assert "ZD-5" not in text and ref.startswith("TIGHT1")


def canonical_ref(page: Page) -> str:
    return str(page.locator("link[rel=canonical]").get_attribute("href")).rstrip("/").rpartition("/")[2]


def test_no_copy_for_the_customer_of_an_order_that_did_not_load_whole(signed_in: Page) -> None:
    signed_in.goto("/orders/PAGE3X/")
    expect(signed_in.get_by_role("button", name="Copy internal note")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Copy for the customer")).to_have_count(0)
