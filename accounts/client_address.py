"""The client's IP address, as reported by trusted proxies or taken from the connection."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from accounts.limits import Address


def client_address(request: HttpRequest) -> str:
    """The client's IPv4 address, or the /64 network of its IPv6 address, which usually belongs to a single household or host.

    If what was reported is not an IP address, the reported text is returned.
    """
    text = _sent(request)
    address = _parsed(text)
    if address is None:
        return text
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False))


def address_of(request: HttpRequest) -> Address | None:
    """The client's IP address, not shortened to a network; None if what was reported is not an IP address."""
    return _parsed(_sent(request))


def is_trusted(request: HttpRequest) -> bool:
    """Whether the client's address is in a network that the operator trusts."""
    address = _parsed(_sent(request))
    return address is not None and settings.SIGN_IN_LIMITS.trusts(address)


def _sent(request: HttpRequest) -> str:
    """The client's address without a port, as the trusted proxies reported it in `X-Forwarded-For`.

    With two trusted proxies, this is the second entry from the right. If there are fewer entries than trusted proxies, it is the first
    entry; if no proxy is trusted or the header is missing, it is the address that the connection comes from.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    if proxies > 0:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if hops:
            address = hops[-min(proxies, len(hops))]
    # Some proxies append the client's port, which would make every attempt look like a different client's.
    if address.startswith("["):
        return address.partition("]")[0].strip("[")
    return address.partition(":")[0] if address.count(":") == 1 else address


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
