"""States of pages (who sees a page, at which address, and what they do there), and the actions that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

GROUP = "7c1f6a52-3c0e-4b43-9a07-0f2a6b1de120"
JANE = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"
ADMIN, LEAD = "administrator", "lead"
Act = Callable[[Page], None]


def nothing(_page: Page) -> None:
    """Leave the page as it is."""


@dataclass(frozen=True)
class State:
    """A page in a state. `status` is that of the first answer; `around` names a circumstance of `tour.AROUND`."""

    name: str
    path: str
    act: Act = nothing
    person: str = "agent"
    status: int = 200
    around: str = ""
    shows: str = ""


def show(link: str, panel: str) -> Act:
    """Open a panel in place, and wait until it is shown."""

    def act(page: Page) -> None:
        page.get_by_role("link", name=link).first.click()
        expect(page.locator(f"#{panel}.panel")).to_be_visible()

    return act


def fill(submit: str = "main form.form button.button", **values: str) -> Act:
    """Fill in the form and send it, without the browser's own validation."""

    def act(page: Page) -> None:
        page.evaluate("() => { for (const form of document.forms) form.noValidate = true }")
        for name, value in values.items():
            field = page.locator(f"main [name={name}]").first
            if field.evaluate("(field) => field.localName") == "select":
                field.select_option(value)
            else:
                field.fill(value)
        with page.expect_navigation():
            page.locator(submit).first.click()

    return act


def press(name: str) -> Act:
    def act(page: Page) -> None:
        with page.expect_navigation():
            page.locator("main").get_by_role("button", name=name).first.click()

    return act


def follow(*names: str) -> Act:
    """Follow these links, one after another."""

    def act(page: Page) -> None:
        for name in names:
            with page.expect_navigation():
                page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    return act


def make_key(page: Page) -> None:
    page.locator("main select[name=shared]").select_option(label="Airline (sandbox)")
    fill(name="Help desk")(page)


def from_link(page: Page) -> None:
    """Add a person, and open their link."""
    fill(username="by-link")(page)
    page.goto(page.locator("main code").inner_text())


def first_record(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#result_list tbody th a").first.click()


def search(text: str) -> Act:
    def act(page: Page) -> None:
        page.locator("input[name=q]").first.fill(text)
        with page.expect_navigation():
            page.locator("input[name=q]").first.press("Enter")

    return act


def open_all(page: Page) -> None:
    page.evaluate("() => { for (const one of document.querySelectorAll('main details')) one.open = true }")


def open_menu(page: Page) -> None:
    page.locator("details.menu:not(.tenants) > summary").click()


def open_switcher(page: Page) -> None:
    page.locator("details.tenants > summary").click()


def open_help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()


def while_opening(page: Page) -> None:
    """Show the page as it is while the CDP is slow; no request is sent."""
    page.evaluate(
        """() => { addEventListener("submit", (event) => event.preventDefault(), { once: true });
        const form = document.querySelector("form[role=search]"); form.elements.q.value = "B94TXY"; form.requestSubmit() }"""
    )
    expect(page.locator("#opening")).to_be_visible()


def contacts_then_orders(page: Page) -> None:
    show("Show contacts", "order-contacts")(page)
    show("Other orders", "guest-orders")(page)


def all_panels(page: Page) -> None:
    for open_panel in (TRAVELLERS, CONTACTS, CUSTOM):
        open_panel(page)


def customers_orders(page: Page) -> None:
    """Load the strip of the customer's orders above the order, and unfold it."""
    show("Show contacts", "order-contacts")(page)
    page.locator("#order-trips summary").click()


def scroll_past_the_header(page: Page) -> None:
    """Move the header below everything else, so that the slim row is shown in its place even at the top of the page."""
    page.evaluate("() => { document.querySelector('.ticket').style.marginTop = '150vh' }")
    expect(page.locator(".slim")).to_be_visible()


def pin(page: Page) -> None:
    page.get_by_role("button", name="Pin to start page").click()
    expect(page.get_by_role("button", name="Unpin from start page")).to_be_focused()


def reveal_all(page: Page) -> None:
    show("Show contacts", "order-contacts")(page)
    page.get_by_text("Reveal…").first.click()
    page.get_by_role("button", name="Reveal all").first.click()
    expect(page.locator("#order-contacts")).to_contain_text("PA4412365")


def reveal_one(page: Page) -> None:
    page.get_by_text("Reveal…").first.click()
    page.locator("form:has(input[value=passport_number]) button").first.click()
    expect(page.locator("#order-contacts")).to_contain_text("PA4412365")


def reveal_custom(page: Page) -> None:
    CUSTOM(page)
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator("#order-custom-data")).to_contain_text("PX1234565")


def reveal_refused(page: Page) -> None:
    """Try to reveal a field after the permission was withdrawn while the page was open."""
    CONTACTS(page)
    supervisors = Group.objects.get(name="Supervisors")
    held = list(supervisors.permissions.all())
    supervisors.permissions.clear()
    try:
        page.get_by_text("Reveal…").first.click()
        page.get_by_role("button", name="Reveal: Passport", exact=True).click()
        expect(page.locator(".person").get_by_role("alert")).to_be_visible()
    finally:
        supervisors.permissions.set(held)


def with_an_old_token(page: Page) -> None:
    page.evaluate("() => { for (const field of document.getElementsByName('csrfmiddlewaretoken')) field.value = 'x' }")
    search("B94TXY")(page)


def with_too_many_fields(page: Page) -> None:
    page.evaluate(
        """() => { const form = document.querySelector("form[role=search]");
        for (let n = 0; n < 1001; n++) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "n" })) }"""
    )
    search("B94TXY")(page)


def lock_out(page: Page) -> None:
    for _try in range(6):
        fill(username="locked", password="wrong")(page)


CONTACTS, TRAVELLERS = show("Show contacts", "order-contacts"), show("Show travellers", "order-travellers")
CUSTOM = show("Show custom data", "order-custom-data")
PEOPLE_DE = show("Kontakte zeigen", "order-contacts")
