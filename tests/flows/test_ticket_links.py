"""Links of a help desk on another origin, clicked in a real browser: the browser encodes the values as the tables assume."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.live import App
from tests.pages.test_ticket_values import LANDINGS, TICKET, addresses, as_browser
from tests.pages.ticket_values import VALUES, Value
from tests.wiring.hop import serving

CLICKED = (
    "clean",
    "spaces around",
    "hash in front",
    "double quotes",
    "umlaut subject",
    "question mark inside",
    "percent",
    "ampersand",
    "two with newline",
    "backslash",
    "e-mail",
    "html",
    "zero width",
    "caret",
    "placeholder",
)
SELECTED = [value for value in VALUES if value.name in CLICKED]


def links(value: Value) -> dict[str, tuple[str, str]]:
    """Both links as a ticket system writes them without encoding the value, each with its right answer."""
    rights = addresses(value)
    return {
        "path": (f"/orders/{value.value}/?ticket={TICKET}", rights["path, raw"][1]),
        "query": (f"/orders/?q={value.value}&ticket={TICKET}", rights["query, raw"][1]),
    }


def help_desk(orders: str) -> type[BaseHTTPRequestHandler]:
    """A ticket with every link."""
    anchors = "".join(
        f'<p><a id="{escape(f"{value.name}-{shape}")}" href="{escape(orders + address)}">open</a></p>'
        for value in SELECTED
        for shape, (address, _right) in links(value).items()
    )
    document = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Ticket</title>{anchors}</html>'.encode()

    class HelpDesk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *args: Any) -> None:
            """Log nothing, to keep the test's output clean."""

    return HelpDesk


@pytest.fixture
def desk_address(live_app: App) -> Iterator[str]:
    with serving(help_desk(live_app.url)) as port:
        yield f"http://localhost:{port}/"  # a different site from 127.0.0.1


def test_every_value_is_selected_by_its_name() -> None:
    assert {value.name for value in SELECTED} == set(CLICKED)


@pytest.mark.parametrize("shape", ["path", "query"])
def test_where_clicked_links_lead(signed_in: Page, live_app: App, desk_address: str, shape: str) -> None:
    sent: list[str] = []
    signed_in.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    wrong: dict[str, object] = {}
    for value in SELECTED:
        address, right = links(value)[shape]
        signed_in.goto(desk_address)
        sent.clear()
        signed_in.locator(f'[id="{value.name}-{shape}"]').click()
        signed_in.wait_for_url(lambda url: url.startswith(live_app.url))
        signed_in.wait_for_load_state()
        first = sent[0].removeprefix(live_app.url).partition("#")[0]
        if first != as_browser(address):
            wrong[f"{value.name}: sent"] = (first, as_browser(address))
        page = signed_in.content()
        words = [word for word, form in LANDINGS.items() if re.search(form, page)]
        if not set(words[-1:]) & set(right.split()):
            wrong[value.name] = (words, signed_in.url)
    assert not wrong
