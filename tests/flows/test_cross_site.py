"""A help desk on a neighbouring host name, in a real browser: its images and frames have no effect; its link opens the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser import FLAGS, executable, sign_in
from tests.cdp.certificates import Authority
from tests.live import PASSWORD, App
from tests.pages.conftest import SEED
from tests.panels import PANELS_OF_AN_ORDER
from tests.recorded import recorded_views
from tests.wiring.hop import hop, production, serving

ORDERS, DESK = "orders.example.test", "desk.example.test"
PARTS = ("", *PANELS_OF_AN_ORDER, "raw/", "itinerary.ics", "reveal/")


def help_desk(orders: str) -> type[BaseHTTPRequestHandler]:
    """A page that requests every part of the order in every way that HTML offers, and links to the order."""
    addresses = [f"{orders}/orders/{SEED}/{part}?ticket=RT-1" for part in PARTS]
    ways = "".join(
        f'<img src="{a}"><iframe src="{a}"></iframe><object data="{a}"></object><embed src="{a}"><script src="{a}"></script>'
        f'<link rel="stylesheet" href="{a}"><link rel="prefetch" href="{a}"><video src="{a}"></video>'
        for a in addresses
    )
    calls = "".join(f'fetch("{a}",{{mode:"no-cors",credentials:"include"}}).catch(()=>0);' for a in addresses)
    document = (
        f'<!DOCTYPE html><title>Ticket</title><a id="order" href="{addresses[0]}">order</a>'
        f'<a id="contacts" href="{orders}/orders/{SEED}/contacts/?ticket=RT-1">contacts</a>'
        f'<form id="search" method="post" action="{orders}/orders/"><input name="q" value="B94TXY"><button>go</button></form>'
        f"{ways}<script>{calls}</script>"
    ).encode()

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


@dataclass(frozen=True)
class Neighbours:
    """A browser in which an agent is signed in at `orders`; `desk` is the ticket on the neighbouring host name."""

    page: Page
    desk: str
    orders: str


@pytest.fixture(scope="module")
def served(
    running_app: App, browser: Browser, gathered_static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Browser, str, str]]:
    """A browser that resolves both names to this machine, and the addresses of the desk and the server."""
    folder = tmp_path_factory.mktemp("neighbours")
    authority = Authority(folder)
    regions = f"sandbox={running_app.sandbox.url}"
    with (
        production(ORDERS, gathered_static, folder / "app.log", CDPVIEWER_EXTRA_REGIONS=regions) as port,
        hop(port, authority.context("127.0.0.1")) as orders_port,
    ):
        orders = f"https://{ORDERS}:{orders_port}"
        with serving(help_desk(orders), authority.context("127.0.0.1")) as desk_port:
            flags = [*FLAGS, "--host-resolver-rules=MAP *.example.test 127.0.0.1"]
            with browser.browser_type.launch(executable_path=executable(), args=flags) as running:
                yield running, f"https://{DESK}:{desk_port}/", orders


@pytest.fixture
def neighbours(live_app: App, served: tuple[Browser, str, str]) -> Iterator[Neighbours]:
    live_app.person()
    running, desk, orders = served
    with running.new_context(base_url=orders, locale="en-GB", ignore_https_errors=True) as context:
        context.set_default_timeout(20_000)
        page = context.new_page()
        sign_in(page)
        yield Neighbours(page, desk, orders)


def test_what_a_neighbouring_page_loads_is_refused_and_its_link_opens_the_order(
    neighbours: Neighbours, live_app: App
) -> None:
    page = neighbours.page
    refused: list[Response] = []
    served: list[Response] = []

    def note(response: Response) -> None:
        if response.url.startswith(f"{neighbours.orders}/orders/"):
            (refused if response.status == 403 else served).append(response)

    page.on("response", note)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.resource_type))
    live_app.sandbox.reset()
    page.goto(neighbours.desk, wait_until="networkidle")
    # The browser did send the cookie along: without the rule these would have been pages of the order.
    assert {response.url for response in refused} == {
        f"{neighbours.orders}/orders/{SEED}/{part}?ticket=RT-1" for part in PARTS
    }
    assert asked >= {"image", "document"}
    assert any("__Host-session" in response.request.all_headers().get("cookie", "") for response in refused)
    assert served == []
    assert not recorded_views().exists()
    assert live_app.sandbox.calls()["total"] == 0

    page.locator("#order").click()
    expect(page).to_have_title(re.compile(r"^B94TXY"))
    assert [(look.what, look.ticket) for look in recorded_views()] == [("order_opened", "RT-1")]


def test_a_link_to_the_contacts_opens_the_order_and_a_foreign_form_is_refused(neighbours: Neighbours) -> None:
    page = neighbours.page
    page.goto(neighbours.desk, wait_until="networkidle")
    page.locator("#contacts").click()
    expect(page).to_have_url(f"{neighbours.orders}/orders/{SEED}/?ticket=RT-1")
    assert [look.what for look in recorded_views()] == ["order_opened"]
    page.goto(neighbours.desk, wait_until="networkidle")
    page.locator("#search button").click()
    expect(page.locator("main")).to_contain_text("This request came from another site")
    assert recorded_views().count() == 1


def test_a_link_followed_signed_out_reaches_the_order_by_the_sign_in(neighbours: Neighbours) -> None:
    page = neighbours.page
    page.context.clear_cookies()
    page.goto(neighbours.desk, wait_until="networkidle")
    page.locator("#order").click()
    page.locator("input[name=username]").fill("agent")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(f"{neighbours.orders}/orders/{SEED}/?ticket=RT-1")
    assert [(look.what, look.ticket) for look in recorded_views()] == [("order_opened", "RT-1")]
