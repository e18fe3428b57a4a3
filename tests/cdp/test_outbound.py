"""Calls through a proxy and to servers with every kind of bad certificate, on real sockets: each failure has its own message."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdpviewer import remote
from cdpviewer.environment import Environment
from orders.cdp.errors import TimedOut, Unreachable, Untrusted
from orders.cdp.transport import Deadline, Limits, Outbound, Transport
from tests.cdp.certificates import Authority
from tests.cdp.servers import ConnectProxy, Server, sending, serving, well
from tests.cdp.test_wire import SLACK

Transports = Callable[..., Transport]
USER = "agent:canary-proxy-password"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)


def get(transport: Transport, url: str) -> bytes:
    return transport.get(url, "/v2/x", "Basic c2VjcmV0", Deadline.after(5), count=lambda: None)


@contextmanager
def proxy(credentials: str = "", refuse: int = 0) -> Iterator[ConnectProxy]:
    running = ConnectProxy(credentials, refuse)
    try:
        yield running
    finally:
        running.close()


def test_calls_go_through_the_proxy_and_it_reads_none_of_them(
    transports: Transports, quick: Limits, authority: Authority
) -> None:
    with serving(sending(well(b"{}")), authority.context("127.0.0.1")) as server, proxy(USER) as between:
        transport = transports(quick, Outbound(between.url, USER, authority.ca_file))
        assert [get(transport, server.url) for _ in range(3)] == [b"{}"] * 3
        assert (server.connections, len(between.asked)) == (1, 1)
        assert between.asked[0].startswith(b"CONNECT 127.0.0.1:")
        assert b"c2VjcmV0" not in between.asked[0] and b"/v2/" not in between.asked[0]
        assert b"proxy-authorization" not in server.heads[0].lower()


def test_a_region_on_this_machine_is_not_asked_by_way_of_the_proxy(transports: Transports, quick: Limits) -> None:
    with serving(sending(well(b"{}"))) as server, proxy() as between:
        assert get(transports(quick, Outbound(between.url)), server.url) == b"{}"
        assert between.asked == []


@pytest.mark.parametrize(
    ("sent", "refuse", "words", "tries"),
    [
        ("", 0, "CREDENTIALS", 1),
        ("agent:wrong", 0, "CREDENTIALS", 1),
        (USER, 403, "does not let this host through", 1),
        (USER, 503, "does not reach the CDP", 3),
    ],
    ids=["no credentials", "wrong credentials", "host refused", "no way"],
)
def test_what_the_proxy_refuses_is_told_apart(
    transports: Transports, quick: Limits, authority: Authority, sent: str, refuse: int, words: str, tries: int
) -> None:
    with serving(sending(well(b"{}")), authority.context("127.0.0.1")) as server, proxy(USER, refuse) as between:
        with pytest.raises(Unreachable, match=words) as caught:
            get(transports(quick, Outbound(between.url, sent, authority.ca_file)), server.url)
        assert server.connections == 0
        assert len(between.asked) == tries
        assert "canary" not in repr(caught.value)


def test_a_proxy_that_is_not_there_or_never_answers_costs_no_more_than_a_call(
    transports: Transports, quick: Limits
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = monotonic()
        with pytest.raises((TimedOut, Unreachable)):
            get(transports(quick, Outbound(address)), "https://127.0.0.1:9")
        assert monotonic() - began < quick.call + SLACK
    with pytest.raises(Unreachable):
        get(transports(quick, Outbound(address)), "https://127.0.0.1:9")


@pytest.mark.parametrize(
    ("days", "address", "known", "words"),
    [
        ((-9, -1), "127.0.0.1", True, "has expired"),
        ((1, 9), "127.0.0.1", True, "not valid yet"),
        ((-1, 1), "127.0.0.2", True, "for another host"),
        ((-1, 1), "127.0.0.1", False, "CDPVIEWER_CA_FILE"),
    ],
    ids=["expired", "not yet", "other host", "unknown issuer"],
)
@pytest.mark.parametrize("through", [False, True], ids=["direct", "through a proxy"])
def test_certificates_are_told_apart(
    transports: Transports,
    quick: Limits,
    authority: Authority,
    days: tuple[int, int],
    address: str,
    known: bool,
    words: str,
    through: bool,
) -> None:
    with serving(sending(well(b"{}")), authority.context(address, days=days)) as server, proxy() as between:
        outbound = Outbound(between.url if through else "", "", authority.ca_file if known else "")
        with pytest.raises(Untrusted, match=words):
            get(transports(quick, outbound), server.url)
        assert server.heads == [] and server.connections == 1


def test_what_is_no_tls_is_told_apart(transports: Transports, quick: Limits) -> None:
    with serving(sending(b"HTTP/1.1 200 OK\r\n\r\n")) as plain:
        thread = threading.Thread(target=answer_in_the_clear, args=(plain,))
        thread.start()
        with pytest.raises(Unreachable, match="handshake"):
            get(transports(quick), plain.url.replace("http:", "https:"))
        thread.join(5)


def answer_in_the_clear(server: Server) -> None:
    """Send a plain HTTP answer to a TLS handshake, which the server itself takes for a head that never ends."""
    server.over.wait(0.2)
    for connection in list(server._open):
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_the_public_authorities_stay_trusted_beside_an_own_one(authority: Authority) -> None:
    from orders.cdp.transport.connections import SharedAdapter

    adapter = SharedAdapter(1, Outbound(ca_file=authority.ca_file))
    pool = adapter._make(urlsplit("https://cdp.example.com"))
    subjects = [
        dict(part[0] for part in certificate["subject"]) for certificate in pool.conn_kw["ssl_context"].get_ca_certs()
    ]
    assert len(subjects) > 50
    assert [subject for subject in subjects if subject.get("commonName") == "test authority"]
    assert pool.conn_kw["ssl_context"].verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    "name_and_value",
    [
        ("CDPVIEWER_OUTBOUND_PROXY", "proxy-canary.example.com:3128"),
        ("CDPVIEWER_OUTBOUND_PROXY", "https://proxy-canary.example.com:3128"),
        ("CDPVIEWER_OUTBOUND_PROXY", "http://user:canary@proxy.example.com:3128"),
        ("CDPVIEWER_OUTBOUND_PROXY", "http://proxy-canary.example.com:3128/path"),
        ("CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS", "user:canary"),
        ("CDPVIEWER_CA_FILE", "/no/such/canary.pem"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_and_are_not_repeated(name_and_value: tuple[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match=name_and_value[0]) as caught:
        remote.outbound(Environment(dict([name_and_value]), {}))
    assert "canary" not in str(caught.value)


def test_settings_are_read(authority: Authority, tmp_path: Path) -> None:
    secret = tmp_path / "credentials"
    secret.write_text(USER)
    names = {
        "CDPVIEWER_OUTBOUND_PROXY": "http://proxy.example.com:3128/", "CDPVIEWER_OUTBOUND_PROXY_CREDENTIALS_FILE": str(secret),
        "CDPVIEWER_CA_FILE": authority.ca_file,
    }  # fmt: skip
    outbound = remote.outbound(Environment(names, {}))
    assert outbound == Outbound("http://proxy.example.com:3128", USER, authority.ca_file)
    assert "canary" not in repr(outbound)
