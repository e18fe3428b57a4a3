"""Forms: the focus is on the faulty field, secrets can be shown while they are typed, and the browser's zone is offered once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import admit, sign_in
from tests.experience.states import fill
from tests.live import PASSWORD, App


def focused(page: Page) -> str:
    """The name of the field that has the focus."""
    return str(page.evaluate("() => document.activeElement.name || document.activeElement.localName"))


def test_the_focus_is_where_the_fault_is(page: Page, live_app: App) -> None:
    live_app.person(connected=False)
    page.goto("/accounts/login/")
    assert focused(page) == "username"
    fill(username="agent", password="wrong")(page)
    assert focused(page) == "password"
    assert page.locator("input[name=username]").input_value() == "agent"
    fill(username="", password="wrong")(page)
    assert focused(page) == "username"
    sign_in(page)
    page.goto("/connections/add/")
    for wrong, field in (
        ({"name": "New", "client_key": "x", "token": ""}, "token"),
        ({"name": "", "client_key": "x", "token": "y"}, "name"),
        # Refused by the CDP: only the token has to be typed again.
        ({"name": "New", "client_key": "x", "token": "y"}, "token"),
    ):
        fill(**wrong)(page)
        assert focused(page) == field, wrong
        assert page.locator("input[name=client_key]").input_value() == "x"
        assert page.locator("input[name=token]").input_value() == ""


def test_a_secret_is_shown_while_it_is_typed_and_hidden_before_it_is_sent(page: Page, live_app: App) -> None:
    live_app.person()
    page.goto("/accounts/login/")
    field, button = page.locator("input[name=password]"), page.get_by_role("button", name="Show: Password")
    page.locator("input[name=username]").fill("agent")
    field.fill(PASSWORD)
    assert field.get_attribute("type") == "password"
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")
    # Now by keyboard; the password is hidden again before it is sent, so that the browser does not keep it with the form.
    field.press("Tab")
    page.keyboard.press("Space")
    expect(field).to_have_attribute("type", "text")
    page.evaluate("() => addEventListener('submit', ({ target }) => { name = target.elements.password.type })")
    field.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    assert page.evaluate("() => name") == "password"


def test_without_javascript_no_button_does_nothing(browser: Browser, live_app: App) -> None:
    context = browser.new_context(base_url=live_app.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    expect(page.locator("[data-shows]")).to_be_hidden()
    live_app.person()
    admit(context, live_app)
    page.goto("/")
    expect(page.locator("[data-offers-zone]")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(
    ("zone", "button", "shown"),
    [("Asia/Calcutta", "Use", "Asia/Kolkata"), ("Europe/Dublin", "Keep UTC", "UTC"), ("UTC", "", "UTC")],
)
def test_the_browsers_zone_is_offered_to_somebody_new_and_once(
    browser: Browser, live_app: App, zone: str, button: str, shown: str
) -> None:
    context = browser.new_context(base_url=live_app.url, timezone_id=zone)
    page = context.new_page()
    live_app.person()
    admit(context, live_app)
    page.goto("/")
    offer = page.locator("[data-offers-zone]")
    if not button:
        expect(offer).to_be_hidden()
    else:
        # Nothing is offered on the page of an order.
        page.goto("/orders/B94TXY/")
        expect(offer).to_have_count(0)
        page.goto("/")
        expect(offer).to_be_visible()
        page.get_by_role("button", name=button).click()
        expect(offer).to_have_count(0)
        page.goto("/preferences/")
        expect(offer).to_have_count(0)
        expect(page.locator("select[name=time_zone]")).to_have_value(shown)
    context.close()
