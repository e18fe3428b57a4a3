"""A simulated distance between the servers and the database: data sent in either direction arrives later."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Distance:
    """A loopback port that passes its connections on to a Unix socket.

    `delay` is the delay in each direction, in seconds. It can be changed at any time.
    """

    target: Path
    delay: float = 0.0
    port: int = 0
    links: list[socket.socket] = field(default_factory=list, repr=False)

    def accept(self, listening: socket.socket) -> None:
        """Accept connections until the socket `listening` is shut down."""
        while True:
            try:
                near, _address = listening.accept()
            except OSError:
                return
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self.target))
            self.links += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        # One after the other: a statement and its answer are each one piece, so that no piece waits for an earlier one.
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def distance(target: Path) -> Iterator[Distance]:
    """A Distance to the Unix socket `target`, initially without delay. Its connections are closed at the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Distance(target, port=listening.getsockname()[1])
        threading.Thread(target=made.accept, args=(listening,), daemon=True).start()
        try:
            yield made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for each in made.links:
                each.close()
