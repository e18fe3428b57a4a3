"""The transport over TLS: certificates are always verified, TLS is 1.2 or newer, and slow handshakes and headers are cut off."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from orders.cdp.errors import CdpError, TimedOut, Unreachable, Untrusted
from orders.cdp.transport import Deadline, Limits, Outbound, Transport
from tests.cdp.certificates import Authority
from tests.cdp.servers import Server, sending, serving, well
from tests.cdp.test_wire import SLACK, SLOW

Transports = Callable[..., Transport]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)


def get(transport: Transport, server: Server) -> bytes:
    return transport.get(server.url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)


def test_a_trusted_host_is_read_over_one_kept_connection(
    transports: Transports, quick: Limits, authority: Authority
) -> None:
    with serving(sending(well(b"{}")), authority.context("127.0.0.1")) as server:
        transport = transports(quick, Outbound(ca_file=authority.ca_file))
        assert [get(transport, server) for _ in range(3)] == [b"{}"] * 3
        assert server.connections == 1


def test_slow_headers_are_cut_on_a_kept_tls_connection(
    transports: Transports, quick: Limits, authority: Authority
) -> None:
    slow = SLOW["headers without end"]

    def answer(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        if len(server.heads) == 1:
            connection.sendall(well(b"{}"))
        else:
            slow(connection, head, over)

    with serving(answer, authority.context("127.0.0.1")) as server:
        transport = transports(quick, Outbound(ca_file=authority.ca_file))
        assert get(transport, server) == b"{}"
        began = monotonic()
        with pytest.raises(TimedOut):
            get(transport, server)
        assert monotonic() - began < quick.call + SLACK
        assert server.connections == 1


def test_a_handshake_that_drips_is_cut(transports: Transports, authority: Authority) -> None:
    """A timeout limits one read of a handshake, not all of it: the socket's deadline ends this one."""
    limits = Limits(connect=5, call=0.6)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                try:
                    connection.sendall(b"\x16\x03\x03\x40\x00")  # the head of a record of 16 kB
                    while not over.wait(0.05):
                        connection.sendall(b"\x00")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        began = monotonic()
        with pytest.raises((TimedOut, Unreachable)):
            transports(limits, Outbound(ca_file=authority.ca_file)).get(
                f"https://127.0.0.1:{listening.getsockname()[1]}",
                "/",
                "Basic eDp5",
                Deadline.after(5),
                count=lambda: None,
            )
        assert monotonic() - began < limits.call + SLACK
        over.set()
        dripping.join(5)


@pytest.mark.parametrize("trusted", [False, True])
def test_an_unknown_or_wrong_certificate_is_never_talked_to(
    transports: Transports, quick: Limits, authority: Authority, trusted: bool
) -> None:
    """Neither one from an unknown issuer, nor a trusted one for another address."""
    shown = authority.context("127.0.0.2" if trusted else "127.0.0.1")
    with serving(sending(well(b"{}")), shown) as server:
        with pytest.raises(Untrusted, match="another host" if trusted else "issuer is unknown"):
            get(transports(quick, Outbound(ca_file=authority.ca_file if trusted else "")), server)
        assert server.heads == [] and server.connections == 1


def test_tls_before_1_2_is_not_spoken(transports: Transports, quick: Limits, authority: Authority) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = authority.context("127.0.0.1", newest=ssl.TLSVersion.TLSv1_1)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.set_ciphers("ALL:@SECLEVEL=0")
    with serving(sending(well(b"{}")), old) as server:
        with pytest.raises(CdpError):
            get(transports(quick, Outbound(ca_file=authority.ca_file)), server)
        assert server.heads == []
