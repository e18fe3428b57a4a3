"""Links whose value contains an unencoded `#`, in a real browser: the search field receives what never reaches the server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import admit
from tests.live import PASSWORD, App
from tests.pages.conftest import SEED

SUBJECT = "Re: [RT #4711] Fwd: Your booking B94TXY Dublin to Las Vegas"
TAKEN = "The search field now contains the part of the link after the #"
LINKS = [
    ("/orders/#B94TXY/?ticket=RM-4", "B94TXY", "RM-4"),
    ("/orders/#B94TXY/", "B94TXY", ""),
    ("/orders/#B94TXY", "B94TXY", ""),
    ("/orders/##B94TXY/?ticket=RM-4", "#B94TXY", "RM-4"),
    ("/orders/?q=#B94TXY&ticket=RM-4", "B94TXY", "RM-4"),
    ("/orders/?q=#B94TXY&ticket=RM-4&connection=Sandbox", "B94TXY", "RM-4"),
    (f"/orders/{SUBJECT}/?ticket=RM-4", SUBJECT, "RM-4"),
    (f"/orders/?q={SUBJECT}&ticket=RM-4", SUBJECT, "RM-4"),
    ("/orders/#jane.doe@example.com/?ticket=RM-4", "jane.doe@example.com", "RM-4"),
    ("/orders/#50%/?ticket=RM-4", "50%", "RM-4"),
    ("/orders/#Flug für Müller/?ticket=RM-4", "Flug für Müller", "RM-4"),
    ("/#B94TXY/?ticket=RM-4", "B94TXY", "RM-4"),
    ("/orders/paid?#B94TXY/?ticket=RM-4", "paid#B94TXY", "RM-4"),
]


def sign_in_here(page: Page, password: str = PASSWORD) -> None:
    page.locator("input[name=username]").fill("agent")
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")


def check_field(page: Page, text: str, ticket: str) -> None:
    expect(page.locator("main")).to_contain_text(TAKEN)
    expect(page.locator("#q")).to_have_value(text)
    action = page.locator("form:has(#q)").evaluate("form => form.action")
    assert (f"ticket={ticket}" in action) is bool(ticket), action
    assert "#" not in page.url
    assert "jane" not in unquote(page.url + action)


@pytest.mark.parametrize(("link", "text", "ticket"), LINKS)
def test_the_field_takes_what_stands_after_the_hash(signed_in: Page, link: str, text: str, ticket: str) -> None:
    signed_in.goto(link)
    check_field(signed_in, text, ticket)


@pytest.mark.parametrize("link", ["/orders/#/?ticket=RM-4", "/orders/#?ticket=RM-4", "/orders/?q=#&ticket=RM-4"])
def test_a_hash_and_nothing_else_keeps_the_ticket(signed_in: Page, link: str) -> None:
    signed_in.goto(link)
    expect(signed_in.locator("main")).to_contain_text("The link did not contain a reference.")
    assert "ticket=RM-4" in signed_in.locator("form:has(#q)").evaluate("form => form.action")


@pytest.mark.parametrize(("link", "text", "ticket"), [LINKS[0], LINKS[4], LINKS[6], LINKS[8]])
def test_it_survives_the_sign_in_and_a_wrong_password(
    page: Page, live_app: App, link: str, text: str, ticket: str
) -> None:
    live_app.person()
    page.goto(link)
    for password in ("wrong", PASSWORD):
        expect(page.locator("main")).to_contain_text("the part after the # may appear in the search field")
        sign_in_here(page, password)
        page.wait_for_load_state()
    check_field(page, text, ticket)


def test_the_search_then_opens_the_order_with_its_ticket(signed_in: Page, live_app: App) -> None:
    signed_in.goto("/orders/#B94TXY/?ticket=RM-4")
    expect(signed_in.locator("#q")).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in).to_have_url(f"{live_app.url}/orders/{SEED}/?ticket=RM-4")


@pytest.mark.parametrize("address", ["/", "/#main", "/#", "/orders/?q=%C2%A7#main", "/accounts/login/#main"])
def test_an_anchor_of_the_page_is_no_value(page: Page, live_app: App, address: str) -> None:
    live_app.person()
    if "login" not in address:
        admit(page.context, live_app)
    page.goto(address)
    for words in (TAKEN, "may appear in the search field"):
        assert page.get_by_text(words).count() == 0 or not page.get_by_text(words).is_visible()


@pytest.fixture
def without_script(browser: Browser, live_app: App) -> Iterator[Page]:
    context = browser.new_context(base_url=live_app.url, locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(10_000)
    live_app.person()
    admit(context, live_app)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("link", ["/orders/#B94TXY/?ticket=RM-4", f"/orders/{SUBJECT}/?ticket=RM-4"])
def test_without_javascript_a_sentence_helps(without_script: Page, link: str) -> None:
    without_script.goto(link)
    expect(without_script.get_by_text("If there is something after a # in the URL")).to_be_visible()
