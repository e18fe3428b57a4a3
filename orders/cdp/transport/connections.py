"""The shared pool of connections: requests' adapter over connections that tell the watchdog which socket they use.

The adapter is used without a requests Session. A Session would keep cookies between people, read proxies and passwords from
the environment and follow redirects; a bare adapter does none of that, and costs a third of the time.
"""

from __future__ import annotations

import logging
import socket
import ssl
from concurrent.futures import TimeoutError as FutureTimeoutError
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

import certifi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from orders.cdp.regions import is_loopback
from orders.cdp.transport.forking import renew_in_child
from orders.cdp.transport.threads import Threads
from orders.cdp.transport.watchdog import WATCHDOG, Call

# urllib3 logs whole URLs, and the query of a guest search is an e-mail address.
for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.response", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda _: False)

_resolvers = Threads(8, "cdp-names")  # a name server that hangs may hold these threads, never the people's


class Outgoing(PreparedRequest):
    """A request built by us alone: always GET, `target` is the path with its query, `origin` scheme, host and port."""

    def __init__(self, origin: str, target: str, headers: dict[str, str]) -> None:
        super().__init__()
        self.method = "GET"
        self.origin = origin
        self.target = target
        self.url = origin + target
        self.headers = CaseInsensitiveDict(headers)


class _Watched(HTTPConnection):
    """A connection that notes its socket in the call it serves, and resolves names within the call's time."""

    _served: Call | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        call = WATCHDOG.current()
        if self._served is not None:
            self._served.release()  # the call before must not cut this one, should its time end just now
        self._served = call
        if call is not None and self.sock is not None:
            call.use(self.sock)
        super().request(*args, **kwargs)

    def close(self) -> None:
        call = WATCHDOG.current()
        if call is not None:
            call.release()
        super().close()

    def _new_conn(self) -> socket.socket:
        call = WATCHDOG.current()
        ends = monotonic() + float(self.timeout or 0)
        if call is not None:
            ends = min(ends, call.ends)
        try:
            sock = _connect(_resolve(self._dns_host, self.port, ends), ends)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if call is not None:
            call.use(sock)
        return sock


class _WatchedTLS(_Watched, HTTPSConnection):
    """The same over TLS. The handshake takes the socket over, so a second handle on it is watched meanwhile."""

    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        call = WATCHDOG.current()
        if call is not None:
            self._handle = sock.dup()
            call.use(self._handle)
        return sock

    def connect(self) -> None:
        call = WATCHDOG.current()
        try:
            super().connect()
        finally:
            if call is not None:
                call.use(self.sock)
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class SharedAdapter(HTTPAdapter):
    """One per process. Keeps a pool per origin; verifies certificates, speaks TLS 1.2 or newer, knows no proxy."""

    def __init__(self, connections: int, ca_file: str | None = None) -> None:
        super().__init__()
        self._connections = connections
        self._pools: dict[str, HTTPConnectionPool] = {}
        self._ca_file = ca_file or certifi.where()
        renew_in_child(self._let_go)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, *args: object, **kwargs: object
    ) -> HTTPConnectionPool:
        origin = cast("Outgoing", request).origin
        pool = self._pools.get(origin)
        if pool is None:
            # Two threads may both make one; the first one kept is used by both.
            pool = self._pools.setdefault(origin, self._make(origin))
        return pool

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

    def _let_go(self) -> None:
        """Close this process's ends only; the parent goes on talking over its own."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()

    def _make(self, origin: str) -> HTTPConnectionPool:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme == "https":
            tls = ssl.create_default_context(cafile=self._ca_file)
            tls.minimum_version = ssl.TLSVersion.TLSv1_2
            return _TLSPool(host, parts.port, maxsize=self._connections, block=False, ssl_context=tls)
        if parts.scheme == "http" and is_loopback(host):
            return _Pool(host, parts.port, maxsize=self._connections, block=False)
        raise ValueError("only https, and http on this machine, may be called")


_Address = tuple[Any, ...]


def _resolve(host: str, port: int, ends: float) -> list[_Address]:
    """Addresses of `host`. The system's resolver takes no timeout and may hang for half a minute, so it is asked aside."""
    if is_loopback(host):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    lookup = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        return lookup.result(timeout=max(0.0, ends - monotonic()))
    except FutureTimeoutError:
        lookup.cancel()
        raise TimeoutError("name not resolved in time") from None


def _connect(addresses: list[_Address], ends: float) -> socket.socket:
    """The first address that takes the connection; all of them together have until `ends`."""
    problem: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in addresses:
        left = ends - monotonic()
        if left <= 0:
            raise TimeoutError("no connection in time")
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(left)
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    raise problem
