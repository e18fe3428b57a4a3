"""Forms are short: a large body is refused before it is read, with an explanation and every header, and files are never kept."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from cdpviewer.bodies import LARGEST, is_refused
from tests.live import App
from tests.wiring.test_headers import EXPECTED, NO_STORE

LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    ("length", "encoding", "refused"),
    [
        ("", "", False),
        ("0", "", False),
        (str(LARGEST), "", False),
        (str(LARGEST + 1), "", True),
        ("9" * 30, "", True),
        ("", "chunked", True),
        ("10", "chunked", True),
        ("", "gzip, chunked", True),
        ("", "identity", True),
    ],
)
def test_what_is_refused(length: str, encoding: str, refused: bool) -> None:
    assert is_refused(length, encoding) is refused


@pytest.mark.parametrize("path", ["/", LOGIN, "/orders/", "/admin/", "/no/such/page/", "/connections/add/"])
@pytest.mark.parametrize("method", ["post", "put", "get"])
def test_every_address_refuses_before_forms_sessions_and_database(path: str, method: str) -> None:
    # No database fixture: a query would fail the test. Tokens are checked, and there is none.
    client = Client(enforce_csrf_checks=True)
    answer = client.generic(method.upper(), path, b"x" * (LARGEST + 1), "application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "No search was made, and nothing was changed." in answer.text


def test_the_page_follows_the_browsers_language() -> None:
    answer = Client(headers={"Accept-Language": "de-AT,en;q=0.5"}).post(LOGIN, {"username": "x" * (LARGEST + 1)})
    assert answer.status_code == 413
    assert '<html lang="de">' in answer.text
    assert "Das Formular war zu groß" in answer.text


def test_files_are_read_over_and_the_fields_beside_them_count() -> None:
    assert settings.FILE_UPLOAD_HANDLERS == []
    file = SimpleUploadedFile("ticket.pdf", b"%PDF" * 1000)
    request = RequestFactory().post("/", {"q": "B94TXY", "file": file, "after": "kept"})
    assert request.POST.dict() == {"q": "B94TXY", "after": "kept"}
    assert not request.FILES


def send(app: App, head: bytes, body: bytes = b"") -> tuple[bytes, float]:
    """The answer until the server closes the connection, and the seconds that took. Of the request's body, only `body` is ever sent."""
    address = urlsplit(app.url)
    began = time.monotonic()
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=20) as link:
        link.sendall(head + body)
        answer = b""
        while chunk := link.recv(65536):
            answer += chunk
    return answer, time.monotonic() - began


@pytest.mark.parametrize("path", [b"/accounts/login/", b"/orders/", b"/livez-not/", b"/static/base.css"])
@pytest.mark.parametrize(
    "length", [b"Content-Length: 65537", b"Content-Length: 9999999999", b"Transfer-Encoding: chunked"]
)
def test_the_server_answers_at_once_and_closes_though_the_body_never_comes(
    live_app: App, path: bytes, length: bytes
) -> None:
    head = b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + length + b"\r\n\r\n"
    answer, seconds = send(live_app, head)
    assert seconds < 4
    first, _, rest = answer.partition(b"\r\n")
    assert first.startswith(b"HTTP/1.1 413 ")
    headers, _, page = rest.partition(b"\r\n\r\n")
    sent = dict(line.split(": ", 1) for line in headers.decode("latin-1").split("\r\n"))
    assert EXPECTED.items() <= sent.items()
    assert sent["Cache-Control"] == NO_STORE
    assert sent["Connection"] == "close"
    assert b"No search was made, and nothing was changed." in page


def test_a_browser_that_sends_on_still_reads_the_answer(live_app: App) -> None:
    body = b"q=" + b"x" * 120_000
    head = b"POST /orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer, _seconds = send(live_app, head, body)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_form_of_64_kb_is_read(live_app: App) -> None:
    body = b"username=" + b"x" * (LARGEST - 9)
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    answer, _seconds = send(live_app, head % len(body), body)
    assert answer.startswith(b"HTTP/1.1 403 ")  # no token
