"""The server on a unix socket, which by itself keeps everybody but the proxy out."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.live import PROJECT, App, environment


def asked(path: Path) -> bytes:
    """The answer to GET /livez, or b"" if nothing listens."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        try:
            link.connect(str(path))
            link.sendall(b"GET /livez HTTP/1.1\r\nHost: orders.example.com\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: link.recv(4096), b""))
        except (FileNotFoundError, ConnectionRefusedError):
            return b""


@pytest.mark.any_database
def test_two_processes_serve_one_unix_socket(live_app: App, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    env = environment(
        CDPVIEWER_BIND=f"unix:{path}", CDPVIEWER_WORKERS="2", CDPVIEWER_HTTPS="off", CDPVIEWER_STATIC_ROOT=str(tmp_path / "static"),
        DATABASE_URL=live_app.environment["DATABASE_URL"],
    )  # fmt: skip
    with (tmp_path / "log").open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        limit = time.monotonic() + 40
        while not (answer := asked(path)) and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.1)
        assert answer.startswith(b"HTTP/1.1 200 "), (tmp_path / "log").read_text()[-2000:]
    finally:
        process.terminate()
        process.wait(20)
