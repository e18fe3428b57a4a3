"""The panel behind a proxy that signs people in, with the exceptions that docs/sign-on.md names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import requests
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, expect

from accounts.embedding import takes_no_cookies
from accounts.models import EmbedSession
from tests.flows.frames import STRANGER, Sites, running_sites, without_third_party_cookies
from tests.live import PROJECT, App
from tests.recorded import recorded_views

SECRET = "a secret that only the proxy has, 32 long"
MANUAL = (PROJECT / "docs" / "sign-on.md").read_text()
[OPEN] = re.findall(r"location ~ (\^\S+) \{", MANUAL)
# Pages of our own sign-in, which such a proxy replaces.
OF_THE_SIGN_IN = "/accounts/"


class Gate:
    """A proxy that sends everybody to a sign-in on another site, unless the path is open; afterwards it names the agent."""

    def __init__(self) -> None:
        self.sites: Sites | None = None

    def __call__(self, request: BaseHTTPRequestHandler) -> dict[str, str] | None:
        path, _mark, query = request.path.partition("?")
        assert self.sites
        if re.search(OPEN, path):
            return {}
        if path == "/gate":
            redirect(request, unquote(query), "gate=agent; Path=/; Secure; HttpOnly; SameSite=Lax")
            return None
        if "gate=agent" in request.headers.get("Cookie", ""):
            return {"X-Remote-User": "agent", "X-Proxy-Secret": SECRET}
        back = f"{self.sites.orders}/gate?{quote(self.sites.orders + request.path, safe='')}"
        redirect(request, f"{self.sites.stranger}/sign-in?{quote(back, safe='')}")
        return None


def redirect(request: BaseHTTPRequestHandler, to: str, cookie: str = "") -> None:
    request.send_response(302)
    for name, value in {"Location": to, "Set-Cookie": cookie, "Content-Length": "0"}.items():
        if value:
            request.send_header(name, value)
    request.end_headers()


def test_the_panel_works_from_the_first_press_on(
    browser: Browser, live_app: App, gathered_static: Path, tmp_path: Path
) -> None:
    live_app.person()
    gate = Gate()
    settings = {
        "CDPVIEWER_PROXY_USER_HEADER": "X-Remote-User",
        "CDPVIEWER_PROXY_SECRET": SECRET,
    }
    with (
        running_sites(live_app, gathered_static, tmp_path, gate, **settings) as sites,
        without_third_party_cookies(browser, tmp_path, sites.orders) as context,
    ):
        gate.sites = sites
        page = context.new_page()
        page.goto(sites.ticket(sites.desk))
        panel = page.frame_locator("#panel")
        expect(panel.locator("[data-sign-in]")).to_be_visible()
        # Nobody has signed in at the proxy yet: the window comes back from its sign-in, which is on another site.
        for presses in (1, 2):
            with context.expect_page() as opened:
                panel.locator("[data-sign-in]").click()
            expect(opened.value).to_have_url(re.compile("/embed/confirm/"))
            with opened.value.expect_event("close"):
                opened.value.get_by_role("button", name="Allow").click()
            expect(panel.locator("#embed-order .reference")).to_have_text("B94TXY")
            assert recorded_views().count() == presses
            if presses == 1:
                page.reload()
        # The second window did not end the session from which the first frame had its token.
        assert EmbedSession.objects.count() == 2
        assert len(set(EmbedSession.objects.values_list("session", flat=True))) == 1

        host = sites.orders.removeprefix("https://")
        assert STRANGER not in host
        here = f"https://127.0.0.1:{host.partition(':')[2]}"

        def status(path: str, **headers: str) -> int:
            with requests.Session() as session:
                session.trust_env, session.verify = False, str(tmp_path / "authority.pem")
                return session.get(here + path, headers={"Host": host, **headers}, allow_redirects=False).status_code

        # An open path opens nothing by itself, even if the proxy's headers are sent from outside.
        forged = {"X-Remote-User": "agent", "X-Proxy-Secret": SECRET}
        assert status("/embed/orders/B94TXY/", **forged) == 401
        assert status("/api/v1/orders?q=B94TXY", **forged) == 401
        assert status("/embed/allow/", **forged) == 403
        assert status("/orders/B94TXY/", **forged) == 302


@pytest.mark.parametrize(
    "path", ["/static/base.css", "/embed/", "/embed/allow/", "/embed/token/", "/embed/orders/", "/embed/orders/B94TXY/", "/api/v1/orders"]
)  # fmt: skip
def test_the_manual_opens(path: str) -> None:
    assert re.search(OPEN, path)


@pytest.mark.parametrize(
    "path",
    ["/", "/orders/", "/orders/B94TXY/", "/embed/confirm/", "/embed/confirm", "/embedded/", "/accounts/login/", "/admin/", "/orders/static/", "/orders/embed/"],
)  # fmt: skip
def test_the_manual_keeps_closed(path: str) -> None:
    assert not re.search(OPEN, path)


def test_every_page_that_needs_no_sign_in_is_open() -> None:
    """So a new page is either listed in the manual or needs a sign-in."""
    views = [(f"/{pattern.pattern}", pattern.callback) for pattern in patterns(get_resolver().url_patterns)]
    paths = {re.sub("<[^>]+>", "B94TXY", path): getattr(view, "login_required", True) for path, view in views}
    assert len(paths) > 30
    without = {path for path, needs in paths.items() if not needs and not path.startswith(OF_THE_SIGN_IN)}
    assert {path for path in without if not re.search(OPEN, path)} == set()
    assert {path for path in paths if takes_no_cookies(path) and not re.search(OPEN, path)} == set()
    assert {path for path in paths if re.search(OPEN, path)} <= without


def patterns(entries: Sequence[URLPattern | URLResolver]) -> list[URLPattern]:
    flat: list[URLPattern] = []
    for entry in entries:
        if isinstance(entry, URLPattern):
            flat.append(entry)
        elif not str(entry.pattern):  # those of the apps, not the administration
            flat += patterns(entry.url_patterns)
    return flat
