"""Configurable limits on password guessing and on views. This module does not import Django."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """How many wrong passwords are possible within 15 minutes before further attempts must be `pace` seconds apart.

    `browser` is for a known browser. For any other, `tries` is for one name from one address, `name` for one name from any address (where
    addresses that failed with it in the last day are counted apart), and `address` for all names from one address; the last does not
    apply to `trusted` networks, such as an office behind one address.
    """

    browser: int = 10
    tries: int = 5
    name: int = 25
    address: int = 50
    pace: int = 10
    trusted: tuple[Network, ...] = ()

    def trusts(self, address: Address) -> bool:
        """Whether `address` lies in a trusted network."""
        return any(address in network for network in self.trusted)


@dataclass(frozen=True, slots=True)
class ViewLimits:
    """The largest numbers of views that one user is allowed in a minute and in a day (both UTC); 0 means no limit."""

    a_minute: int = 120
    a_day: int = 3_000


@dataclass(frozen=True, slots=True)
class Over:
    """An exceeded limit: `limit` views in a `window` ("a minute" or "a day") that ends in `seconds` seconds."""

    limit: int
    window: str
    seconds: int
