"""A kept connection: requests that follow at once, after a pause, and several in one go."""

from __future__ import annotations

import http.client
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.live import App


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_many_requests_over_one_connection(live_app: App, pause: float) -> None:
    link = http.client.HTTPConnection(str(urlsplit(live_app.url).netloc), timeout=10)
    link.connect()
    own = link.sock.getsockname()
    for _ in range(20):
        link.request("GET", "/accounts/login/")
        answer = link.getresponse()
        assert answer.status == 200 and b"</html>" in answer.read()
        time.sleep(pause)
    assert link.sock.getsockname() == own  # never a second connection
    link.close()


def test_requests_sent_in_one_go_are_all_answered(live_app: App) -> None:
    address = urlsplit(live_app.url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=10) as link:
        link.sendall(f"GET /livez HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode() * 3)
        answers = b""
        while answers.count(b"HTTP/1.1 200 OK") < 3 or not answers.endswith(b"\r\n\r\n"):
            more = link.recv(65536)
            assert more
            answers += more


def test_connections_that_say_nothing_more_keep_nobody_out(live_app: App) -> None:
    address = urlsplit(live_app.url)
    links = [socket.create_connection((str(address.hostname), address.port or 80), timeout=10) for _ in range(300)]
    try:
        for link in links:
            link.sendall(f"GET /livez HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        for link in links:
            assert link.recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        for link in links:
            link.close()
