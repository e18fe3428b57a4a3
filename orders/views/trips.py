"""Views of trips: the strip of the contacts' orders above an order, and the trips that a list of orders loads later."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from orders.cdp.refs import is_ref
from orders.http import Request
from orders.privacy import access_log, outcomes
from orders.services.listed import load_trips, trip_lines
from orders.services.people import load_orders_of_contacts
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view
from orders.views.listed import listed_refs
from orders.views.next_step import partial_problem
from orders.views.panels import render_panel, rows_of

MOST_SHOWN = 8


@cdp_view(panel="order_trips", heading=_("This customer’s orders"))
def order_trips(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The newest MOST_SHOWN orders of the first guests among the contacts of the order `ref` (see `load_orders_of_contacts`).

    The order whose page shows the strip (`?on=`, otherwise `ref`) is marked. When the user opens one of the
    orders shown, its page can reuse answers from the last minute.
    """
    contacts_orders = load_orders_of_contacts(tenant, ref)
    guests, loaded = contacts_orders.guests, contacts_orders.loaded
    if guests:
        access_log.record(
            request,
            access_log.Action.GUEST_ORDERS_SEEN,
            connection=tenant.connection,
            order_ref=ref,
            subjects=[access_log.hashed(guest_ref) for guest_ref in guests],
            outcome=outcomes.shown(loaded),
        )
    shown = loaded.items[:MOST_SHOWN]
    lines = trip_lines(tenant, shown, most=MOST_SHOWN, whole=True)
    tenant.keep_at_hand(ref, shown)
    on = request.GET.get("on", "")
    context = {
        "orders": shown,
        "more": len(loaded.items) - len(shown),
        "trips": lines,
        "here": on if is_ref(on) else ref,
        "guests": guests,
        "left_out": contacts_orders.left_out,
        "missing": loaded.missing,
        "complete": loaded.complete,
        "partial": partial_problem(request, loaded.problem),
        "order_ref": on if is_ref(on) else ref,
        "contacts_of": ref,
        "reference": "",
    }
    return render_panel(request, "order_trips", context)


@cdp_view(panel="listed_trips", heading=_("Orders"))
def listed_trips(request: Request, tenant: Tenant) -> HttpResponseBase:
    """Fill in the trips that were missing from a list of orders; without htmx, show those orders again, with their trips.

    This is not recorded: the listing already was, and the URL opens only orders that were listed. 404 if the URL is not valid (see
    `listed_refs`).
    """
    order_refs = listed_refs(request, tenant)
    read, lines, problem = load_trips(tenant, order_refs)
    context = {
        "numbered_lines": [(at, lines.get(ref)) for at, ref in enumerate(order_refs) if ref in read],
        "trips": lines,
        "later": (),
        "orders": list(read.values()),
        "rows": rows_of(request, tenant, "orders", len(read)),
        "missing": len(order_refs) - len(read),
        "partial": partial_problem(request, problem),
        "order_ref": "",
        "reference": "",
    }
    return render_panel(request, "listed_trips", context)
