"""Copying: every button gives its value and says so, and what a panel brought is said too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import sign_in
from tests.experience.states import CONTACTS, CUSTOM, TRAVELLERS, Act, contacts_then_orders, search
from tests.experience.test_keyboard import copied
from tests.live import App
from tests.pages.conftest import SEED


def copies_all(page: Page, part: Locator) -> list[str]:
    """Press the button beside every e-mail address and phone number in the part; what was copied, and each time said."""
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
    ("path", "act", "said"),
    [
        (f"/orders/{SEED}/", CONTACTS, "1 contact loaded"),
        ("/orders/MISS2C/", CONTACTS, "58 of 60 loaded"),
        ("/orders/FAM4OB/", TRAVELLERS, "4 travellers loaded"),
        (f"/orders/{SEED}/", contacts_then_orders, "3 orders loaded"),
        ("/orders/EXTEND/", CUSTOM, "6 values loaded"),
    ],
)
def test_a_panel_says_how_much_came(signed_in: Page, path: str, act: Act, said: str) -> None:
    signed_in.goto(path)
    act(signed_in)
    expect(signed_in.locator("#say")).to_have_text(said)


def test_a_reveal_says_what_is_shown_now_and_never_its_value(page: Page, live_app: App) -> None:
    live_app.person("supervisor", groups=("Agents", "Supervisors"))
    sign_in(page, "supervisor")
    page.goto(f"/orders/{SEED}/")
    CONTACTS(page)
    page.get_by_text("Reveal…").click()
    page.get_by_role("button", name="Reveal Passport", exact=True).click()
    expect(page.locator("#say")).to_have_text("Passport revealed")
    page.get_by_text("Reveal…").click()
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator("#say")).to_have_text("Hidden fields revealed")
