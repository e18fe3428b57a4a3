"""A server that is told to stop announces that to its balancer first, and keeps serving meanwhile."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import gevent.socket  # type: ignore[import-untyped]
import requests
from gevent.pool import Pool  # type: ignore[import-untyped]

from cdpviewer import draining
from tests.live import PROJECT, database_url, environment, free_port, wait_until_it_answers

DRAIN = 4
# A form whose body is still to come: the server requests it with a 100, so the request has begun.
FORM = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: cdpviewer-csrf=%s\r\nExpect: 100-continue\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n" % (b"a" * 32)
)


def read_answer(link: socket.socket) -> bytes:
    """Read one answer to its end; returns its head in lower case."""
    with link.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n")).lower()
        assert head.startswith(b"http/1.1 "), "the connection was closed"
        (length,) = re.findall(rb"content-length: (\d+)", head)
        stream.read(int(length))
    return head


def test_readyz_says_no_while_pages_go_on_and_connections_end(
    transactional_db: None, gathered_static: Path, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "app.log"
    env = environment(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        CDPVIEWER_DRAIN_SECONDS=str(DRAIN),
        DATABASE_URL=database_url(),
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        session, url = requests.Session(), f"http://127.0.0.1:{port}"
        session.trust_env = False
        before = session.get(url + "/accounts/login/", timeout=20)
        assert before.status_code == 200 and before.headers["Connection"] == "keep-alive"

        under_way = socket.create_connection(("127.0.0.1", port), 20)
        under_way.sendall(FORM)
        assert under_way.recv(1000).startswith(b"HTTP/1.1 100 ")
        silent = socket.create_connection(("127.0.0.1", port), 20)

        signalled = time.monotonic()
        process.send_signal(signal.SIGTERM)
        while requests.get(url + "/readyz", timeout=20).status_code != 503:
            assert time.monotonic() - signalled < DRAIN
        kept = session.get(url + "/accounts/login/", timeout=20)  # on the existing connection
        fresh = requests.get(url + "/accounts/login/", timeout=20)
        under_way.sendall(b"a=b")
        assert b"connection: keep-alive" in read_answer(under_way)  # decided before the stop, so the connection is kept
        requests.get(url + "/livez", timeout=20)  # the server has carried on meanwhile
        under_way.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"connection: close" in read_answer(under_way)
        under_way.close()
        assert process.poll() is None
        assert [answer.status_code for answer in (kept, fresh)] == [200, 200]
        assert [answer.headers["Connection"] for answer in (kept, fresh)] == ["close", "close"]
        assert requests.get(url + "/livez", timeout=20).status_code == 200

        assert process.wait(40) == 0
        assert DRAIN <= time.monotonic() - signalled < DRAIN + 12  # a silent connection delays nothing
        silent.close()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)


def test_who_has_connected_before_the_stop_is_still_served() -> None:
    with gevent.socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        address = listener.getsockname()

        def answer(link: gevent.socket.socket, _address: object) -> None:
            assert listener.getsockname() == address  # as gunicorn does first
            link.sendall(link.recv(10))

        server = draining.Server(listener, handle=answer, spawn=Pool(3))
        server.max_accept = 1  # as gunicorn sets it
        server.start()
        clients = [socket.create_connection(address, 20) for _ in range(20)]
        for client in clients:
            client.sendall(b"a form")
        server.close()  # before it has accepted any
        gevent.wait(timeout=20)
        assert [client.recv(10) for client in clients] == [b"a form"] * 20
        for client in clients:
            client.close()
