"""HTTP on the wire: an answer as bytes, and the plays that break one off, slow it down or lie about it."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from functools import cache
from http import HTTPStatus


def head(status: int, length: int | None, *, kind: str = "application/json", extra: tuple[str, ...] = ()) -> bytes:
    """Status line and headers. `length` None leaves Content-Length out."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Type: {kind}", *extra]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(status: int, body: bytes, *, kind: str = "application/json", extra: tuple[str, ...] = ()) -> bytes:
    """A whole answer."""
    return head(status, len(body), kind=kind, extra=extra) + body


def reset(transport: asyncio.Transport) -> None:
    """Break the connection off with a TCP reset."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def play(fault: str, transport: asyncio.Transport, body: bytes, drip: float, kind: str) -> bool:
    """Send a body under a fault of the wire; True when the connection may serve the next request.

    `drip` is the pause between two bytes in seconds.
    """
    match fault:
        case "reset-before" | "refused":
            reset(transport)
        case "reset-inside" | "close-inside":
            transport.write(head(200, len(body), kind=kind) + body[: len(body) // 2])
            await asyncio.sleep(0.05)
            if fault == "reset-inside":
                reset(transport)
        case "hang":
            await asyncio.Event().wait()
        case "slow-headers":
            transport.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
            while True:
                await asyncio.sleep(drip)
                transport.write(b"x")
        case "slow-body":
            transport.write(head(200, len(body), kind=kind))
            for byte in body:
                await asyncio.sleep(drip)
                transport.write(bytes((byte,)))
            return True
        case "slow-1s" | "slow-3s":
            await asyncio.sleep(float(fault[5]))
            transport.write(answer(200, body, kind=kind))
            return True
        case "long-length":
            transport.write(head(200, len(body) + 100, kind=kind) + body)
        case "short-length":
            transport.write(head(200, len(body) // 2, kind=kind) + body)
        case "not-http":
            transport.write(b"\x15\x03\x03\x00\x02\x02\x28 this is not HTTP\r\n\r\n")
        case "chunked" | "chunked-cut":
            transport.write(head(200, None, kind=kind, extra=("Transfer-Encoding: chunked",)))
            half = len(body) // 2 or 1
            transport.write(_chunk(body[:half]))
            if fault == "chunked":
                transport.write((_chunk(body[half:]) if body[half:] else b"") + b"0\r\n\r\n")
                return True
        case "gzip" | "gzip-bomb" | "gzip-broken":
            packed = gzip.compress(body, 1) if fault == "gzip" else _bomb() if fault == "gzip-bomb" else body
            transport.write(answer(200, packed, kind=kind, extra=("Content-Encoding: gzip",)))
            return True
    return False


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)


@cache
def _bomb() -> bytes:
    """100 MB of blanks as 100 kB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(100)) + packer.flush()


WIRE = frozenset(
    (
        "refused",
        "reset-before",
        "reset-inside",
        "close-inside",
        "hang",
        "slow-headers",
        "slow-body",
        "slow-1s",
        "slow-3s",
    )
    + ("long-length", "short-length", "not-http", "chunked", "chunked-cut", "gzip", "gzip-bomb", "gzip-broken")
)
