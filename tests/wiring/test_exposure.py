"""Things that the server does not expose: its own files and folders, debugging methods, and requests with ambiguous ends."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

import pytest

from tests.live import PROJECT, App

OUTSIDE = [
    "/.git/config", "/.git/HEAD", "/.env", "/cdpviewer.sqlite3", "/manage.py", "/gunicorn.conf.py", "/docs/operating.md",
    "/requirements/app.lock", "/orders/privacy/sealing.py", "/static/../.env.example", "/static/../manage.py", "/static/%2e%2e/manage.py",
    "/static/..%2fmanage.py", "/static/%2e%2e%2fmanage.py", "/static//etc/passwd", "/static/....//manage.py", "/static/..\\manage.py",
]  # fmt: skip
FOLDERS = ["/static/", "/static", "/static/admin/", "/static/admin/css/", "/static/django_htmx/"]
METHODS = ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND"]
PAGES = ["/", "/accounts/login/", "/orders/B94TXY/", "/activity/", "/activity/export.csv", "/admin/", "/livez"]
WORDS_OF_FILES = ("django.core.management", "worker_class", "[core]", "ref: refs/", "SQLite format", "root:x:")


def ask(app: App, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and body of the answer to a request whose path is sent exactly as written."""
    address = urlsplit(app.url)
    link = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    try:
        link.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            link.putheader(name, value)
        link.endheaders()
        answer = link.getresponse()
        return answer.status, answer.read().decode("utf-8", errors="replace")
    finally:
        link.close()


def cookies_of(app: App) -> str:
    app.person()
    with app.signed_in() as session:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)


def test_no_file_of_the_project_or_the_machine_is_served(live_app: App) -> None:
    assert (PROJECT / "manage.py").is_file()
    signed_in = {"Cookie": cookies_of(live_app)}
    for path in OUTSIDE:
        for headers in ({}, signed_in):
            status, body = ask(live_app, "GET", path, headers)
            assert status in (302, 400, 404), path
            assert not [words for words in WORDS_OF_FILES if words in body], path


def test_no_folder_is_listed(live_app: App) -> None:
    assert {path: ask(live_app, "GET", path)[0] for path in FOLDERS} == dict.fromkeys(FOLDERS, 404)


def test_other_methods_do_nothing_and_echo_nothing(live_app: App) -> None:
    cookies = cookies_of(live_app)
    for path in PAGES:
        for method in METHODS:
            status, body = ask(live_app, method, path, {"Cookie": cookies, "X-Marked": "echo-of-the-request"})
            # If signed in, the sign-in page and the administration redirect to another page, with any method.
            assert status in (302, 403, 405), (method, path)
            assert "echo-of-the-request" not in body
            assert not [pair for pair in cookies.split("; ") if pair.partition("=")[2] in body]


HIDDEN = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Smuggled: yes\r\n\r\n"
TWO_ENDS = {
    "length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "a signed length": b"Content-Length: +0\r\n\r\n",
    "an odd coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a bare line feed in the size": b"Transfer-Encoding: chunked\r\n\r\n0\n\r\n\r\n",
    "a size with a sign": b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n",
}


@pytest.mark.parametrize("ending", TWO_ENDS.values(), ids=TWO_ENDS.keys())
def test_a_request_whose_end_can_be_read_in_two_ways_hides_no_other(live_app: App, ending: bytes) -> None:
    address = urlsplit(live_app.url)
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=20) as link:
        link.sendall(head + ending + HIDDEN)
        answer = b""
        while chunk := link.recv(65536):
            answer += chunk
    # A second answer may report that the remaining bytes could not be read; the hidden request is never answered.
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"\r\n\r\nok" not in answer
    assert answer.count(b"HTTP/1.1 4") == answer.count(b"HTTP/1.1 ")
