"""The app for Zendesk: the rules of its manifest, the zip, and what it does with a stand-in for Zendesk's framework.

It was not tried in Zendesk itself.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from integrations.zendesk.pack import HERE, pack
from tests.wiring.hop import serving

MANIFEST = json.loads((HERE / "manifest.json").read_text())
# https://developer.zendesk.com/documentation/apps/app-developer-guide/manifest/
REQUIRED = {"author", "frameworkVersion", "location", "defaultLocale"}
KNOWN = REQUIRED | {
    "name",
    "version",
    "private",
    "parameters",
    "domainWhitelist",
    "signedUrls",
    "singleInstall",
    "termsConditionsURL",
}
TYPES = {"text", "textarea", "password", "checkbox", "url", "number", "hidden", "oauth"}
SDK = """
const handlers = {};
window.ticket = { "ticket.id": 7, "ticket.customField:custom_field_36": " B94TXY " };
window.changed = () => handlers["ticket.custom_field_36.changed"]();
window.ZAFClient = { init: () => ({
  metadata: async () => ({ settings: { server: "https://orders.example.com", field: "36", connection: "Air & Sea" } }),
  get: async () => window.ticket,
  on: (name, handler) => { handlers[name] = handler; },
  invoke: async () => {},
}) };
"""


def test_the_manifest_follows_the_published_rules() -> None:
    assert set(MANIFEST) >= REQUIRED
    assert set(MANIFEST) <= KNOWN
    assert set(MANIFEST["author"]) <= {"name", "email", "url"}
    assert MANIFEST["frameworkVersion"] == "2.0"
    sidebar = MANIFEST["location"]["support"]["ticket_sidebar"]
    assert (HERE / sidebar["url"]).is_file()
    names = [parameter["name"] for parameter in MANIFEST["parameters"]]
    assert len(set(names)) == len(names)
    assert {parameter["type"] for parameter in MANIFEST["parameters"]} <= TYPES
    words = json.loads((HERE / "translations" / f"{MANIFEST['defaultLocale']}.json").read_text())["app"]
    assert set(words) == {"name", "short_description", "long_description", "installation_instructions", "parameters"}
    assert set(words["parameters"]) == set(names)


@pytest.mark.parametrize(("name", "size"), [("logo.png", 320), ("logo-small.png", 128)])
def test_the_logos_have_their_size(name: str, size: int) -> None:
    head = (HERE / "assets" / name).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (size, size)


def test_the_zip_holds_what_zendesk_asks_for_and_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        pack(tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        names = set(packed.namelist())
    assert names >= {
        "manifest.json",
        "translations/en.json",
        "assets/logo.png",
        "assets/logo-small.png",
        "assets/iframe.html",
    }
    assert not any(name.endswith(".py") for name in names)


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing: the test's output is not a log."""


@pytest.fixture
def sidebar(browser: Browser) -> Iterator[Page]:
    with serving(partial(Files, directory=str(HERE / "assets"))) as port:  # type: ignore[arg-type]  # a class with its folder
        page = browser.new_page()
        page.route(
            "https://static.zdassets.com/**", lambda route: route.fulfill(body=SDK, content_type="text/javascript")
        )
        asked: list[str] = []

        def framed(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(body="the panel", content_type="text/html")

        page.route("https://orders.example.com/**", framed)
        page.goto(f"http://127.0.0.1:{port}/iframe.html")
        yield page
        page.close()


def test_the_app_frames_the_panel_with_the_reference_of_the_ticket(sidebar: Page) -> None:
    frame = sidebar.locator("#order")
    frame.wait_for(state="visible")
    assert frame.get_attribute("src") == "https://orders.example.com/embed/?q=B94TXY&ticket=ZD-7&connection=Air+%26+Sea"
    sidebar.evaluate("ticket['ticket.customField:custom_field_36'] = '#FAM4OB'; changed()")
    sidebar.wait_for_function("document.getElementById('order').src.includes('FAM4OB')")
    assert "q=%23FAM4OB&" in (frame.get_attribute("src") or "")
    sidebar.evaluate("ticket['ticket.customField:custom_field_36'] = null; changed()")
    frame.wait_for(state="hidden")
    assert sidebar.locator("#say").inner_text() == "This ticket has no reference."
