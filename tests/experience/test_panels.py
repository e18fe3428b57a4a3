"""Panels in place: a failure is shown instead of the panel, takes the focus and is announced; an expired session leads to sign-in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.experience.page_states import STATES
from tests.live import App
from tests.pages.conftest import SEED
from tests.panels import PANELS_OF_AN_ORDER

FAILURES = [
    ("/orders/CONT503/", 502),
    ("/orders/fault-401~contacts/", 403),
    ("/orders/fault-403~contacts/", 403),
    ("/orders/fault-429-6h~contacts/", 429),
    ("/orders/fault-html~contacts/", 502),
    ("/orders/fault-hang~contacts/", 504),
]


@pytest.mark.parametrize(("path", "status"), FAILURES)
def test_a_failed_panel_shows_says_and_takes_the_focus(signed_in: Page, path: str, status: int) -> None:
    signed_in.goto(path)
    messages: list[str] = []
    signed_in.on("console", lambda message: messages.append(message.text))
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    signed_in.on("response", note)
    signed_in.get_by_role("link", name="Show contacts").click()
    if status == 504:
        expect(signed_in.locator("#order-contacts .waiting")).to_contain_text("Waiting for the CDP")
        expect(signed_in.locator("#order-contacts")).to_have_attribute("aria-busy", "true")
    problem = signed_in.locator("#order-contacts").get_by_role("alert")
    expect(problem).to_be_visible(timeout=13_000)
    expect(problem.locator("h3, h4")).to_be_visible()
    expect(problem).not_to_contain_text("no contact")
    expect(signed_in.locator("#order-contacts:focus, #order-contacts :focus")).to_have_count(1)
    expect(problem).to_be_in_viewport()
    panel = next(answer for answer in answers if "/contacts/" in answer.url)
    assert panel.status == status
    assert [text for text in messages if not text.startswith("Failed to load resource")] == []
    # The order beside it is untouched.
    expect(signed_in.locator("#reference")).to_be_visible()


def test_the_step_out_of_a_failed_panel_works(signed_in: Page, live_app: App) -> None:
    signed_in.goto("/orders/CONT503/")
    signed_in.get_by_role("link", name="Show contacts").click()
    again = signed_in.locator("#order-contacts").get_by_role("link", name="Try again")
    expect(again).to_be_visible()
    again.click()
    expect(signed_in.locator("#order-contacts").get_by_role("alert")).to_be_visible()


def test_an_expired_session_leads_the_whole_page_to_sign_in_and_back(signed_in: Page, live_app: App) -> None:
    signed_in.goto(f"/orders/{SEED}/?ticket=ZD-3")
    signed_in.context.clear_cookies()
    signed_in.get_by_role("link", name="Show contacts").click()
    signed_in.wait_for_url("**/accounts/login/**")
    assert parse_qs(urlsplit(signed_in.url).query)["next"] == [f"/orders/{SEED}/?ticket=ZD-3"]
    signed_in.locator("input[name=username]").fill("agent")
    signed_in.locator("input[name=password]").fill("a long enough passphrase")
    signed_in.locator("input[name=password]").press("Enter")
    signed_in.wait_for_url(f"{live_app.url}/orders/{SEED}/?ticket=ZD-3")


def test_a_lost_network_is_told_in_place(signed_in: Page) -> None:
    signed_in.goto(f"/orders/{SEED}/")
    signed_in.context.set_offline(True)
    link = signed_in.get_by_role("link", name="Show contacts")
    link.click()
    expect(signed_in.locator("#order-contacts").get_by_role("alert")).to_contain_text("No answer from this server")
    link.click()
    expect(signed_in.locator("#order-contacts").get_by_role("alert")).to_have_count(1)
    signed_in.context.set_offline(False)
    link.click()
    expect(signed_in.locator("#order-contacts")).to_contain_text("Doyle")


def test_a_slow_page_shows_the_reference_at_once_and_escape_takes_it_away(signed_in: Page) -> None:
    signed_in.goto("/")
    # The page stays as it is while an answer is on its way; here no request is sent.
    signed_in.evaluate("() => addEventListener('submit', (event) => event.preventDefault())")
    signed_in.locator("#q").fill("B94TXY")
    signed_in.locator("#q").press("Enter")
    opening = signed_in.locator("#opening")
    expect(opening).to_contain_text("B94TXY")
    expect(opening).to_contain_text("Waiting for the CDP… 0 s")
    expect(opening).to_contain_text("Waiting for the CDP… 1 s")
    signed_in.keyboard.press("Escape")
    expect(opening).to_be_hidden()


def test_every_panel_is_walked_through_as_a_page_of_its_own() -> None:
    walked = {urlsplit(state.path).path.partition("/orders/")[2].partition("/")[2] for state in STATES}
    assert set(PANELS_OF_AN_ORDER) <= walked
