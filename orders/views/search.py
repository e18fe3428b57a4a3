"""The start page, and the search: one field for anything that the customer gave the agent."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import starts_with_activity
from orders.http import Request
from orders.privacy import access_log, pinned_order
from orders.views.cdp_view import choose_connection, show_problem
from orders.views.links import with_urls
from orders.views.pinned import note_pins
from orders.views.results import search

LAST_SHOWN = 5  # of the recent orders; the others are folded away


@require_safe
def home(request: Request) -> HttpResponseBase:
    """The start page, with the search field and the user's pinned and recent orders.

    If the URL names a connection that cannot be used, the problem is shown instead. An auditor without a connection is redirected to the
    activity page.
    """
    connection, problem = choose_connection(request)
    if connection is None and problem is not None and request.GET.get("connection"):
        return show_problem(request, problem)
    if connection is None and starts_with_activity(request):
        return redirect("activity")
    pinned = pinned_order.pinned(request.user)
    note_pins(request, pinned)
    kept = {(order.order_ref, order.connection_id) for order in pinned}
    last = [order for order in access_log.recent(request.user) if (order.order_ref, order.connection_id) not in kept]
    listed = with_urls(request, [*pinned, *last])
    first = len(pinned) + LAST_SHOWN
    context = {"search": request.GET.get("search"), "recent": listed[:first], "older": listed[first:]}
    return render(request, "orders/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: Request) -> HttpResponseBase:
    """Search for `q`, which is posted by a form or is in the query of a ticket's link. See `search` for the pages shown.

    If a posted reference matches only one order, the response normally redirects to that order's page, which reuses the answers of the
    search.
    """
    return search(request, request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", ""))
