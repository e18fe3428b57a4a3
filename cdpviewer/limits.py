"""Settings that limit sign-in attempts and views."""

from __future__ import annotations

import ipaddress

from django.core.exceptions import ImproperlyConfigured

from accounts.limits import Network, SignInLimits, ViewLimits
from cdpviewer.environment import Environment

STANDARD = SignInLimits()
WIDEST = {4: 8, 6: 19}  # by IP version, the shortest prefix allowed


def sign_in(env: Environment) -> SignInLimits:
    """The limits on guessing passwords.

    Raises ImproperlyConfigured for a bad value, or if the limit for a name or for an address is below `tries` (the limit for a
    name from one address).
    """
    limits = SignInLimits(
        browser=env.number("CDPVIEWER_SIGN_IN_BROWSER_TRIES", STANDARD.browser, least=1),
        tries=env.number("CDPVIEWER_SIGN_IN_TRIES", STANDARD.tries, least=1),
        name=env.number("CDPVIEWER_SIGN_IN_NAME_TRIES", STANDARD.name, least=1),
        address=env.number("CDPVIEWER_SIGN_IN_ADDRESS_TRIES", STANDARD.address, least=1),
        pace=env.number("CDPVIEWER_SIGN_IN_PACE_SECONDS", STANDARD.pace, least=1),
        trusted=networks(env.listed("CDPVIEWER_TRUSTED_NETWORKS")),
    )
    if limits.pace > 60:
        raise ImproperlyConfigured("CDPVIEWER_SIGN_IN_PACE_SECONDS must be 60 or less: people wait that long.")
    for name, value in (("NAME", limits.name), ("ADDRESS", limits.address)):
        if value < limits.tries:
            raise ImproperlyConfigured(
                f"CDPVIEWER_SIGN_IN_{name}_TRIES must be at least CDPVIEWER_SIGN_IN_TRIES ({limits.tries}), which it includes."
            )
    return limits


def views(env: Environment) -> ViewLimits:
    """The limits on views per user; 0 means no limit.

    Raises ImproperlyConfigured for a bad value, or if the limit per day is below the limit per minute.
    """
    standard = ViewLimits()
    limits = ViewLimits(
        a_minute=env.number("CDPVIEWER_VIEWS_A_MINUTE", standard.a_minute),
        a_day=env.number("CDPVIEWER_VIEWS_A_DAY", standard.a_day),
    )
    if 0 < limits.a_day < limits.a_minute:
        raise ImproperlyConfigured("CDPVIEWER_VIEWS_A_DAY must not be less than CDPVIEWER_VIEWS_A_MINUTE.")
    return limits


def networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    """Parse networks (`203.0.113.0/24`, `2001:db8::/48`) and single addresses. Raises ImproperlyConfigured if one is bad or too wide."""
    return tuple(_network(position, text) for position, text in enumerate(written, start=1))


def _network(position: int, text: str) -> Network:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise ImproperlyConfigured(
            f"Network {position} of CDPVIEWER_TRUSTED_NETWORKS is not one: write 203.0.113.0/24, with no host bits set."
        ) from None
    if network.prefixlen < WIDEST[network.version]:
        raise ImproperlyConfigured(
            f"Network {position} of CDPVIEWER_TRUSTED_NETWORKS is too wide: /{WIDEST[network.version]} is the widest."
        )
    return network
