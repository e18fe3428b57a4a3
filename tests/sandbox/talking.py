"""A client so simple that it misses nothing on the wire: one request, all bytes that come back, and how the connection ended."""

from __future__ import annotations

import base64
import json
import socket
import time
from dataclasses import dataclass
from typing import Any

from sandbox.server import Sandbox


@dataclass
class Heard:
    """The bytes that came back. `end` is "closed", "reset" or "open" (not ended before the time limit)."""

    raw: bytes
    end: str

    @property
    def head(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[0]

    @property
    def status(self) -> int:
        return int(self.head.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        pairs = (line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:])
        return {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def connect(sandbox: Sandbox) -> socket.socket:
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def request(sandbox: Sandbox, target: str, *, method: str = "GET", auth: str | None = None, more: str = "") -> bytes:
    authorization = basic(sandbox.client_key, sandbox.token) if auth is None else auth
    lines = f"{method} {target} HTTP/1.1\r\nHost: {sandbox.url[7:]}\r\nAuthorization: {authorization}\r\n{more}\r\n"
    return lines.encode()


def ask(
    sandbox: Sandbox, target: str, *, method: str = "GET", auth: str | None = None, more: str = "", patience: float = 5
) -> Heard:
    """Send one request on a connection of its own, and read until the server ends it or `patience` seconds are over."""
    more += "Connection: close\r\n"
    with connect(sandbox) as line:
        line.sendall(request(sandbox, target, method=method, auth=auth, more=more))
        deadline = time.monotonic() + patience
        raw = b""
        while True:
            line.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                piece = line.recv(1 << 20)
            except ConnectionResetError:
                return Heard(raw, "reset")
            except TimeoutError:
                return Heard(raw, "open")
            if not piece:
                return Heard(raw, "closed")
            raw += piece


def get(sandbox: Sandbox, target: str) -> Any:
    """The JSON of an answer, which must be 200."""
    heard = ask(sandbox, target)
    assert heard.status == 200, heard.raw[:300]
    return heard.json


def every(sandbox: Sandbox, path: str, limit: int = 100) -> list[Any]:
    """All items of a collection, page by page."""
    items: list[Any] = []
    while True:
        joint = "&" if "?" in path else "?"
        page = get(sandbox, f"{path}{joint}offset={len(items)}&limit={limit}")["items"]
        items += page
        if len(page) < limit:
            return items
