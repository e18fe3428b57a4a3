"""Configurable limits on guessing passwords and on views. No Django in here."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """How many wrong passwords within 15 minutes cause further attempts to be spaced out, `pace` seconds apart.

    `browser` is for a known browser, `tries` for a name from one address, `name` for a name from anywhere, `address` for all names from
    one address. `trusted` networks, such as an office behind one address, have no limit across all names.
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
    """The most views that one user may make in a minute and in a day (both UTC); 0 for no limit."""

    a_minute: int = 120
    a_day: int = 3_000


@dataclass(frozen=True, slots=True)
class Over:
    """A limit that was exceeded: `limit` views in a `window` ("a minute" or "a day"), and the seconds until that window ends."""

    limit: int
    window: str
    seconds: int
