"""A real Redis for tests: on a socket in a folder of its own, without persistence."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from cdpviewer import shared_redis


@dataclass
class Server:
    """A running Redis. `url` is the value for CDPVIEWER_REDIS_URL."""

    url: str
    process: subprocess.Popen[bytes]

    def client(self) -> redis.Redis:
        """A separate client, as another process would have; it returns bytes."""
        return redis.Redis.from_url(**shared_redis.client(self.url))

    def everything(self) -> bytes:
        """All its keys and values."""
        with self.client() as client:
            return b"\n".join(part for key in client.keys("*") for part in (key, client.get(key) or b""))

    def hang(self) -> None:
        """From now on accept connections and bytes, but answer nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Stop it at once, as a crash does."""
        self.process.kill()
        self.process.wait(20)


def executable() -> str:
    """The path of redis-server. Without one, the tests are skipped with a notice; under CI=true they fail."""
    path = shutil.which("redis-server")
    if path is None:
        reason = "NO REDIS: install Debian's redis-server; the tests of the shared memory are left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def running(path: Path | None = None) -> Iterator[Server]:
    """Run a Redis for the block, at the socket `path` or at one of its own."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:  # a socket's path must be short
        address = path or Path(folder) / "socket"
        options = ("--port", "0", "--unixsocket", str(address), "--save", "", "--appendonly", "no", "--dir", folder)
        process = subprocess.Popen([executable(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = Server(f"unix://{address}", process)
        try:
            _wait_for(server)
            yield server
        finally:
            server.stop()


@contextmanager
def silent(path: Path | None = None) -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that accepts connections and never answers, at the socket `path` or at a port of its own.

    Yields its URL, and a function that counts the connections since its last call.
    """
    family, address = (socket.AF_UNIX, str(path)) if path else (socket.AF_INET, ("127.0.0.1", 0))
    with socket.create_server(address, family=family, backlog=1_000) as listener:
        listener.setblocking(False)

        def connections() -> int:
            number = 0
            with suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    number += 1
            return number

        yield f"unix://{path}" if path else f"redis://127.0.0.1:{listener.getsockname()[1]}", connections


def _wait_for(server: Server) -> None:
    limit = time.monotonic() + 20
    with server.client() as client:
        while time.monotonic() < limit:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
    pytest.fail("Redis did not start")
