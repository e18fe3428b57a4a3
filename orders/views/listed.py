"""Lists of orders, shown as soon as the orders are known; trips that need another call are loaded after the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.http import Http404
from django.urls import reverse

from accounts.context import carried_to
from orders.cdp.records import Order
from orders.http import Request
from orders.services.listed import trips_at_hand
from orders.services.tenant import Tenant

SALT = "orders.trips"
LIFE = 600  # seconds: a page left open this long can still load its trips


def trips_context(request: Request, tenant: Tenant, orders: Iterable[Order]) -> dict[str, Any]:
    """The template context of a list of orders: the known trips, the refs of orders whose trips load later, and the URL that loads them.

    The URL is "" if no trips are loaded later. Otherwise, it is signed, so that it opens only orders that were listed, and is valid for
    LIFE seconds for this user and connection.
    """
    known, address = trips_at_hand(tenant, orders), ""
    if known.later:
        held = signing.dumps([str(request.user.pk), str(tenant.connection.pk), *known.later], salt=SALT, compress=True)
        address = f"{reverse('listed_trips')}{carried_to(request, tenant.connection.name)}&of={held}"
    return {"trips": known.lines, "later": known.later, "trips_address": address}


def listed_refs(request: Request, tenant: Tenant) -> tuple[str, ...]:
    """The order refs in a URL made by `trips_context`.

    Raises Http404 unless that URL was signed for this user and connection in the last LIFE seconds.
    """
    try:
        person, connection, *order_refs = signing.loads(request.GET.get("of", ""), salt=SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    if (person, connection) != (str(request.user.pk), str(tenant.connection.pk)):
        raise Http404
    return tuple(order_refs)
