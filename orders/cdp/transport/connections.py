"""The shared pools of persistent connections, held by a `requests` adapter that is used without a Session.

A Session would share cookies among users, read proxies and passwords from the environment, and follow redirects; a bare adapter
does none of that and takes a third of the time.
"""

from __future__ import annotations

import http.client
import logging
import os
import socket
import ssl
from typing import Any
from urllib.parse import SplitResult, urlsplit

import certifi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError
from urllib3.util import make_headers, parse_url
from urllib3.util.ssltransport import SSLTransport

from orders.cdp.outbound import Outbound
from orders.cdp.regions import is_loopback
from orders.cdp.transport.connecting import connect, resolve
from orders.cdp.transport.deadline import Deadline

# urllib3 logs whole URLs, and the query of a guest search may contain an e-mail address.
logging.getLogger("urllib3").propagate = False

MOST_HINTS = 20  # a call with this many 1xx responses other than 100 fails; one or two are usual


class _Answer(http.client.HTTPResponse):
    """The final response. Interim ones, such as 103 Early Hints, are skipped; http.client itself skips only status 100.

    Raises HTTPException after MOST_HINTS interim responses other than 100.
    """

    def begin(self) -> None:
        for _ in range(MOST_HINTS):
            self.headers = None  # type: ignore[assignment]  # without headers it begins again
            super().begin()
            if not 100 <= self.status < 200 or self.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return
        raise http.client.HTTPException("one hint after the other and no answer")


class _Connection(HTTPConnection):
    """A connection that treats urllib3's timeouts as deadlines: each is for a whole stage, such as connecting, not for each read."""

    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        deadline = Deadline.after(float(self.timeout or 0))
        try:
            sock = connect(resolve(self._dns_host, self.port, deadline), deadline)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(deadline.left())  # for the handshake
        return sock


class _TLSConnection(_Connection, HTTPSConnection):
    """A `_Connection` over TLS."""


class _TLS(ssl.SSLContext):
    """A TLS context that reads and writes through the socket it is given, so that the handshake has a deadline too."""

    def wrap_socket(self, sock: socket.socket, *_args: object, server_hostname: Any = None, **_kwargs: object) -> Any:
        return SSLTransport(sock, self, server_hostname)


class SharedAdapter(HTTPAdapter):
    """An adapter with one connection pool per process and origin.

    Over https, it requires TLS 1.2 or newer and verifies certificates. It uses no proxy except the one in `outbound`. A plain http
    request to another machine raises ValueError.
    """

    def __init__(self, connections: int, outbound: Outbound | None = None) -> None:
        super().__init__()
        self._connections = connections
        self._pools: dict[tuple[int, str, str], HTTPConnectionPool] = {}
        self._outbound = outbound or Outbound()

    def get_connection_with_tls_context(self, request: Any, *_args: object, **_kwargs: object) -> HTTPConnectionPool:
        address = urlsplit(request.url)
        # By process: a forked process that used its parent's connections could get its parent's answers.
        key = os.getpid(), address.scheme, address.netloc
        # Two threads may each make a pool; both use the one that is stored first.
        return self._pools.get(key) or self._pools.setdefault(key, self._make(address))

    def cert_verify(self, *args: object, **kwargs: object) -> None:
        """Do nothing: the pool's TLS context always verifies certificates."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """A response with only the status, headers, raw stream and request; cookies are never stored."""
        response = Response()
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = resp
        response.request = req
        return response

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _make(self, address: SplitResult) -> HTTPConnectionPool:
        host = address.hostname or ""
        if address.scheme == "https":
            tls = _TLS(ssl.PROTOCOL_TLS_CLIENT)  # verifies
            tls.minimum_version = ssl.TLSVersion.TLSv1_2
            tls.load_verify_locations(certifi.where())
            if self._outbound.ca_file:
                tls.load_verify_locations(self._outbound.ca_file)
            proxy = parse_url(self._outbound.proxy) if self._outbound.proxy else None
            sign_in = make_headers(proxy_basic_auth=self._outbound.credentials or None)
            pool: HTTPConnectionPool = HTTPSConnectionPool(
                host, address.port, maxsize=self._connections, ssl_context=tls, _proxy=proxy, _proxy_headers=sign_in
            )
            pool.ConnectionCls = _TLSConnection
        elif address.scheme == "http" and is_loopback(host):
            pool = HTTPConnectionPool(host, address.port, maxsize=self._connections)
            pool.ConnectionCls = _Connection
        else:
            raise ValueError("only https, and http on this machine, may be called")
        return pool
