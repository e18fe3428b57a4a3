"""A collector on loopback: it stores what is posted, decompressed, and answers 200."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Collector:
    """The posts that arrived: `came` are the bodies in order, `paths` where each was posted."""

    port: int = 0
    came: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def until(self, enough: Callable[[list[bytes]], bool]) -> list[bytes]:
        """Wait until enough has arrived, and return all bodies."""
        limit = time.monotonic() + 30
        while not enough(list(self.came)):
            assert time.monotonic() < limit, f"{len(self.came)} bodies came"
            time.sleep(0.05)
        return list(self.came)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            collector.paths.append(self.path)
            collector.came.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response_only(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Log nothing, to keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        collector.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
