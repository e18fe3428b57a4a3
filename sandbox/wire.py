"""HTTP on the wire: answers as bytes, and plays that cut one off, slow it down or send wrong headers."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus


def head(status: int, length: int | None, *, kind: str = "application/json", extra: tuple[str, ...] = ()) -> bytes:
    """Status line and headers, without Content-Length if `length` is None."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Type: {kind}", *extra]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(status: int, body: bytes, *, kind: str = "application/json", extra: tuple[str, ...] = ()) -> bytes:
    """A complete answer."""
    return head(status, len(body), kind=kind, extra=extra) + body


def reset(transport: asyncio.Transport) -> None:
    """Close the connection with a TCP reset."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@dataclass(frozen=True)
class Stage:
    """What a play works with: the connection, the body and its type, and the pause between slow bytes, in seconds."""

    transport: asyncio.Transport
    body: bytes
    kind: str
    drip: float

    def head(self, length: int | None, *extra: str) -> None:
        self.transport.write(head(200, length, kind=self.kind, extra=extra))

    def whole(self, body: bytes, *extra: str) -> None:
        self.transport.write(answer(200, body, kind=self.kind, extra=extra))


# Each play sends the body in its own way and returns whether the connection may serve another request.
Play = Callable[[Stage], Awaitable[bool]]


async def _reset_before(stage: Stage) -> bool:
    reset(stage.transport)
    return False


async def _half(stage: Stage) -> None:
    stage.head(len(stage.body))
    stage.transport.write(stage.body[: len(stage.body) // 2])
    await asyncio.sleep(0.05)


async def _reset_inside(stage: Stage) -> bool:
    await _half(stage)
    reset(stage.transport)
    return False


async def _close_inside(stage: Stage) -> bool:
    await _half(stage)
    return False


async def _hang(stage: Stage) -> bool:
    await asyncio.Event().wait()
    return False


async def _slow_headers(stage: Stage) -> bool:
    stage.transport.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
    while not stage.transport.is_closing():
        await asyncio.sleep(stage.drip)
        stage.transport.write(b"x")
    return False


async def _slow_body(stage: Stage) -> bool:
    stage.head(len(stage.body))
    for byte in stage.body:
        await asyncio.sleep(stage.drip)
        stage.transport.write(bytes((byte,)))
    return True


def _after(seconds: float) -> Play:
    async def play(stage: Stage) -> bool:
        await asyncio.sleep(seconds)
        stage.whole(stage.body)
        return True

    return play


async def _long_length(stage: Stage) -> bool:
    stage.head(len(stage.body) + 100)
    stage.transport.write(stage.body)
    return False


async def _short_length(stage: Stage) -> bool:
    stage.head(len(stage.body) // 2)
    stage.transport.write(stage.body)
    return False


async def _not_http(stage: Stage) -> bool:
    stage.transport.write(b"\x15\x03\x03\x00\x02\x02\x28 this is not HTTP\r\n\r\n")
    return False


async def _chunked(stage: Stage) -> bool:
    await _chunked_cut(stage)
    half = max(1, len(stage.body) // 2)
    stage.transport.write(_chunk(stage.body[half:]) + b"0\r\n\r\n")
    return True


async def _chunked_cut(stage: Stage) -> bool:
    stage.head(None, "Transfer-Encoding: chunked")
    stage.transport.write(_chunk(stage.body[: max(1, len(stage.body) // 2)]))
    return False


async def _gzip(stage: Stage) -> bool:
    stage.whole(gzip.compress(stage.body, 1), "Content-Encoding: gzip")
    return True


async def _gzip_bomb(stage: Stage) -> bool:
    stage.whole(_bomb(), "Content-Encoding: gzip")
    return True


async def _gzip_broken(stage: Stage) -> bool:
    stage.whole(stage.body, "Content-Encoding: gzip")
    return True


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


@cache
def _bomb() -> bytes:
    """100 MB of spaces as 100 kB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(100)) + packer.flush()


PLAYS: dict[str, Play] = {
    "refused": _reset_before,
    "reset-before": _reset_before,
    "reset-inside": _reset_inside,
    "close-inside": _close_inside,
    "hang": _hang,
    "slow-headers": _slow_headers,
    "slow-body": _slow_body,
    "slow-1s": _after(1),
    "slow-3s": _after(3),
    "long-length": _long_length,
    "short-length": _short_length,
    "not-http": _not_http,
    "chunked": _chunked,
    "chunked-cut": _chunked_cut,
    "gzip": _gzip,
    "gzip-bomb": _gzip_bomb,
    "gzip-broken": _gzip_broken,
}
