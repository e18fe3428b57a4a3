"""Reading one body: small reads, and a cap on what comes in and on what it unpacks to. The socket keeps the deadline."""

from __future__ import annotations

import zlib
from typing import Any

from orders.cdp.errors import Unreadable
from orders.cdp.limits import Limits

MEMBER = b"\x1f\x8b"  # how each member of a gzip stream begins (RFC 1952)
MOST_MEMBERS = 1_000


def read_body(raw: Any, encoding: str, limits: Limits) -> bytes:
    """The decoded body of urllib3's response `raw`. Raises Unreadable: too large, or an encoding that is unknown or broken.

    gzip is unpacked here and not by the library, so that no read can unpack to more than the cap.
    """
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Unreadable("the answer came in an encoding that was not asked for")
    body = bytearray()
    while chunk := raw.read1(limits.read_size, decode_content=False):
        body += chunk
        if len(body) > limits.body:
            raise Unreadable("the answer is too large")
    return _unpacked(bytes(body), limits.body) if encoding.endswith("gzip") else bytes(body)


def drain(raw: Any, limits: Limits) -> bool:
    """Read the body of a refusal off the connection, unseen; False when it is too long for that."""
    left = limits.error_body
    while left > 0 and (chunk := raw.read1(left, decode_content=False)):
        left -= len(chunk)
    return left > 0


def _unpacked(packed: bytes, most: int) -> bytes:
    """All members of a gzip stream. What follows a member and does not begin like another is padding and no part of the answer."""
    body = bytearray()
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            body += member.decompress(packed, most + 1 - len(body))
        except zlib.error:
            break
        if len(body) > most:
            raise Unreadable("the answer is too large")
        if packed and not member.eof:
            raise Unreadable("the compressed answer is cut off")
        packed = member.unused_data
        if not packed.startswith(MEMBER):
            return bytes(body)
    raise Unreadable("the compressed answer is damaged or has too many parts")
