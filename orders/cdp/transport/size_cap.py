"""Read the body of one response, with a limit on both its compressed and its decompressed size. The socket enforces the deadline."""

from __future__ import annotations

import zlib
from typing import Any

from orders.cdp.errors import Unreadable
from orders.cdp.limits import Limits

MEMBER = b"\x1f\x8b"  # start of each member of a gzip stream (RFC 1952)
MOST_MEMBERS = 1_000


def read_body(raw: Any, encoding: str, limits: Limits) -> bytes:
    """The decompressed body of `raw`, a urllib3 response.

    gzip is decompressed here, not by the library, so that it cannot expand beyond the limit. Raises Unreadable if the body is too
    large, its gzip data is damaged, or its `encoding` is not supported. Connection errors are raised unchanged.
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
    """Read and discard the body of a refusal. Return False if it is too long to be read to its end."""
    left = limits.error_body
    while left > 0 and (chunk := raw.read1(left, decode_content=False)):
        left -= len(chunk)
    return left > 0


def _unpacked(packed: bytes, most: int) -> bytes:
    """All members of a gzip stream, decompressed. Bytes after a member are ignored unless they begin another member.

    Raises Unreadable if the stream is damaged or cut off, has more than MOST_MEMBERS members, or decompresses to more than `most` bytes.
    """
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
