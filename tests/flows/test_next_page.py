"""The worst values of `next`, clicked in a real browser: none of them leaves this site."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser import sign_in
from tests.live import PASSWORD, App

WORST = [
    "{host}/\\evil.test/x", "/\\evil.test/x", "/\t/evil.test/x", "/\n/evil.test/x", "//evil.test/x", "///evil.test/x", "\\\\evil.test", "/%5Cevil.test/x",
    "/%09/evil.test/x", "/.//evil.test/x", "/..//evil.test/x", "/%2e%2e//evil.test/x", "/%2Fevil.test/x", "/orders/..//..//evil.test/x",
    "javascript:document.title='evil'", "\x01javascript:document.title='evil'", "http:/\\evil.test", "/\uff0f\uff0fevil.test", "{host}@evil.test/",
]  # fmt: skip


@pytest.mark.parametrize("address", WORST)
def test_no_click_and_no_sign_in_leaves_this_site(page: Page, live_app: App, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    goal = quote(address.replace("{host}", live_app.url), safe="")
    live_app.person()
    page.goto(f"/accounts/login/?next={goal}")
    page.locator("input[name=username]").fill("agent")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.goto(f"/connections/?next={goal}")
    for link in page.locator("main a").all():
        # As the browser itself parses the link's address.
        assert link.evaluate("link => link.origin") == live_app.url
    back = page.get_by_text("Back to the previous page")
    if back.count():
        back.click()
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(live_app.url).netloc}
    assert "evil" not in page.title()


def test_a_good_one_is_followed(page: Page, live_app: App) -> None:
    live_app.person()
    sign_in(page)
    page.goto("/connections/?next=/activity/%3Fticket%3DZD-1")
    page.get_by_text("Back to the previous page").click()
    page.wait_for_url("**/activity/?ticket=ZD-1")
