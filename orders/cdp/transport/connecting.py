"""Connect to a host, within a deadline, at whichever of its addresses answers first."""

from __future__ import annotations

import errno
import select
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from itertools import zip_longest
from typing import Any

from orders.cdp.transport.deadline import Deadline, DeadlineSocket

Address = tuple[Any, ...]  # as returned by getaddrinfo: family, type, protocol, canonical name, address

HEAD_START = 0.25  # seconds before the next address is tried as well (RFC 8305)

_resolvers = ThreadPoolExecutor(8, "cdp-names")
_lookups: dict[tuple[str, int], Future[list[Address]]] = {}


def resolve(host: str, port: int, deadline: Deadline) -> list[Address]:
    """The addresses of `host`. The system's resolver has no timeout and may hang for half a minute, so it runs on another thread.

    Concurrent calls for the same host and port share one lookup, so a name server that hangs ties up only one resolver thread per host
    and port. An IP address is returned without a lookup. Raises TimeoutError at the deadline, or the resolver's OSError.
    """
    with suppress(ValueError):
        family = socket.AF_INET if ip_address(host).version == 4 else socket.AF_INET6
        return [(family, socket.SOCK_STREAM, 0, "", (host, port))]
    lookup = _lookups.get((host, port))
    if lookup is None or lookup.done():
        lookup = _lookups[host, port] = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return lookup.result(timeout=max(0.0, deadline.left()))


def connect(addresses: list[Address], deadline: Deadline) -> DeadlineSocket:
    """The first connection that succeeds. Raises TimeoutError at the deadline, or the last OSError if every address fails.

    If an address does not answer within HEAD_START, the next one is tried as well. The wait is shorter if there would otherwise be no
    time left for the last address.
    """
    # IPv6 and IPv4 alternate, each in the system's order of preference: a whole family may be unreachable.
    families = [
        [address for address in addresses if address[0] == family]
        for family in dict.fromkeys(address[0] for address in addresses)
    ]
    untried = [address for turn in zip_longest(*families) for address in turn if address is not None][::-1]
    head_start = min(HEAD_START, deadline.left() / (len(untried) + 1))
    trying: dict[int, DeadlineSocket] = {}
    poll = select.poll()
    refusal = OSError("the name has no address")
    try:
        while untried or trying:
            if untried:
                try:
                    sock = _begin(untried.pop())
                    trying[sock.fileno()] = sock
                    poll.register(sock, select.POLLOUT)
                except OSError as error:
                    refusal = error
                    continue
            wait = deadline.within(head_start) if untried else deadline
            if wait.left() <= 0 and not untried:
                raise TimeoutError("no connection in time")
            for number, _event in poll.poll(max(0.0, wait.left()) * 1000):
                poll.unregister(number)
                sock = trying.pop(number)
                problem = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not problem:
                    return sock
                sock.close()
                refusal = OSError(problem, "no connection")
        raise refusal
    finally:
        for sock in trying.values():
            sock.close()


def _begin(address: Address) -> DeadlineSocket:
    """A socket that has begun to connect. Raises OSError, for example if there is no route to the address."""
    sock = DeadlineSocket(*address[:3])
    sock.setblocking(False)
    problem = sock.connect_ex(address[4])
    if problem in (0, errno.EINPROGRESS):
        return sock
    sock.close()
    raise OSError(problem, "no connection")
