"""Sites around the panel, each with a registrable domain of its own, and a browser that blocks third-party cookies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request

from tests.browser import FLAGS, executable
from tests.cdp.certificates import Authority
from tests.live import PASSWORD, App
from tests.wiring.hop import Admission, everybody, hop, production, serving

# One script answers a dashboard app as Chatwoot does; the other, in a frame beside it, sends such messages too.
CONTEXT = (
    """JSON.stringify({event: "appContext", data: {conversation: {id: %d, custom_attributes: {booking: "%s"}}}})"""
)
CHATWOOT = """addEventListener("message", ({data, source}) => {
  if (data === "chatwoot-dashboard-app:fetch-info") source.postMessage(%s, "*");
});""" % (CONTEXT % (12, "B94TXY"))
MEDDLING = f"""setInterval(() => parent.frames.panel.postMessage({CONTEXT % (13, "EVIL99")}, "*"), 50)"""
ORDERS, DESK, STRANGER = "orders.example.test", "desk.help.test", "evil.stranger.test"


@dataclass
class Sites:
    """Addresses without a trailing slash. `cookies` are the Cookie headers of the requests for the stranger's frame."""

    orders: str
    desk: str
    stranger: str
    cookies: list[str] = field(default_factory=list)

    def ticket(self, site: str, query: str = "q=B94TXY&ticket=ZD-1") -> str:
        """A page of `site` with the panel in it."""
        return f"{site}/ticket?{query}"

    def around(self, site: str, inner: str) -> str:
        """A page of `site` with the page `inner` in a frame."""
        return f"{site}/around?{inner}"


def pages(sites: list[Sites]) -> type[BaseHTTPRequestHandler]:
    """A ticket with a frame of the panel and one of the stranger, a page that frames another page, and an attacker's page."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _mark, query = self.path.partition("?")
            orders, stranger = sites[0].orders, sites[0].stranger
            more = []
            if path == "/sign-in":  # a proxy's, on a site of its own
                self.send_response(302)
                self.send_header("Location", unquote(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if path == "/cookie":
                sites[0].cookies.append(self.headers.get("Cookie", ""))
                document, more = "a frame", [("Set-Cookie", "third=party; Path=/; Secure; SameSite=None")]
            elif path == "/attack":
                document = (
                    f'<a id="allow" href="{orders}/embed/allow/?{query}">allow</a>'
                    f'<form method="post" action="{orders}/embed/confirm/?{query}"><button id="confirm">confirm</button></form>'
                    f'<iframe id="framed" src="{orders}/embed/confirm/?{query}"></iframe>'
                )
            elif path == "/chatwoot":
                document = (
                    f"<script>{CHATWOOT}</script><textarea></textarea>"
                    f'<iframe id="panel" name="panel" width="320" height="700" src="{orders}/embed/?{query}"></iframe>'
                    f'<iframe src="{stranger}/meddle"></iframe>'
                )
            elif path == "/around":
                document = f'<iframe id="around" src="{query}"></iframe>'
            elif path == "/meddle":
                document = f"<script>{MEDDLING}</script>"
            else:
                document = (
                    f'<h1>Ticket</h1><iframe id="other" src="{stranger}/cookie"></iframe>'
                    f'<iframe id="panel" width="258" height="700" src="{orders}/embed/?{query}"></iframe>'
                )
            content = f"<!DOCTYPE html><title>Ticket</title>{document}".encode()
            self.send_response(200)
            for name, value in [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(content))),
                *more,
            ]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Log nothing, to keep the test's output clean."""

    return Site


@contextmanager
def running_sites(
    live_app: App, static: Path, folder: Path, admit: Admission = everybody, **more: str
) -> Iterator[Sites]:
    """The server, which lists the desk, plus a desk and a stranger, all over TLS. `more` are settings; `admit` acts as the proxy."""
    authority = Authority(folder)
    addresses: list[Sites] = []
    site = pages(addresses)
    with (
        serving(site, authority.context("127.0.0.1")) as desk_port,
        serving(site, authority.context("127.0.0.1")) as stranger_port,
        production(
            ORDERS,
            static,
            folder / "app.log",
            CDPVIEWER_EXTRA_REGIONS=f"sandbox={live_app.sandbox.url}",
            CDPVIEWER_EMBED_ORIGINS=f"https://{DESK}:{desk_port}",
            CDPVIEWER_VIEWS_A_MINUTE="0",
            **more,
        ) as port,
        hop(port, authority.context("127.0.0.1"), admit) as orders_port,
    ):
        sites = Sites(
            f"https://{ORDERS}:{orders_port}", f"https://{DESK}:{desk_port}", f"https://{STRANGER}:{stranger_port}"
        )
        addresses.append(sites)
        yield sites


@contextmanager
def without_third_party_cookies(browser: Browser, folder: Path, base_url: str) -> Iterator[BrowserContext]:
    """A Chromium in which the setting that blocks third-party cookies is on."""
    profile = folder / "profile"
    (profile / "Default").mkdir(parents=True)
    preferences = {"profile": {"block_third_party_cookies": True, "cookie_controls_mode": 1}}
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=executable(),
        args=[*FLAGS, "--host-resolver-rules=MAP *.test 127.0.0.1"],
        ignore_https_errors=True,
        base_url=base_url,
        locale="en-GB",
    )
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


def allow(page: Page, *, name: str = "", password: str = PASSWORD) -> FrameLocator:
    """Press the frame's button and confirm in the window that opens, signing in there first if `name` is given; returns the frame."""
    panel = page.frame_locator("#panel")
    with page.context.expect_page() as opened:
        panel.locator("[data-sign-in]").click()
    window = opened.value
    if name:
        window.locator("input[name=username]").fill(name)
        window.locator("input[name=password]").fill(password)
        window.locator("input[name=password]").press("Enter")
    with window.expect_event("close"):
        window.get_by_role("button", name="Allow").click()
    return panel


def cookies_of(request: Request) -> str:
    """The Cookie header as it was sent, or "" if there was none."""
    return str(request.all_headers().get("cookie", ""))
