"""The app for Zendesk's sidebar with a stand-in for Zendesk's framework, which answers as its SDK documents. Not tried in Zendesk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from integrations.zendesk.pack import HERE
from tests.wiring.hop import serving

# Of several paths, `get` returns those it can and puts the others into `errors`.
SDK = """
const handlers = {};
window.ticket = { "ticket.id": 7, "ticket.customField:custom_field_36": " B94TXY " };
window.asked = 0;
window.type = (text) => { ticket["ticket.customField:custom_field_36"] = text; handlers["ticket.custom_field_36.changed"](); };
window.ZAFClient = { init: () => new URLSearchParams(location.search).has("origin") && ({
  metadata: async () => ({ settings: %s }),
  get: async (paths) => {
    asked += 1;
    if (!window.ticket) throw new Error("no ticket");
    const found = { errors: {} };
    for (const path of paths) {
      if (path in ticket) found[path] = ticket[path];
      else found.errors[path] = { message: "not found" };
    }
    return found;
  },
  on: (name, handler) => { handlers[name] = handler; },
  invoke: async () => {},
}) };
"""
SETTINGS = {"server": "https://orders.example.com", "field": "36", "connection": "Air & Sea"}
AROUND = "?origin=https%3A%2F%2Facme.zendesk.com&app_guid=1"
PAUSE = 800  # milliseconds, as in app.js


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Log nothing, to keep the test's output clean."""


