"""Sign-in through a hop that ends TLS and passes plain http on, as nginx does (docs/operating.md)."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import connection

from tests.live import PROJECT, App, environment, free_port, sign_in, wait_until_it_answers

NAME = "orders.example.com"
AS_BROWSER = {"Host": NAME, "Origin": f"https://{NAME}", "Referer": f"https://{NAME}/accounts/login/"}


def hop(app_port: int, scheme: str) -> ThreadingHTTPServer:
    """A reverse proxy that says by which scheme the browser came, whatever the browser claims itself."""

    class Hop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "x-forwarded-proto"}
            link = http.client.HTTPConnection("127.0.0.1", app_port, timeout=20)
            try:
                link.request(
                    self.command,
                    self.path,
                    body,
                    headers | {"X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.7"},
                )
                answer = link.getresponse()
                content = answer.read()
            finally:
                link.close()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = pass_on  # noqa: N815  (http.server's own names)

        def log_message(self, *args: Any) -> None:
            """Nothing: the test's output is not a log."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Hop)


@pytest.fixture
def production(live_app: App, gathered_static: Path, tmp_path: Path) -> Iterator[int]:
    """The port of a server with https assumed and one trusted proxy, on the live app's database."""
    port, log = free_port(), tmp_path / "app.log"
    env = environment(
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_ALLOWED_HOSTS=NAME,
        CDPVIEWER_TRUSTED_PROXIES="1",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        DATABASE_URL=f"sqlite:///{connection.settings_dict['NAME']}",
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def through(production: int) -> Iterator[str]:
    with hop(production, "https") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_agent_signs_in_through_a_proxy_that_ends_tls(live_app: App, through: str) -> None:
    live_app.person()
    with requests.Session() as session:
        form = session.get(f"{through}/accounts/login/", headers=AS_BROWSER, timeout=20, allow_redirects=False)
        assert form.status_code == 200
        assert form.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
        (token,) = iter(session.cookies)
        assert (token.name, token.secure, token.path, token.domain_specified) == ("__Host-csrf", True, "/", False)
        # This client speaks plain http to the hop and would keep a Secure cookie to itself; a browser's https would not.
        answer = sign_in(session, through, "agent", **AS_BROWSER, Cookie=f"{token.name}={token.value}")
        assert answer.status_code == 302, answer.text[:500]
        assert answer.headers["Location"] == "/"
        (held,) = (cookie for cookie in session.cookies if cookie.name == "__Host-session")
        assert held.secure
        assert held.has_nonstandard_attr("HttpOnly")
        assert held.get_nonstandard_attr("SameSite") == "Lax"


def test_without_the_hop_everybody_is_sent_to_https(production: int) -> None:
    direct = f"http://127.0.0.1:{production}"
    answer = requests.get(f"{direct}/accounts/login/", headers={"Host": NAME}, timeout=20, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{NAME}/accounts/login/")
    assert requests.get(f"{direct}/readyz", timeout=20).status_code == 200


def test_a_forwarded_scheme_is_not_believed_without_a_trusted_proxy(live_app: App) -> None:
    answer = requests.get(live_app.url + "/accounts/login/", headers={"X-Forwarded-Proto": "https"}, timeout=20)
    assert "Strict-Transport-Security" not in answer.headers
