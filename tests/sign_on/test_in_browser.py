"""Signing in with a real browser: to the provider and back under the strict policy, and with passkeys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser import sign_in
from tests.live import App
from tests.sign_on.devices import Device, sign_in_half
from tests.sign_on.providers import RunningProvider
from tests.wiring.test_headers import POLICY

ORDER = "/orders/B94TXY/?ticket=SSO-1"


@pytest.fixture
def complaints(tab: Page) -> Iterator[list[str]]:
    """Console errors from our policy or script; there must be none at the end. Failed requests, such as for a font, are ignored."""
    texts: list[str] = []
    tab.on("console", lambda message: texts.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: texts.append(str(error)))
    yield texts
    assert not [text for text in texts if not text.startswith("Failed to load resource")], texts


def at_the_provider(tab: Page, subject: str) -> None:
    tab.locator("input[name=login]").fill(subject)
    tab.locator("input[name=password]").fill("any")
    tab.locator("button[type=submit]").click()


def test_a_ticket_link_comes_back_to_the_order_under_the_strict_policy(
    tab: Page, sign_on_app: App, running_provider: RunningProvider, complaints: list[str]
) -> None:
    answer = tab.goto(ORDER)
    assert answer is not None
    assert answer.header_value("content-security-policy") == POLICY.replace(
        "form-action 'self'", f"form-action 'self' {running_provider.issuer}"
    )
    tab.get_by_role("button", name="Sign in with Example Air").click()
    at_the_provider(tab, "sub-alice")
    tab.wait_for_url(f"{sign_on_app.url}{ORDER}")
    person = User.objects.get(username="alice")
    assert set(person.groups.values_list("name", flat=True)) == {"Agents"}
    tab.goto("/accounts/sessions/")
    expect(tab.get_by_text("This browser")).to_be_visible()
    tab.locator("summary").first.click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", name="You are signed out")).to_be_visible()
    tab.get_by_role("link", name="Sign out of Example Air").click()
    tab.wait_for_url(f"{running_provider.issuer}/**")


def test_a_refusal_is_a_page_that_tries_again(
    tab: Page, running_provider: RunningProvider, complaints: list[str]
) -> None:
    running_provider.knows("sub-zoe", "zoe", "other")
    tab.goto(ORDER)
    tab.get_by_role("button", name="Sign in with Example Air").click()
    at_the_provider(tab, "sub-zoe")
    expect(tab.get_by_role("heading", name="You don’t have access to cdpviewer")).to_be_visible()
    running_provider.knows("sub-zoe", "zoe", "cdp-leads")
    tab.get_by_role("button", name="Sign in with Example Air").click()
    tab.wait_for_url(f"**{ORDER}")


def test_an_app_is_set_up_and_used_without_javascript(tab: Page, sign_on_app: App) -> None:
    sign_on_app.person()
    sign_in(tab)
    tab.goto("/accounts/second-factor/")
    tab.get_by_role("link", name="Set up an authenticator app").click()
    picture = tab.locator("img.code-picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 100
    code = pyotp.TOTP(tab.locator("code").inner_text().replace(" ", ""))
    tab.get_by_label("Code").fill(code.at(time.time() - 30))
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("#recovery-codes li")).to_have_count(10)
    context = (
        tab.context.browser.new_context(base_url=sign_on_app.url, java_script_enabled=False)
        if tab.context.browser
        else None
    )
    assert context is not None
    plain = context.new_page()
    plain.goto("/accounts/login/?next=/activity/")
    plain.locator("input[name=username]").fill("agent")
    plain.locator("input[name=password]").fill("a long enough passphrase")
    plain.locator("input[name=password]").press("Enter")
    plain.get_by_label("Code").fill(code.now())
    plain.get_by_label("Code").press("Enter")
    plain.wait_for_url("**/activity/")
    context.close()


def test_a_passkey_is_added_signs_in_and_keeps_the_goal(tab: Page, sign_on_app: App, complaints: list[str]) -> None:
    sign_on_app.person()
    Device(tab)
    sign_in(tab)
    tab.goto("/accounts/second-factor/passkey/")
    tab.get_by_label("Name").fill("Laptop <b>")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.locator("#recovery-codes li")).to_have_count(10)
    tab.goto("/accounts/second-factor/")
    expect(tab.get_by_role("heading", name="Laptop <b>")).to_be_visible()
    tab.context.clear_cookies()
    tab.goto(ORDER)
    tab.locator("input[name=username]").fill("agent")
    tab.locator("input[name=password]").fill("a long enough passphrase")
    tab.locator("input[name=password]").press("Enter")
    expect(tab.get_by_role("heading", name="Two-step sign-in")).to_be_visible()
    assert urlsplit(tab.url).path == "/accounts/second-step/"
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_url(f"**{ORDER}")


def test_a_browser_without_the_passkey_gets_a_sentence_and_may_enter_a_code(tab: Page, sign_on_app: App) -> None:
    sign_on_app.person()
    device = Device(tab)
    sign_in(tab)
    tab.goto("/accounts/second-factor/passkey/")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.locator("#recovery-codes li")).to_have_count(10)
    recovery = tab.locator("#recovery-codes li").first.inner_text()
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    device.forget()
    tab.context.clear_cookies()
    sign_in_half(tab)
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.get_by_text("The passkey could not be used in this browser")).to_be_visible()
    tab.get_by_label("Code").fill(recovery)
    tab.get_by_label("Code").press("Enter")
    tab.wait_for_url(f"{sign_on_app.url}/")
