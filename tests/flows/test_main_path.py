"""The main path in a real browser, with JavaScript and without: sign in, find the order, read it, open the contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from orders.models import AccessRecord
from tests.browser import sign_in
from tests.live import App
from tests.pages.conftest import SEED

PASSPORT = "PA4412365"


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def tab(request: pytest.FixtureRequest, browser: Browser, live_app: App) -> Iterator[Page]:
    """A tab of a fresh profile; any error or warning on its console is a failure."""
    context = browser.new_context(
        base_url=live_app.url, locale="en-GB", java_script_enabled=request.param == "with JavaScript"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # The browser itself logs every 4xx that it receives; the tests that request one check its status.
        if message.type in {"error", "warning"} and "status of 403" not in message.text:
            messages.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: messages.append(str(error)))
    yield page
    context.close()
    assert not messages


@pytest.mark.parametrize("typed", ["B94TXY", SEED])
def test_an_agent_signs_in_finds_the_order_and_reads_it(tab: Page, live_app: App, typed: str) -> None:
    live_app.person()
    sign_in(tab)
    tab.locator("input[name=q]").first.fill(typed)
    tab.locator("input[name=q]").first.press("Enter")
    expect(tab).to_have_url(f"{live_app.url}/orders/{SEED}/")
    main = tab.locator("main")
    for text in ("B94TXY", "PURCHASED", "100.00", "EUR", "Card", "Visa", "DUB", "LHR", "LAS"):
        expect(main).to_contain_text(text)
    rows = [" ".join(row.inner_text().split()) for row in tab.locator("ol[role=list] > li").all()]
    itinerary = " | ".join(rows)
    for before, after in (("16:00", "17:20"), ("17:20", "20:00"), ("20:00", "22:40")):
        assert before in itinerary and itinerary.index(before) < itinerary.index(after), itinerary
    assert "459" in itinerary and "460" in itinerary and "BX" in itinerary
    expect(tab).to_have_title(re.compile(r"^B94TXY"))


def test_contacts_are_one_click_away_and_masked(tab: Page, live_app: App) -> None:
    live_app.person()
    sign_in(tab)
    tab.goto(f"/orders/{SEED}/")
    tab.get_by_role("link", name="Show contacts").click()
    person = tab.locator("#order-contacts .person").first
    expect(person).to_contain_text("Doyle")
    expect(person).to_contain_text("hidden field")
    assert PASSPORT not in tab.content()
    assert AccessRecord.objects.filter(what="contacts_seen").count() == 1


def test_reveal_shows_the_passport_and_a_record_appears(tab: Page, live_app: App) -> None:
    live_app.person(groups=("Agents", "Supervisors"))
    sign_in(tab)
    tab.goto(f"/orders/{SEED}/")
    tab.get_by_role("link", name="Show contacts").click()
    expect(tab.locator("#order-contacts")).to_contain_text("hidden field")
    tab.locator("details.hidden-fields > summary").first.click()
    tab.locator("form:has(input[value=passport_number]) button").first.click()
    expect(tab.locator("#order-contacts")).to_contain_text(PASSPORT)
    tab.goto("/activity/")
    expect(tab.locator("main")).to_contain_text("revealed hidden field")


def test_without_the_permission_there_is_no_reveal(tab: Page, live_app: App) -> None:
    live_app.person()
    sign_in(tab)
    tab.goto(f"/orders/{SEED}/contacts/")
    expect(tab.locator("#order-contacts")).to_contain_text("hidden field")
    assert tab.get_by_role("button", name="Reveal").count() == 0
    answer = tab.goto(f"/orders/{SEED}/reveal/")
    assert answer is not None and answer.status == 403
    assert AccessRecord.objects.filter(what="reveal_refused").count() == 1


def test_next_survives_a_failed_password(tab: Page, live_app: App) -> None:
    live_app.person()
    tab.goto(f"/orders/{SEED}/?ticket=ZD-1234")
    for password in ("wrong", "a long enough passphrase"):
        tab.locator("input[name=username]").fill("agent")
        tab.locator("input[name=password]").fill(password)
        tab.locator("input[name=password]").press("Enter")
        tab.wait_for_load_state()
    expect(tab).to_have_url(f"{live_app.url}/orders/{SEED}/?ticket=ZD-1234")
    assert AccessRecord.objects.get(what="order_opened").ticket == "ZD-1234"
