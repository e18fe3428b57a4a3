"""Reading one body: small reads, the deadline after each, and a cap on what it unpacks to."""

from __future__ import annotations

import zlib
from typing import Protocol

from orders.cdp.errors import TimedOut, Unreadable
from orders.cdp.transport.limits import Deadline, Limits


class RawBody(Protocol):
    """What is used of urllib3's response."""

    def read1(self, amt: int | None = ..., decode_content: bool | None = ...) -> bytes: ...


def read_body(raw: RawBody, encoding: str, deadline: Deadline, limits: Limits) -> bytes:
    """The decoded body. Raises Unreadable (too large, unknown or broken encoding) and TimedOut.

    gzip is unpacked here and not by the library, so that no read can unpack to more than the cap.
    """
    if encoding in ("", "identity"):
        return _read_plain(raw, deadline, limits)
    if encoding in ("gzip", "x-gzip"):
        return _read_gzip(raw, deadline, limits)
    raise Unreadable("the answer came in an encoding that was not asked for")


def _read_plain(raw: RawBody, deadline: Deadline, limits: Limits) -> bytes:
    chunk = raw.read1(limits.read_size, decode_content=False)
    parts, size = [], 0
    while chunk:
        size += len(chunk)
        if size > limits.body:
            raise Unreadable("the answer is too large")
        parts.append(chunk)
        _check(deadline)
        chunk = raw.read1(limits.read_size, decode_content=False)
    return b"".join(parts)


def _read_gzip(raw: RawBody, deadline: Deadline, limits: Limits) -> bytes:
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    parts, left = [], limits.body
    while chunk := raw.read1(limits.read_size, decode_content=False):
        _check(deadline)
        if unpack.eof:
            continue  # what follows the packed stream is no part of it
        part = _unpacked(unpack, chunk, left + 1)
        if part is None:
            raise Unreadable("the compressed answer is damaged")
        left -= len(part)
        if left < 0:
            raise Unreadable("the answer is too large")
        parts.append(part)
    if parts and not unpack.eof:
        raise Unreadable("the compressed answer is cut off")
    return b"".join(parts)


def _unpacked(unpack: zlib._Decompress, chunk: bytes, most: int) -> bytes | None:
    try:
        return unpack.decompress(chunk, most)
    except zlib.error:
        return None


def _check(deadline: Deadline) -> None:
    if deadline.left() <= 0:
        raise TimedOut("the answer did not come in time")


def drain(raw: RawBody, deadline: Deadline, limits: Limits) -> bool:
    """Read the body of a refusal off the connection, unseen; False when it is too long for that."""
    left = limits.error_body
    while left > 0 and deadline.left() > 0:
        chunk = raw.read1(left, decode_content=False)
        if not chunk:
            return True
        left -= len(chunk)
    return False
