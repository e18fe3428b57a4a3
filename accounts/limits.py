"""Configurable limits on password guessing and on views. This module does not import Django."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """How many wrong passwords may be entered within 15 minutes before further attempts must be `pace` seconds apart.

    `browser` is the limit for one user in a browser where that user has signed in before. In any other browser, `tries` is the limit for
    one name from one address, `name` for one name from all addresses together, and `address` for all names from one address. `name` applies
    separately to the addresses from which an attempt on that name failed in the last day, and to all others. `address` does not apply to
    `trusted` networks, such as an office behind one address.
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
    """How many views one user is allowed in each minute and on each day (UTC); 0 means no limit."""

    a_minute: int = 120
    a_day: int = 3_000


@dataclass(frozen=True, slots=True)
class Over:
    """An exceeded limit: `limit` views a day if `daily`, otherwise a minute. That day or minute ends in `seconds` seconds."""

    limit: int
    daily: bool
    seconds: int
