"""Guessing passwords is made slow, across all processes: attempts are counted in the database.

An attempt is written down before the password is looked at and removed when it was right, so that a hundred attempts at once
are counted too. Neither the name nor the address is stored, only keyed hashes. A name nobody has is treated like any other.
"""

from __future__ import annotations

import ipaddress
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from orders.models import SignInFailure

WINDOW = timedelta(minutes=15)
# Wrong attempts within the window: by one address on one name, on one name from everywhere, by one address on all names.
# The middle one is far above the first, so that a stranger cannot lock a person out by a few wrong guesses.
PER_PAIR = 5
PER_NAME = 25
PER_ADDRESS = 50


class TryLater(Exception):
    """Too many wrong attempts. `until` (aware) is when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many attempts to sign in")
        self.until = until

    def seconds(self, now: datetime | None = None) -> int:
        """Whole seconds to wait, at least 1."""
        return max(1, math.ceil((self.until - (now or timezone.now())).total_seconds()))


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is being looked at."""

    pk: int
    name: str
    address: str


def begin(request: HttpRequest, username: str) -> Attempt:
    """Count an attempt; `TryLater` when there were too many before it."""
    now = timezone.now()
    name = _hashed("name", unicodedata.normalize("NFKC", username).casefold())
    address = _hashed("address", client_address(request))
    SignInFailure.objects.filter(at__lte=now - WINDOW).delete()
    row = SignInFailure.objects.create(at=now, name=name, address=address)
    earlier = list(
        SignInFailure.objects.filter(Q(name=name) | Q(address=address), at__gt=now - WINDOW)
        .exclude(pk=row.pk)
        .order_by("at")
        .values_list("name", "address", "at")
    )
    until = [
        _free_again([at for _n, _a, at in earlier if _n == name and _a == address], PER_PAIR),
        _free_again([at for _n, _a, at in earlier if _n == name], PER_NAME),
        _free_again([at for _n, _a, at in earlier if _a == address], PER_ADDRESS),
    ]
    if any(until):
        # An attempt that is not looked at does not count, or knocking on would keep the door shut for ever.
        row.delete()
        raise TryLater(max(moment for moment in until if moment))
    return Attempt(row.pk, name, address)


def succeeded(attempt: Attempt) -> None:
    """Forget the wrong attempts of this name from this address."""
    SignInFailure.objects.filter(name=attempt.name, address=attempt.address).delete()


def client_address(request: HttpRequest) -> str:
    """The client's address; for IPv6 its /64, since one household or host has all of that.

    `X-Forwarded-For` is believed only as far as trusted proxies wrote it: with two of them, the second entry from the right.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    if proxies > 0:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if hops:
            address = hops[-min(proxies, len(hops))]
    # Some proxies append the client's port, which would make every attempt look like another client's.
    if address.startswith("[") or address.count(":") == 1:
        address = address.partition("]")[0].strip("[") if address.startswith("[") else address.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _free_again(times: Sequence[datetime], limit: int) -> datetime | None:
    """When fewer than `limit` of these attempts are left in the window, or None when that is now."""
    return times[len(times) - limit] + WINDOW if len(times) >= limit else None


def _hashed(kind: str, value: str) -> str:
    return salted_hmac(f"orders.throttling.{kind}", value, algorithm="sha256").hexdigest()
