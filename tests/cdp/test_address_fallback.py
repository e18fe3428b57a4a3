"""A host name with several addresses: one that is dead or refuses leaves time for the next."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from time import monotonic

import pytest

from orders.cdp.errors import CdpError
from orders.cdp.transport import Deadline, Limits, Transport
from orders.cdp.transport.connecting import Address, connect
from tests.cdp.servers import sending, serving, well
from tests.cdp.test_wire import SLACK

Transports = Callable[..., Transport]


def at(port: int, host: str = "127.0.0.1") -> Address:
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port)


@pytest.fixture
def dead() -> Iterator[int]:
    """A port that never completes a connection, because its queue is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            filler = stack.enter_context(closing(socket.socket()))
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield full.getsockname()[1]


@pytest.fixture
def refusing() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@pytest.mark.parametrize(
    "first", [["dead"], ["refusing"], ["dead", "dead"], ["refusing", "dead"], ["dead", "refusing"], ["dead"] * 12]
)
def test_the_first_address_that_answers_is_taken(dead: int, refusing: int, first: list[str]) -> None:
    ports = {"dead": dead, "refusing": refusing}
    with serving(sending(well(b"{}"))) as server:
        port = int(server.url.rpartition(":")[2])
        began = monotonic()
        with connect([*(at(ports[name]) for name in first), at(port)], Deadline.after(2)) as sock:
            assert sock.getpeername()[1] == port
        assert monotonic() - began < 2
        if set(first) == {"refusing"}:
            assert monotonic() - began < 0.2


def test_a_slow_first_address_is_still_taken_where_the_second_is_dead(
    dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.cdp.transport.connecting.HEAD_START", 0.0)
    with serving(sending(well(b"{}"))) as server:
        port = int(server.url.rpartition(":")[2])
        with connect([at(port), at(dead)], Deadline.after(2)) as sock:
            assert sock.getpeername()[1] == port


@pytest.mark.parametrize("addresses", [["dead", "dead"], ["dead", "refusing"], ["refusing", "dead"]])
def test_addresses_that_never_answer_are_given_up_in_time(dead: int, refusing: int, addresses: list[str]) -> None:
    ports = {"dead": dead, "refusing": refusing}
    began = monotonic()
    with pytest.raises(TimeoutError):
        connect([at(ports[name]) for name in addresses], Deadline.after(0.5))
    assert 0.4 < monotonic() - began < 0.5 + SLACK


def test_refusals_by_all_are_told_at_once(refusing: int) -> None:
    began = monotonic()
    with pytest.raises(ConnectionRefusedError):
        connect([at(refusing)] * 3, Deadline.after(5))
    with pytest.raises(OSError, match="no address"):
        connect([], Deadline.after(5))
    assert monotonic() - began < SLACK


def test_a_family_that_is_not_spoken_costs_no_time(refusing: int) -> None:
    with serving(sending(well(b"{}"))) as server:
        port = int(server.url.rpartition(":")[2])
        nobody: Address = (socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::1", refusing, 0, 0))
        began = monotonic()
        unknown: Address = (9_999, socket.SOCK_STREAM, 0, "", ("nowhere",))
        with connect([nobody, unknown, nobody, at(port)], Deadline.after(2)) as sock:
            assert sock.family == socket.AF_INET
        assert monotonic() - began < 0.5


def test_a_page_gets_its_answer_though_the_first_address_is_dead(
    transports: Transports, quick: Limits, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(sending(well(b"{}"))) as server:
        port = int(server.url.rpartition(":")[2])
        monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_kwargs: [at(dead), at(port)])
        url = f"http://localhost:{port}"
        assert transports(quick).get(url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None) == b"{}"


def test_a_name_that_does_not_exist_is_unreachable(
    transports: Transports, quick: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_args: object, **_kwargs: object) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    with pytest.raises(CdpError, match="ConnectionError"):
        transports(quick).get("https://cdp.example", "/", "Basic eDp5", Deadline.after(5), count=lambda: None)
