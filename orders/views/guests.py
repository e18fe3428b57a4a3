"""Customers and all their orders, found through an order or by name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orders.cdp import errors
from orders.cdp.records import Loaded, Order
from orders.http import Request
from orders.privacy import access_log, outcomes
from orders.privacy.outcomes import Fixed, Outcome
from orders.search_text.names import normalize, spellings
from orders.services.people import load_orders_of_guest
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view
from orders.views.found_people import show_people
from orders.views.listed import trips_context
from orders.views.next_step import partial_problem
from orders.views.panels import render_panel, rows_of, starting
from orders.views.people_everywhere import search_people_everywhere
from orders.views.progress import with_progress


@cdp_view(panel="guest_orders", heading=_("This customer’s orders"))
def guest_orders(request: Request, tenant: Tenant, ref: str, guest_ref: str) -> HttpResponseBase:
    """The orders of a guest who is a contact or traveller of the order `ref`, newest first; the order `ref` itself is marked.

    If the CDP has no such order or guest, or nobody on the order is that guest, this is recorded, and NotFound or NotOnOrder is raised.
    """

    def record(outcome: Outcome) -> None:
        what, subject = access_log.Action.GUEST_ORDERS_SEEN, access_log.hashed(guest_ref)
        access_log.record(request, what, connection=tenant.connection, order_ref=ref, subject=subject, outcome=outcome)

    def load() -> Loaded[Order] | errors.Missing:
        try:
            return load_orders_of_guest(tenant, ref, guest_ref)
        except errors.Missing as error:
            return error  # recorded before it is shown

    def show(loaded: Loaded[Order] | errors.Missing) -> HttpResponse:
        if isinstance(loaded, errors.Missing):
            record(Fixed.NOBODY)
            raise loaded
        record(outcomes.shown(loaded))
        context = {
            "orders": loaded.items,
            **trips_context(request, tenant, loaded.items),
            "others": sum(1 for order in loaded.items if (order.ref or "").lower() != ref.lower()),
            "missing": loaded.missing,
            "complete": loaded.complete,
            "partial": partial_problem(request, loaded.problem),
            "order_ref": ref,
            "reference": ref,
            "guest_ref": guest_ref,
            "rows": rows_of(request, tenant, "orders", len(loaded.items)),
            "starting": partial(starting, request),
        }
        return render_panel(request, "guest_orders", context)

    return with_progress(request, tenant, "guest_orders", load, show, of="orders")


@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: Request) -> HttpResponseBase:
    """Show the form for a search by name or, if it was posted, search. A form without a last name gets a 400.

    The form exists because the main search field cannot always tell a name from a reference. It is posted, so that no name is in a URL.
    """
    if request.method != "POST":
        return render(request, "orders/find_person.html", {})
    names = {name: normalize(request.POST.get(name, ""))[:100].strip() for name in ("first_name", "last_name")}
    if not names["last_name"]:
        return render(request, "orders/find_person.html", {**names, "missing_name": True}, status=400)
    questions = [
        {"last_name": last, **({"first_name": first} if first else {})}
        for first, last in spellings(names["first_name"], names["last_name"])
    ]
    if "everywhere" in request.POST:
        return search_people_everywhere(
            request, access_log.Action.SEARCHED_NAME, *questions, posted=list(names.items())
        )
    return _find_by_name(request, questions)


@cdp_view(fresh=True)
def _find_by_name(request: Request, tenant: Tenant, questions: Sequence[dict[str, str]]) -> HttpResponse:
    return show_people(request, tenant, access_log.Action.SEARCHED_NAME, *questions)
