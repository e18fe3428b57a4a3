"""Tiny servers on real sockets, for what no mock can show: slowness, cut connections, reuse."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket, bytes, threading.Event], None]


class Server:
    """A server that answers each request by `answer(connection, head, over)`, keeps the `heads` and counts the `connections`."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answer, self._tls = answer, tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.over = threading.Event()
        self.heads: list[bytes] = []
        self.connections = 0
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"
        self._spawn(self._accept)

    def _spawn(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connection)
            self._spawn(lambda connection=connection: self._converse(connection))  # type: ignore[misc]

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            waiting = b""
            while True:
                while b"\r\n\r\n" not in waiting:
                    came = connection.recv(65536)
                    if not came:
                        return
                    waiting += came
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                self.heads.append(head)
                self._answer(connection, head, self.over)

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(5)
        for connection in self._open:
            connection.close()


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answer, tls)
    try:
        yield server
    finally:
        server.close()


def well(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def sending(answer: bytes) -> Answer:
    """Always send the same answer, and keep the connection open."""
    return lambda connection, _head, _over: connection.sendall(answer)


def reset(connection: socket.socket) -> None:
    """End the connection with a reset instead of an orderly close."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


class ConnectProxy:
    """A proxy that supports only CONNECT. `asked` holds the heads it received; `refuse` is a status with which it refuses to connect."""

    def __init__(self, credentials: str = "", refuse: int = 0) -> None:
        self._wanted = base64.b64encode(credentials.encode()).decode() if credentials else ""
        self._refuse = refuse
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.asked: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._through, args=(client,), daemon=True).start()

    def _through(self, client: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            self.asked.append(head)
            method, target = head.split()[:2]
            host, _, port = target.decode().rpartition(":")
            status = 405 if method != b"CONNECT" else self._refuse
            if (
                not status
                and self._wanted
                and f"Proxy-Authorization: Basic {self._wanted}".lower() not in head.decode().lower()
            ):
                status = 407
            if status:
                client.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
                client.shutdown(socket.SHUT_RDWR)
                return
            far = socket.create_connection((host, int(port)), 10)
            self._open.append(far)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_pour, args=(far, client), daemon=True).start()
            _pour(client, far)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def _pour(source: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while came := source.recv(65536):
            other.sendall(came)
        other.shutdown(socket.SHUT_WR)
