"""The shared pool of kept connections: requests' adapter without a Session.

A Session would keep cookies between people, read proxies and passwords from the environment and follow redirects; a bare adapter
does none of that, and costs a third of the time.
"""

from __future__ import annotations

import http.client
import logging
import os
import socket
import ssl
from typing import Any, cast
from urllib.parse import urlsplit

import certifi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import make_headers, parse_url
from urllib3.util.ssltransport import SSLTransport

from orders.cdp.regions import is_loopback
from orders.cdp.transport.connecting import connect, resolve
from orders.cdp.transport.deadline import Deadline
from orders.cdp.transport.outbound import Outbound

# urllib3 logs whole URLs, and the query of a guest search is an e-mail address.
for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.response", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda _: False)

MOST_HINTS = 20  # answers of 1xx before the answer itself; one or two are usual


class Outgoing(PreparedRequest):
    """A request built by us alone: always GET, `target` is the path with its query, `origin` scheme, host and port."""

    def __init__(self, origin: str, target: str, headers: dict[str, str]) -> None:
        super().__init__()
        self.method = "GET"
        self.origin = origin
        self.target = target
        self.url = origin + target
        self.headers = CaseInsensitiveDict(headers)


class _Answer(http.client.HTTPResponse):
    """The final answer: what comes before it, such as 103 Early Hints, is passed over. The library passes over 100 alone."""

    def begin(self) -> None:
        super().begin()
        for _ in range(MOST_HINTS):
            if not 100 <= self.status < 200 or self.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return
            self.headers = cast("http.client.HTTPMessage", None)  # without headers it begins anew
            super().begin()
        raise http.client.HTTPException("one hint after the other and no answer")


class _Connection(HTTPConnection):
    """A connection whose timeouts are deadlines. urllib3 sets them: one to connect, one for what is sent, one for the answer."""

    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        deadline = Deadline.after(float(self.timeout or 0))
        try:
            sock = connect(resolve(self._dns_host, self.port, deadline), deadline)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(deadline.left())  # for the handshake
        return sock


class _TLSConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _TLS(ssl.SSLContext):
    """Verifies, speaks TLS 1.2 or newer, and reads and writes by way of our socket, so that the handshake has its deadline too."""

    def __new__(cls, *_args: object) -> _TLS:
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, ca_file: str) -> None:
        self.minimum_version = ssl.TLSVersion.TLSv1_2
        self.load_verify_locations(ca_file)

    def wrap_socket(self, sock: socket.socket, *_args: object, server_hostname: Any = None, **_kwargs: object) -> Any:
        return SSLTransport(sock, self, server_hostname)


class SharedAdapter(HTTPAdapter):
    """One per process. Keeps a pool per origin; verifies certificates, speaks TLS 1.2 or newer, takes the proxy it is given."""

    def __init__(self, connections: int, outbound: Outbound | None = None) -> None:
        super().__init__()
        self._connections = connections
        self._pools: dict[tuple[int, str], HTTPConnectionPool] = {}
        self._outbound = outbound or Outbound()

    def get_connection_with_tls_context(self, request: Any, *_args: object, **_kwargs: object) -> HTTPConnectionPool:
        # By process: a forked one that talks over its parent's connections gets its parent's answers.
        key = os.getpid(), request.origin
        # Two threads may both make one; the first one kept is used by both.
        return self._pools.get(key) or self._pools.setdefault(key, self._make(request.origin))

    def cert_verify(self, *args: object, **kwargs: object) -> None:
        """Nothing per call: the context of the pool verifies, always."""

    def request_url(self, request: PreparedRequest, *args: object) -> str:
        return cast("Outgoing", request).target

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Status, headers and the raw stream; the cookie jar stays empty, whatever was sent."""
        response = Response()
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = resp
        response.request = req
        return response

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        super().close()

    def _make(self, origin: str) -> HTTPConnectionPool:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme == "https":
            tls = _TLS(certifi.where())
            if self._outbound.ca_file:
                tls.load_verify_locations(self._outbound.ca_file)
            proxy = parse_url(self._outbound.proxy) if self._outbound.proxy else None
            known = make_headers(proxy_basic_auth=self._outbound.credentials or None)
            pool: HTTPConnectionPool = HTTPSConnectionPool(
                host, parts.port, maxsize=self._connections, ssl_context=tls, _proxy=proxy, _proxy_headers=known
            )
            pool.ConnectionCls = _TLSConnection
        elif parts.scheme == "http" and is_loopback(host):
            pool = HTTPConnectionPool(host, parts.port, maxsize=self._connections)
            pool.ConnectionCls = _Connection
        else:
            raise ValueError("only https, and http on this machine, may be called")
        return pool
