"""A hop that terminates TLS and forwards plain http, like nginx (docs/operating.md), and the server behind it."""

from __future__ import annotations

import http.client
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.live import PROJECT, database_url, environment, free_port, wait_until_it_answers

Admission = Callable[[BaseHTTPRequestHandler], dict[str, str] | None]
NOT_FROM_BROWSERS = frozenset({"x-forwarded-proto", "x-remote-user", "x-proxy-secret"})


def everybody(_request: BaseHTTPRequestHandler) -> dict[str, str]:
    """Admit everybody, without further headers."""
    return {}


@contextmanager
def hop(app_port: int, tls: ssl.SSLContext | None = None, admit: Admission = everybody) -> Iterator[int]:
    """A reverse proxy that reports https, whatever the browser claims; with `tls` that is true. Yields its port.

    `admit` returns headers to add to a request, or None if it has answered the request itself.
    """

    class Hop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            more = admit(self)
            if more is None:
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_FROM_BROWSERS}
            link = http.client.HTTPConnection("127.0.0.1", app_port, timeout=20)
            try:
                link.request(
                    self.command,
                    self.path,
                    body,
                    headers | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"} | more,
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

        do_GET = do_POST = do_OPTIONS = pass_on  # noqa: N815  (http.server's own names)

        def log_message(self, *args: Any) -> None:
            """Log nothing, to keep the test's output clean."""

    with serving(Hop, tls) as port:
        yield port


@contextmanager
def sent_to_https(https_port: int) -> Iterator[int]:
    """A server that redirects everybody to https, like the nginx sample. Yields its port."""

    class Sender(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(301)
            self.send_header("Location", f"https://127.0.0.1:{https_port}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Log nothing, to keep the test's output clean."""

    with serving(Sender) as port:
        yield port


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a server in a thread; yields its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def production(name: str, static: Path, log: Path, **more: str) -> Iterator[int]:
    """Run a server that assumes https and one trusted proxy, on the test's own database; `more` are settings. Yields its port."""
    port = free_port()
    env = environment(
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_ALLOWED_HOSTS=name,
        CDPVIEWER_TRUSTED_PROXIES="1",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_STATIC_ROOT=str(static),
        DATABASE_URL=database_url(),
        **more,
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)
