"""Answers that HTTP allows: several gzip members, padding after them, and interim answers before the final one."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from time import monotonic

import pytest

from orders.cdp.errors import Broken, CdpError, NotFound, Unreachable, Unreadable
from orders.cdp.transport import Deadline, Limits, Transport
from orders.cdp.transport.size_cap import MOST_MEMBERS
from tests.cdp.servers import Server, sending, serving, well

Transports = Callable[..., Transport]
GZIP = b"Content-Encoding: gzip"
WHOLE = b'{"ref": "B94TXY"}'
EMPTY = gzip.compress(b"", mtime=0)


def get(transport: Transport, server: Server) -> bytes:
    return transport.get(server.url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)


def members(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def named(part: bytes) -> bytes:
    """A gzip member with a file name in its header."""
    packed = gzip.compress(part, mtime=0)
    return packed[:3] + b"\x08" + packed[4:10] + b"order.json\x00" + packed[10:]


@pytest.mark.parametrize(
    "packed",
    [
        members(WHOLE), members(WHOLE[:5], WHOLE[5:]), members(*(bytes([letter]) for letter in WHOLE)), members(b"", WHOLE),
        members(WHOLE, b""), EMPTY * 50 + members(WHOLE), named(WHOLE[:9]) + named(WHOLE[9:]),
        gzip.compress(WHOLE[:9], 0, mtime=0) + gzip.compress(WHOLE[9:], 9, mtime=0),
        members(WHOLE) + b"\x00" * 512, members(WHOLE) + b"\x00", members(WHOLE) + b"\r\n", members(WHOLE) + b"\x1f", members(WHOLE) + b"\x1fx",
        members(WHOLE) + b"trailing garbage", members(WHOLE[:5], WHOLE[5:]) + b"\x00" * 7,
    ],
)  # fmt: skip
@pytest.mark.parametrize("read_size", [1, 7, 65_536])
def test_a_gzip_stream_is_all_its_members_and_nothing_after_them(
    transports: Transports, packed: bytes, read_size: int
) -> None:
    with serving(sending(well(packed, GZIP))) as server:
        transport = transports(Limits(read_size=read_size))
        assert [get(transport, server), get(transport, server)] == [WHOLE, WHOLE]
        assert server.connections == 1


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (members(WHOLE, WHOLE)[:-9], "cut off"), (members(WHOLE) + b"\x1f\x8b", "cut off"), (members(WHOLE) + EMPTY[:9], "cut off"),
        (members(WHOLE) + b"\x1f\x8b\x08" + b"\xff" * 40, "damaged"), (b"\x00" + members(WHOLE), "damaged"), (WHOLE, "damaged"),
        (members(WHOLE)[:-8] + b"\x00" * 8, "damaged"),
        (gzip.compress(b" " * 1_500_000, mtime=0) * 2, "too large"), (members(WHOLE) + b"\x00" * 2_100_000, "too large"),
        (EMPTY * (MOST_MEMBERS + 1), "too many parts"),
    ],
)  # fmt: skip
def test_a_gzip_stream_that_is_not_whole_is_told(transports: Transports, packed: bytes, reason: str) -> None:
    with serving(sending(well(packed, GZIP))) as server, pytest.raises(Unreadable, match=reason):
        get(transports(Limits()), server)


HINTS = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\nContent-Length: 5\r\n\r\n",
    "103, 103": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 2,
    "100, 103, 199": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n",
    "103, 100": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("hints", HINTS.values(), ids=HINTS.keys())
def test_what_comes_before_the_answer_is_passed_over(transports: Transports, quick: Limits, hints: bytes) -> None:
    answers = iter([well(WHOLE), well(b"gone", status=b"404 Not Found"), well(gzip.compress(WHOLE), GZIP)])
    with serving(lambda connection, _head, _over: connection.sendall(hints + next(answers))) as server:
        transport = transports(quick)
        assert get(transport, server) == WHOLE
        with pytest.raises(NotFound):
            get(transport, server)
        assert get(transport, server) == WHOLE
        assert server.connections == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (HINTS["103"] * 500, Unreachable),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", Broken),
        (b"HTTP/1.1 103 Early Hints\r\nLink: ", CdpError),
    ],
)
def test_hints_without_an_answer_are_a_failure_in_time(
    transports: Transports, quick: Limits, answer: bytes, error: type[CdpError]
) -> None:
    with serving(sending(answer)) as server:
        began = monotonic()
        with pytest.raises(error):
            get(transports(quick), server)
        assert monotonic() - began < quick.call + 1
