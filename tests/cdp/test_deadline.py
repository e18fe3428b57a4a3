"""A socket's deadline: all reads and writes share its time, and what arrived in time can be read later."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from orders.cdp.transport.deadline import DeadlineSocket

OVER = 0.05


@pytest.fixture
def ends() -> Iterator[tuple[DeadlineSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with DeadlineSocket(fileno=ours.detach()) as here, theirs:
        yield here, theirs


def let_time_run_out(sock: DeadlineSocket) -> None:
    sock.settimeout(OVER)
    time.sleep(2 * OVER)


@pytest.mark.parametrize("reading", ["recv", "recv_into"])
def test_what_arrived_in_time_is_read_late_and_then_nothing_is_waited_for(
    ends: tuple[DeadlineSocket, socket.socket], reading: str
) -> None:
    here, theirs = ends
    theirs.sendall(b"an answer")
    let_time_run_out(here)
    room = bytearray(20)
    read = here.recv(20) if reading == "recv" else bytes(room[: here.recv_into(room)])
    assert read == b"an answer"
    with pytest.raises(TimeoutError):
        here.recv(20)


def test_many_reads_share_the_time_of_one(ends: tuple[DeadlineSocket, socket.socket]) -> None:
    here, theirs = ends
    here.settimeout(OVER)
    theirs.sendall(b"xx")
    assert here.recv(1) + here.recv(1) == b"xx"
    time.sleep(OVER)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        here.recv(1)
    assert time.monotonic() - began < OVER


def test_a_full_line_takes_no_more_when_the_time_is_over(ends: tuple[DeadlineSocket, socket.socket]) -> None:
    here, _theirs = ends
    here.settimeout(OVER)
    with pytest.raises(TimeoutError):
        here.sendall(b"x" * 100_000_000)
