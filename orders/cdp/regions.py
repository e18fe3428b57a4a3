"""The CDP's hosts, by region (the vendor's four and any that the operator adds), and the versions of its API.

Users pick a region by name and never type a URL, so a credential cannot be sent anywhere else.
"""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

VENDOR_REGIONS = MappingProxyType(
    {name: f"https://api-engage-{name}.sitecorecloud.io" for name in ("eu", "us", "ap", "jpe")}
)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)


class ApiVersion(StrEnum):
    """The versions of the CDP's API that this program reads; each value is the first part of a request's path."""

    V2 = "v2"
    V2_1 = "v2.1"


class RegionError(ValueError):
    """The operator's list of extra regions is invalid; `str(error)` says which entry is wrong, and why."""


def regions(extra: str = "") -> dict[str, str]:
    """The base URL of each region, by name: the vendor's four regions and those in `extra` ("name=https://host,…").

    No base URL ends with a slash. Raises RegionError, with a message for the operator, if an entry of `extra` is not valid.
    """
    known = dict(VENDOR_REGIONS)
    for number, entry in enumerate(extra.split(","), 1):
        if not entry.strip():
            continue
        name, equals, address = (part.strip() for part in entry.partition("="))
        if not equals or not address:
            # An entry is not repeated in a message: it may contain a secret.
            raise RegionError(f"Entry {number} is not of the form name=https://host.")
        if not _NAME.fullmatch(name):
            raise RegionError(
                f'The name in entry {number} must be a lower-case letter, then at most 31 of a-z, 0-9 and "-".'
            )
        if name in known:
            raise RegionError(f'The region name "{name}" is taken; every region needs a name of its own.')
        known[name] = _base_url(name, address)
    return known


def _base_url(name: str, address: str) -> str:
    """The base URL: scheme, host and, if given, port. A slash at the end of `address` is dropped.

    Raises RegionError if `address` contains anything else, is unusable, or uses plain http to reach another machine.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise RegionError(f'The address of region "{name}" cannot be read; it should look like https://host.') from None
    if parts.username is not None or parts.password is not None:
        raise RegionError(f'The address of region "{name}" must not hold a user name or password.')
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in address or "#" in address:
        raise RegionError(f'The address of region "{name}" must end after the host and port.')
    if not _is_address(host) and not _HOST.fullmatch(host):
        raise RegionError(f'The address of region "{name}" has no usable host; it should look like https://host.')
    if parts.scheme == "http" and not is_loopback(host):
        raise RegionError(f'Region "{name}" must use https; plain http is for this machine (loopback) only.')
    if parts.scheme not in ("http", "https"):
        raise RegionError(f'The address of region "{name}" must begin with https://.')
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}" + (f":{port}" if port is not None else "")


def is_loopback(host: str) -> bool:
    """Whether `host` is "localhost" or a loopback address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
