"""Everything an agent does, without JavaScript. Signing in, and finding and reading orders, are in tests/flows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Preferences
from orders.models import Connection
from tests.browser import admit
from tests.canary import CANARY
from tests.live import PASSWORD, App
from tests.pages.conftest import SEED
from tests.recorded import recorded_views


@pytest.fixture
def plain(browser: Browser, live_app: App) -> Iterator[Page]:
    """A tab without JavaScript, in which a supervisor is signed in."""
    live_app.person(groups=("Agents", "Supervisors"))
    context = browser.new_context(base_url=live_app.url, locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(10_000)
    admit(context, live_app)
    yield context.new_page()
    context.close()


def test_no_control_is_shown_that_would_do_nothing(plain: Page) -> None:
    plain.goto(f"/orders/{SEED}/")
    shown = plain.locator("button:visible")
    for words in ("Copy", "Print", "Keyboard"):
        expect(shown.filter(has_text=words)).to_have_count(0)
    expect(plain.locator("[data-copy]:visible, [data-copy-text]:visible, [data-print]:visible")).to_have_count(0)


def test_travellers_contacts_reveal_and_the_other_orders(plain: Page) -> None:
    plain.goto(f"/orders/{SEED}/?ticket=ZD-5")
    plain.get_by_role("link", name="Show travellers").click()
    expect(plain.locator("#order-travellers .person").first).to_be_visible()
    plain.locator(".back-link").click()
    plain.get_by_role("link", name="Show contacts").click()
    expect(plain.locator("#order-contacts")).to_contain_text("hidden field")
    plain.get_by_text("Reveal…").first.click()
    plain.get_by_role("button", name="Reveal all").first.click()
    expect(plain.locator("#order-contacts")).to_contain_text("PA4412365")
    plain.goto(f"/orders/{SEED}/contacts/?ticket=ZD-5")
    plain.get_by_role("link", name="Other orders").first.click()
    expect(plain.locator("#guest-orders")).to_contain_text("JD2TRIP")
    plain.get_by_role("link", name="JD2TRIP").click()
    expect(plain.locator("#reference")).to_have_text("JD2TRIP")
    assert "ticket=ZD-5" in plain.url
    seen = set(recorded_views().values_list("what", flat=True))
    assert seen >= {"order_opened", "travellers_seen", "contacts_seen", "field_revealed", "guest_orders_seen"}


def test_custom_data_and_raw_data(plain: Page) -> None:
    Connection.objects.update(version="v2.1")
    plain.goto("/orders/EXTEND/")
    plain.get_by_role("link", name="Show custom data").click()
    expect(plain.locator("#order-custom-data dl").first).to_be_visible()
    plain.locator(".back-link").click()
    plain.get_by_role("link", name="Raw data").click()
    expect(plain.locator("pre").first).to_contain_text('"referenceId": "EXTEND"')


def test_details_open_and_the_calendar_file_comes(plain: Page) -> None:
    plain.goto(f"/orders/{SEED}/")
    plain.locator(".flight details.more > summary").first.click()
    expect(plain.locator(".flight details.more .pairs").first).to_be_visible()
    with plain.expect_download() as download:
        plain.get_by_role("link", name="Calendar file").click()
    assert download.value.suggested_filename == "B94TXY.ics"


def test_preferences(plain: Page) -> None:
    plain.goto("/")
    plain.locator("details.menu > summary").click()
    plain.get_by_role("link", name="Preferences").click()
    plain.locator("input[name=theme][value=dark]").check()
    plain.locator("select[name=language]").select_option("de")
    plain.locator("main form:not(.zone-offer) button.button").click()
    expect(plain.locator(".message-success")).to_be_visible()
    assert plain.locator("html").get_attribute("data-theme") == "dark"
    assert plain.locator("html").get_attribute("lang") == "de"
    assert Preferences.objects.get().theme == "dark"
    expect(plain.locator("h1")).to_have_text("Einstellungen")


def test_connections_are_added_tried_renamed_replaced_made_default_and_deleted(plain: Page) -> None:
    plain.goto("/connections/")
    plain.get_by_role("link", name="Add a connection").click()
    plain.locator("main input[name=name]").fill("Second")
    plain.locator("main [name=region]").select_option("sandbox")
    plain.locator("main input[name=client_key]").fill(CANARY.client_key)
    plain.locator("main input[name=token]").fill("wrong")
    plain.locator("main form:not(.zone-offer) button.button").click()
    expect(plain.locator(".errorlist").first).to_be_visible()
    expect(plain.locator("main input[name=client_key]")).to_have_value(CANARY.client_key)
    expect(plain.locator("main input[name=token]")).to_have_value("")
    plain.locator("main input[name=token]").fill(CANARY.token)
    plain.locator("main form:not(.zone-offer) button.button").click()
    second = plain.locator(".connection").filter(has_text="Second")
    expect(second).to_be_visible()
    second.get_by_role("button", name="Test now").click()
    expect(plain.locator(".message-success")).to_contain_text("Second")
    second.get_by_role("button", name="Make default").click()
    expect(second.locator(".tag")).to_be_visible()
    second.get_by_role("link", name="Edit").click()
    plain.locator("main input[name=name]").fill("Third")
    plain.locator("main form:not(.zone-offer) button.button").click()
    third = plain.locator(".connection").filter(has_text="Third")
    third.get_by_role("link", name="Replace the credential").click()
    plain.locator("main input[name=client_key]").fill(CANARY.client_key)
    plain.locator("main input[name=token]").fill(CANARY.token)
    plain.locator("main form:not(.zone-offer) button.button").click()
    third.get_by_role("link", name="Delete").click()
    assert Connection.objects.count() == 2
    plain.locator("main form:not(.zone-offer) button.button").click()
    expect(plain.locator(".connection")).to_have_count(1)
    assert [way.name for way in Connection.objects.all()] == ["Sandbox"]


def test_a_person_is_found_by_name_and_the_activity_tells(plain: Page) -> None:
    plain.goto("/find-person/")
    plain.locator("#last_name").fill("Brennan")
    plain.locator("main form:not(.zone-offer) button.button").click()
    expect(plain.locator("main")).to_contain_text("Orla")
    plain.goto("/activity/")
    expect(plain.locator("main")).to_contain_text("searched by name")


def test_the_password_is_changed_and_the_person_signs_out(plain: Page) -> None:
    plain.goto("/accounts/password/")
    plain.locator("input[name=old_password]").fill(PASSWORD)
    for name in ("new_password1", "new_password2"):
        plain.locator(f"input[name={name}]").fill("an even longer passphrase")
    plain.locator("main form:not(.zone-offer) button.button").click()
    expect(plain.locator("h1")).to_have_text("Your password was changed")
    plain.locator("details.menu > summary").click()
    plain.get_by_role("button", name="Sign out").click()
    expect(plain.locator("input[name=username]")).to_be_visible()
