"""Behaviour that only real sockets show: slowness byte by byte, cut connections, gzip bombs, reuse, cookies."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from time import monotonic

import pytest

from orders.cdp.errors import Broken, CdpError, NotFound, TimedOut, Unreachable, Unreadable
from orders.cdp.transport import Deadline, Limits, Transport
from tests.cdp.servers import Answer, Server, reset, sending, serving, well

Transports = Callable[..., Transport]
SLACK = 1.0  # for a shared machine

BOMB = gzip.compress(b" " * 80_000_000)


def get(transport: Transport, server: Server, deadline: float = 5.0) -> bytes:
    return transport.get(server.url, "/v2/x", "Basic eDp5", Deadline.after(deadline), count=lambda: None)


def dripping(start: bytes, drop: bytes, every: float = 0.05) -> Answer:
    def answer(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(every):
            connection.sendall(drop)

    return answer


def silent(connection: socket.socket, head: bytes, over: threading.Event) -> None:
    over.wait(10)


def resetting(start: bytes) -> Answer:
    def answer(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        if start:
            connection.sendall(start)
        reset(connection)

    return answer


def closing(start: bytes) -> Answer:
    def answer(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        connection.sendall(start)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


SLOW = {
    "no byte": silent,
    "headers without end": dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
    "header lines without end": dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n", every=0.2),
    "status line without end": dripping(b"H", b"T"),
    "body without end": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "chunks without end": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "refusal without end": dripping(b"HTTP/1.1 404 Not Found\r\nContent-Length: 100000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW.keys())
def test_no_slowness_outlasts_the_call(transports: Transports, quick: Limits, answer: Answer) -> None:
    with serving(answer) as server:
        began = monotonic()
        with pytest.raises((TimedOut, NotFound)):
            get(transports(quick), server)
        assert monotonic() - began < quick.call + SLACK
        assert len(server.heads) == 1


def test_slow_headers_are_cut_on_a_connection_that_was_used_before(transports: Transports, quick: Limits) -> None:
    slow = SLOW["headers without end"]

    def answer(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        if len(server.heads) == 1:
            connection.sendall(well(b"{}"))
        else:
            slow(connection, head, over)

    with serving(answer) as server:
        transport = transports(quick)
        assert get(transport, server) == b"{}"
        began = monotonic()
        with pytest.raises(TimedOut):
            get(transport, server)
        assert monotonic() - began < quick.call + SLACK
        assert server.connections == 1


def test_the_pages_deadline_is_kept_where_it_is_shorter(transports: Transports, quick: Limits) -> None:
    with serving(silent) as server:
        began = monotonic()
        with pytest.raises(TimedOut):
            get(transports(quick), server, deadline=0.2)
        assert monotonic() - began < 0.2 + SLACK


FAULTS: dict[str, tuple[Answer, type[CdpError], int]] = {
    "reset before the answer": (resetting(b""), Unreachable, 3),
    "reset in the headers": (resetting(b"HTTP/1.1 200 OK\r\nX-"), Unreachable, 3),
    "reset in the body": (resetting(well(b"{}" * 50)[:-10]), Unreachable, 3),
    "closed in the body": (closing(well(b"{}" * 50)[:-10]), Unreachable, 3),
    "closed in a chunk": (closing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"), Unreachable, 3),
    "not HTTP": (closing(b"SSH-2.0-OpenSSH\r\n\r\n"), Unreachable, 3),
    "gzip bomb": (sending(well(BOMB, b"Content-Encoding: gzip")), Unreadable, 1),
    "3 MB": (sending(well(b" " * 3_000_000)), Unreadable, 1),
    "3 MB in chunks": (
        sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n%b\r\n" % (b" " * 65536) * 48 + b"0\r\n\r\n"),
        Unreadable,
        1,
    ),
    "gzip that is none": (sending(well(b"{}", b"Content-Encoding: gzip")), Unreadable, 1),
    "gzip cut off": (sending(well(gzip.compress(b"{}" * 999)[:-12], b"Content-Encoding: gzip")), Unreadable, 1),
    "an encoding not asked for": (sending(well(zlib.compress(b"{}"), b"Content-Encoding: deflate")), Unreadable, 1),
    "redirect to another host": (sending(well(b"", b"Location: http://127.0.0.1:1/", status=b"302 Found")), Broken, 1),
    "header of 100 kB": (sending(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n"), Unreachable, 3),
    "1,000 headers": (sending(b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 1000 + b"\r\n"), Unreachable, 3),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_on_the_wire_has_its_error_and_at_most_three_calls(
    transports: Transports, quick: Limits, fault: str
) -> None:
    answer, error, calls = FAULTS[fault]
    with serving(answer) as server:
        began = monotonic()
        with pytest.raises(CdpError) as caught:
            get(transports(quick), server)
        assert type(caught.value) is error, caught.value
        assert len(server.heads) == calls
        assert monotonic() - began < quick.call + SLACK
    assert caught.value.__context__ is None


def test_a_bomb_is_never_unpacked_past_the_cap(transports: Transports) -> None:
    with serving(sending(well(BOMB, b"Content-Encoding: gzip"))) as server:
        began = time.thread_time()
        with pytest.raises(Unreadable, match="too large"):
            get(transports(Limits()), server)
        assert time.thread_time() - began < 0.1


def test_a_length_that_is_too_short_does_not_spoil_the_next_answer(transports: Transports, quick: Limits) -> None:
    bodies = iter([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}leftover", well(b'{"a":1}')])
    with serving(lambda connection, _head, _over: connection.sendall(next(bodies))) as server:
        transport = transports(quick)
        assert get(transport, server) == b"{}"
        assert get(transport, server) == b'{"a":1}'


def test_connections_are_used_again_after_answers_and_refusals(transports: Transports, quick: Limits) -> None:
    answers = iter([well(b"{}"), well(b"gone", status=b"404 Not Found"), well(gzip.compress(b"{}"), b"Content-Encoding: gzip"),
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", well(b"{}")])  # fmt: skip
    with serving(lambda connection, _head, _over: connection.sendall(next(answers))) as server:
        transport = transports(quick)
        for turn in range(5):
            if turn == 1:
                with pytest.raises(NotFound):
                    get(transport, server)
            else:
                assert get(transport, server) == b"{}"
        assert server.connections == 1


def test_a_connection_the_cdp_has_closed_meanwhile_costs_nothing_but_a_new_one(
    transports: Transports, quick: Limits
) -> None:
    with serving(closing(well(b"{}"))) as server:
        transport = transports(quick)
        assert [get(transport, server) for _ in range(3)] == [b"{}"] * 3
        assert server.connections == 3


def test_no_cookie_is_ever_sent_back(transports: Transports, quick: Limits) -> None:
    with serving(sending(well(b"{}", b"Set-Cookie: who=A; Path=/"))) as server:
        transport = transports(quick)
        get(transport, server)
        get(transport, server)
        for head in server.heads:
            first, *lines = head.split(b"\r\n")
            assert first == b"GET /v2/x HTTP/1.1"
            names = [line.partition(b":")[0] for line in lines]
            assert names == [b"Host", b"Accept", b"Accept-Encoding", b"User-Agent", b"Authorization"]


def test_a_host_that_takes_no_connection_is_unreachable(transports: Transports, quick: Limits) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(Unreachable):
        transports(quick).get(url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)


def test_a_host_that_never_finishes_connecting_is_given_up(transports: Transports, quick: Limits) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = []
        for _ in range(4):  # after these, the system's queue is full
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)
        began = monotonic()
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        with pytest.raises((Unreachable, TimedOut)):
            transports(quick).get(url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)
        assert monotonic() - began < quick.call + SLACK
        for filler in fillers:
            filler.close()


def test_a_name_server_that_hangs_is_given_up(
    transports: Transports, quick: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr("orders.cdp.transport.connections.socket.getaddrinfo", lambda *_args, **_kwargs: go.wait(10))
    began = monotonic()
    with pytest.raises((Unreachable, TimedOut)):
        transports(quick).get("https://cdp.example", "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)
    go.set()
    assert monotonic() - began < quick.call + SLACK


def test_128_threads_keep_their_connections(transports: Transports) -> None:
    with serving(sending(well(b"{}"))) as server:
        transport = transports(Limits(waiting_pages=128))
        for _ in range(2):
            meet = threading.Barrier(128)

            def agent(meet: threading.Barrier = meet) -> None:
                meet.wait(10)
                get(transport, server)

            agents = [threading.Thread(target=agent) for _ in range(128)]
            for thread in agents:
                thread.start()
            for thread in agents:
                thread.join(10)
        assert len(server.heads) == 256 and server.connections <= 128