class Sidebar:
    """A page of the app, whose clock only the test moves. `framed` are the addresses that its frame requested."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url, self.framed = page, url, list[str]()
        self.frame, self.line = page.locator("#order"), page.locator("#say")

    def open(self, around: str = AROUND, more: str = "", **settings: object) -> Sidebar:
        sdk = SDK % json.dumps(SETTINGS | settings) + more
        self.page.route(
            "https://static.zdassets.com/**", lambda route: route.fulfill(body=sdk, content_type="text/javascript")
        )

        def framed(route: Route) -> None:
            self.framed.append(route.request.url)
            route.fulfill(body="the panel", content_type="text/html")

        self.page.route("https://orders.example.com/**", framed)
        self.page.clock.install(time=datetime(2026, 1, 1, tzinfo=UTC))
        self.page.goto(self.url + around)
        self.page.clock.pause_at(datetime(2026, 1, 2, tzinfo=UTC))
        return self

    def type(self, text: str | None) -> None:
        self.page.evaluate("(text) => type(text)", text)


@pytest.fixture
def sidebar(browser: Browser) -> Iterator[Sidebar]:
    with serving(partial(Files, directory=str(HERE / "assets"))) as port:  # type: ignore[arg-type]  # a class with its folder
        page = browser.new_page()
        yield Sidebar(page, f"http://127.0.0.1:{port}/iframe.html")
        page.close()


def test_the_app_frames_the_panel_with_the_reference_of_the_ticket(sidebar: Sidebar) -> None:
    sidebar.open()
    expect(sidebar.frame).to_be_visible()
    first = "https://orders.example.com/embed/?q=B94TXY&ticket=ZD-7&connection=Air+%26+Sea"
    expect(sidebar.frame).to_have_attribute("src", first)
    sidebar.type("#FAM4OB")
    sidebar.page.clock.run_for(PAUSE)
    expect(sidebar.frame).to_have_attribute("src", first.replace("B94TXY", "%23FAM4OB"))
    sidebar.type(None)
    sidebar.page.clock.run_for(PAUSE)
    expect(sidebar.line).to_have_text("This ticket has no reference.")
    expect(sidebar.frame).to_be_hidden()


@pytest.mark.parametrize(
    ("sent", "theme"), [("light", "light"), ("dark", "dark"), ("auto", ""), ("dark&theme=x", "dark"), ("%22%3E", "")]
)
def test_the_panel_follows_the_theme_of_zendesk(sidebar: Sidebar, sent: str, theme: str) -> None:
    sidebar.open(around=f"{AROUND}&colorScheme={sent}")
    first = "https://orders.example.com/embed/?q=B94TXY&ticket=ZD-7&connection=Air+%26+Sea"
    expect(sidebar.frame).to_have_attribute("src", first + (f"&theme={theme}" if theme else ""))
    assert sidebar.page.evaluate("document.documentElement.style.colorScheme") == theme
    expect(sidebar.page.locator("#whole")).to_have_attribute("href", first.replace("/embed/", "/orders/"))


def test_a_reference_is_searched_for_when_it_is_typed_to_its_end(sidebar: Sidebar) -> None:
    sidebar.open()
    expect(sidebar.frame).to_be_visible()
    for end in range(1, 7):
        sidebar.type("FAM4OB"[:end])
        # The order of the earlier reference is hidden at the first keystroke.
        expect(sidebar.frame).to_be_hidden()
        sidebar.page.clock.run_for(PAUSE - 100)
    assert sidebar.page.evaluate("asked") == 1
    sidebar.page.clock.run_for(100)
    expect(sidebar.frame).to_be_visible()
    assert sidebar.page.evaluate("asked") == 2
    assert [address.partition("q=")[2].partition("&")[0] for address in sidebar.framed] == ["B94TXY", "FAM4OB"]
    # The same value is not loaded again: the panel would lose its sign-in.
    sidebar.type("FAM4OB ")
    sidebar.page.clock.run_for(PAUSE)
    expect(sidebar.frame).to_be_visible()
    assert len(sidebar.framed) == 2


def test_who_must_act_when_the_frame_stays_empty(sidebar: Sidebar) -> None:
    sidebar.open()
    sidebar.page.get_by_text("No order here?").click()
    expect(sidebar.page.locator("#help")).to_contain_text(
        "an administrator of orders.example.com must add these origins to CDPVIEWER_EMBED_ORIGINS"
    )
    origin = sidebar.url.removesuffix("/iframe.html")
    expect(sidebar.page.locator("#listed")).to_have_text(f"{origin},https://acme.zendesk.com")
    whole = sidebar.page.get_by_role("link", name="Open the order in a new tab")
    expect(whole).to_have_attribute(
        "href", "https://orders.example.com/orders/?q=B94TXY&ticket=ZD-7&connection=Air+%26+Sea"
    )


SERVER = (
    "The setting “Server” is not an address such as https://orders.example.com. A Zendesk administrator must correct it"
)
FIELD = "The setting “Field” is not the number of a ticket field, such as 360001234567. A Zendesk administrator must correct it"
WRONG: dict[str, tuple[Callable[[Sidebar], Sidebar], str]] = {
    "server without https": (lambda sidebar: sidebar.open(server="orders.example.com"), SERVER),
    "server by http": (lambda sidebar: sidebar.open(server="http://orders.example.com"), SERVER),
    "no server": (lambda sidebar: sidebar.open(server=None), SERVER),
    "field by its name": (lambda sidebar: sidebar.open(field="Booking reference"), FIELD),
    "no field": (lambda sidebar: sidebar.open(field=None), FIELD),
    "field that is not there": (
        lambda sidebar: sidebar.open(field="37"),
        "This ticket has no field 37. A Zendesk administrator must correct “Field” in the settings of this app, or add the field",
    ),
    "no answer": (
        lambda sidebar: sidebar.open(more="window.ticket = null;"),
        "Zendesk did not answer. Load the page again.",
    ),
    "not in Zendesk": (lambda sidebar: sidebar.open(around=""), "This app works inside Zendesk only."),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_reported_with_who_must_act(sidebar: Sidebar, case: str) -> None:
    opened, words = WRONG[case]
    opened(sidebar)
    expect(sidebar.line).to_contain_text(words)
    expect(sidebar.frame).to_be_hidden()
    expect(sidebar.page.locator("#help")).to_be_hidden()
    assert sidebar.framed == []


def test_the_number_of_a_field_may_have_the_prefix_that_zendesk_shows(sidebar: Sidebar) -> None:
    sidebar.open(field="custom_field_36")
    expect(sidebar.frame).to_be_visible()
