"""The simulated distance: all bytes arrive in order, and no sooner than the delay allows."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

from bench.scale.distant import distance


def echo(listening: socket.socket) -> None:
    link, _address = listening.accept()
    with link:
        while data := link.recv(1 << 16):
            link.sendall(data)


def test_bytes_come_back_whole_and_late(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.listen()
        threading.Thread(target=echo, args=(listening,), daemon=True).start()
        with distance(tmp_path / "socket") as between, socket.create_connection(("127.0.0.1", between.port)) as link:
            link.settimeout(20)
            answers = link.makefile("rb")
            link.sendall(b"near")
            assert answers.read(4) == b"near"
            between.delay = 0.05
            began = time.monotonic()
            link.sendall(b"far")
            assert answers.read(3) == b"far"
            assert time.monotonic() - began >= 0.1
            between.delay = 0.0
            many = bytes(range(256)) * 2_000
            threading.Thread(target=link.sendall, args=(many,)).start()
            assert answers.read(len(many)) == many
