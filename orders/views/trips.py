"""The strip above an order: all orders of its contacts, once these were loaded."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from orders.http import Request
from orders.privacy import access_log
from orders.search_text import lookup
from orders.services.listed import trip_lines
from orders.services.people import load_orders_of_contacts
from orders.services.tenant import Tenant
from orders.views.cards import extent_shown
from orders.views.cdp_view import cdp_view, partial_problem
from orders.views.panels import render_panel

MOST_SHOWN = 8


@cdp_view(panel="order_trips", heading=_("Orders of this customer"))
def order_trips(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The orders of the customers who are contacts of the order `ref`, newest first; the one of the page (`?on=`) is marked.

    Pages of these orders are made of what was read within the minute.
    """
    guests, loaded = load_orders_of_contacts(tenant, ref)
    for guest_ref in guests:
        what, subject = access_log.Action.GUEST_ORDERS_SEEN, access_log.hashed(guest_ref)
        access_log.record(
            request,
            what,
            connection=tenant.connection,
            order_ref=ref,
            subject=subject,
            outcome=extent_shown(loaded),
        )
    shown = loaded.items[:MOST_SHOWN]
    lines = trip_lines(tenant, shown, most=MOST_SHOWN, whole=True)
    tenant.keep_at_hand(ref, shown)
    on = request.GET.get("on", "")
    context = {
        "orders": shown,
        "more": len(loaded.items) - len(shown),
        "trips": lines,
        "here": on if lookup.is_ref(on) else ref,
        "guests": guests,
        "missing": loaded.missing,
        "complete": loaded.complete,
        "partial": partial_problem(request, loaded.problem),
        "order_ref": on if lookup.is_ref(on) else ref,
        "contacts_of": ref,
        "reference": "",
    }
    return render_panel(request, "order_trips", context)
