"""On a shared machine: after signing out, neither Back nor anything the browser keeps shows what was on the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import FLAGS, executable, sign_in
from tests.experience.probing import KEPT
from tests.live import App
from tests.pages.conftest import SEED

PERSONAL = ("Doyle", "jane.doyle@example.com", "PA4412365", "555 0123", "B94TXY")


@pytest.fixture(scope="module")
def keeping_browser(browser: Browser) -> Iterator[Browser]:
    """A browser that keeps pages alive for Back, as people's browsers do and Playwright's usually does not."""
    running = browser.browser_type.launch(
        executable_path=executable(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield running
    running.close()


def read_everything_and_sign_out(page: Page) -> None:
    """Go through the pages as a supervisor, hidden fields included, and sign out."""
    sign_in(page)
    page.goto(f"/orders/{SEED}/")
    page.get_by_role("link", name="Show contacts").click()
    page.get_by_text("Reveal…").first.click()
    page.get_by_role("button", name="Reveal all").first.click()
    expect(page.locator("#order-contacts")).to_contain_text("PA4412365")
    assert page.evaluate(KEPT) == {"cookie": {}, "local": {}, "session": {}}
    page.goto(f"/orders/{SEED}/contacts/")
    expect(page.locator("#order-contacts")).to_contain_text("Doyle")
    page.goto(f"/orders/{SEED}/raw/")
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("input[name=username]")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("keeps", [True, False], ids=["left pages kept alive", "left pages dropped"])
def test_back_shows_nothing_personal(
    browser: Browser, keeping_browser: Browser, live_app: App, javascript: bool, keeps: bool
) -> None:
    live_app.person(groups=("Agents", "Supervisors"))
    used = keeping_browser if keeps else browser
    context = used.new_context(base_url=live_app.url, locale="en-GB", java_script_enabled=javascript)
    context.set_default_timeout(10_000)
    page = context.new_page()
    if javascript:
        read_everything_and_sign_out(page)
        assert page.evaluate(KEPT) == {"cookie": {}, "local": {}, "session": {}}
    else:
        sign_in(page)
        for path in (f"/orders/{SEED}/", f"/orders/{SEED}/contacts/"):
            page.goto(path)
        page.locator("details.menu > summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("input[name=username]")).to_be_visible()
    for _step in range(5):
        page.go_back()
        page.wait_for_load_state()
        if page.url == "about:blank":
            break
        shown = page.content()
        assert [word for word in PERSONAL if word in shown] == [], page.url
        expect(page.locator("input[name=username]")).to_be_visible()
    context.close()


def order_in(page: Page, words: str = "Doyle") -> None:
    page.goto(f"/orders/{SEED}/contacts/")
    expect(page.locator("#order-contacts")).to_contain_text(words)


def cleared(page: Page) -> None:
    """Check that the page is marked as cleared, and holds nothing that it showed before."""
    expect(page.get_by_role("heading", name="Page cleared")).to_be_visible()
    shown = page.content() + page.title()
    assert [word for word in PERSONAL if word in shown.replace(page.url, "")] == []


def test_a_page_left_open_is_cleared_when_the_session_is_over_even_without_a_network(page: Page, live_app: App) -> None:
    live_app.person()
    page.clock.install()
    sign_in(page)
    order_in(page)
    page.clock.fast_forward("29:00")
    expect(page.locator("#order-contacts")).to_contain_text("Doyle")
    page.context.set_offline(True)
    page.clock.fast_forward("01:30")
    cleared(page)
    page.context.set_offline(False)
    page.get_by_role("link", name="Open the page again").click()
    expect(page.locator("#order-contacts")).to_contain_text("Doyle")


def test_another_tab_that_is_used_keeps_the_page_and_signing_out_there_clears_it(page: Page, live_app: App) -> None:
    live_app.person()
    page.clock.install()
    sign_in(page)
    order_in(page)
    page.clock.fast_forward("29:00")
    other = page.context.new_page()
    other.goto("/activity/")
    page.clock.fast_forward("29:00")
    expect(page.locator("#order-contacts")).to_contain_text("Doyle")
    other.locator("details.menu > summary").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.locator("input[name=username]")).to_be_visible()
    cleared(page)
    page.get_by_role("link", name="Open the page again").click()
    expect(page.locator("input[name=username]")).to_be_visible()
