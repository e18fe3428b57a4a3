"""The policy works in a real browser: nothing is refused, nothing is logged, and the browser stores nothing of the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page

WHAT_THE_BROWSER_KEEPS = "() => ({ cookie: document.cookie, local: {...localStorage}, session: {...sessionStorage} })"


def test_the_main_path_raises_no_console_message_and_stores_nothing_of_the_page(signed_in: Page) -> None:
    messages: list[str] = []
    signed_in.on("console", lambda message: messages.append(message.text))
    signed_in.on("pageerror", lambda error: messages.append(str(error)))
    hosts = set[str]()
    signed_in.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for path in ("/", "/orders/B94TXY/", "/connections/", "/activity/", "/preferences/"):
        answer = signed_in.goto(path)
        assert answer
        assert answer.status == 200, path
        kept = signed_in.evaluate(WHAT_THE_BROWSER_KEEPS)
        # htmx stores the page's own path, which the address bar shows anyway.
        assert kept["session"].pop("htmx-current-path-for-history", "") in ("", urlsplit(signed_in.url).path)
        assert kept == {"cookie": "", "local": {}, "session": {}}
    assert messages == []
    assert len(hosts) == 1
