"""Search results: the order, a list of orders or people, or a page that says what was not found or why there was no search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.context import carried_by_redirect
from orders.display.countries import choices
from orders.display.not_searched import not_searched
from orders.display.rows import Rows
from orders.http import Request
from orders.privacy import access_log, outcomes
from orders.search_text import emails, lookup
from orders.services.orders import open_order
from orders.services.search import SearchResult, find_orders
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view, choose_connection
from orders.views.everywhere import search_everywhere
from orders.views.found_people import show_people
from orders.views.links import other_connections
from orders.views.listed import trips_context
from orders.views.opened import order_address, show_order
from orders.views.people_everywhere import search_people_everywhere

NO_REFERENCE = {"search": "empty"}  # the query of the start page after a link without a reference


SHOWN_OF_A_SEARCH = 200  # characters of a search text shown on a page


def search(request: Request, text: str) -> HttpResponseBase:
    """Search for `text`, or show why it is not searched for.

    An e-mail address or phone number is searched for only if posted; a link that contains one opens a page with a form that posts it. A
    name opens the name form, filled in. Empty text, or a link with text such as "null", redirects to the start page.
    """
    reading = read(request, text)
    everywhere = request.method == "POST" and "everywhere" in request.POST
    if reading.kind is lookup.Kind.REFERENCE:
        return search_everywhere(request, reading, text) if everywhere else _find(request, reading, text)
    if reading.kind in {lookup.Kind.EMAIL, lookup.Kind.PHONE} and request.method == "POST":
        return _address_everywhere(request, reading) if everywhere else _find_by_address(request, reading)
    if reading.kind is lookup.Kind.EMPTY and request.method == "POST" and text.strip():
        return _explain(request, text, replace(reading, why=lookup.Unreadable.NO_REFERENCE))
    if reading.kind is lookup.Kind.EMPTY:
        return redirect(
            reverse("home") + carried_by_redirect(request, **({} if request.method == "POST" else NO_REFERENCE))
        )
    if reading.kind is lookup.Kind.NAME:
        names = {"first_name": reading.first_name, "last_name": reading.last_name}
        return render(request, "orders/find_person.html", {**names, "pasted": True})
    return _explain(request, text, reading)


def read(request: Request, text: str) -> lookup.Lookup:
    """Read a search text.

    A national phone number is taken to be from the country chosen on the page or, if none was chosen, from the connection's country. An
    e-mail address that the user chose among several readings is used unchanged.
    """
    if request.POST.get("exactly") == "email" and emails.is_address(text):
        return lookup.Lookup(lookup.Kind.EMAIL, address=text)
    reading = lookup.read(text)
    if not reading.needs_country:
        return reading
    connection, _unused = choose_connection(request)
    return lookup.read(text, request.POST.get("country") or (connection.country if connection is not None else ""))


@cdp_view(fresh=True)
def _find(request: Request, tenant: Tenant, reading: lookup.Lookup, text: str) -> HttpResponseBase:
    result = find_orders(tenant, reading.candidates)
    if result.only and not reading.mixed:
        if request.method == "POST":
            tenant.hand_over(result.only)
            return HttpResponseRedirect(order_address(request, result.only), status=HTTPStatus.SEE_OTHER)
        return show_order(request, tenant, open_order(tenant, result.only), result.only)
    if result.orders:
        return show_chooser(request, tenant, result, text, reading.also if reading.mixed else ())
    return show_not_found(request, tenant, result, text, reading.also, asked=", ".join(reading.candidates))


@cdp_view(fresh=True)
def _find_by_address(request: Request, tenant: Tenant, reading: lookup.Lookup) -> HttpResponseBase:
    return show_people(request, tenant, *_question(reading), also=reading.also)


def _address_everywhere(request: Request, reading: lookup.Lookup) -> HttpResponseBase:
    """Search the other connections for the e-mail address or phone number, as it was read for the current connection."""
    exactly = [("exactly", "email")] if reading.kind is lookup.Kind.EMAIL else []
    return search_people_everywhere(request, *_question(reading), posted=[("q", reading.address), *exactly])


def _question(reading: lookup.Lookup) -> tuple[access_log.Action, dict[str, str]]:
    if reading.kind is lookup.Kind.EMAIL:
        return access_log.Action.SEARCHED_EMAIL, {"email": reading.address}
    return access_log.Action.SEARCHED_PHONE, {"phone_number": reading.address}


def show_chooser(
    request: Request, tenant: Tenant, result: SearchResult, text: str, also: Sequence[lookup.Lookup] = ()
) -> HttpResponseBase:
    """List the orders found, newest first, for the user to choose one; the listing is recorded.

    `also` holds other readings of the text, which are offered as further searches. Raises AccessNotRecorded if the listing cannot be
    recorded.
    """
    record_listed(request, result)
    listed = [(order, order_address(request, order.ref) if order.ref else "") for order in result.orders]
    context: dict[str, Any] = {
        **trips_context(request, tenant, result.orders),
        "listed": listed,
        "rows": Rows(),
        "q": text[:SHOWN_OF_A_SEARCH],
        "partial": result.partial,
        "also": also,
        "countries": countries(also),
    }
    return render(request, "orders/chooser.html", context)


def record_listed(request: Request, result: SearchResult) -> None:
    """Record that the orders found were listed, with their booking references. Raises AccessNotRecorded if that fails."""
    references = dict.fromkeys(order.reference_id for order in result.orders if order.reference_id)
    access_log.record(
        request,
        access_log.Action.ORDERS_LISTED,
        connection=request.connection,
        reference=", ".join(references),
        outcome=outcomes.listed(len(result.orders), more=result.partial),
    )


def show_not_found(
    request: Request, tenant: Tenant, result: SearchResult, text: str, also: Sequence[lookup.Lookup] = (), *, asked: str
) -> HttpResponseBase:
    """Show a 404 page that says that nothing was found, what was searched for, and what else to try, such as the readings in `also`.

    The search is recorded with `asked`, the references searched for. Raises AccessNotRecorded if the search cannot be recorded.
    """
    access_log.record_miss(request, tenant.connection, asked)
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "looked": result.searches,
        "also": also,
        "countries": countries(also),
        "asked": {"name": tenant.connection.name, "region": tenant.connection.region},
        "other_connections": other_connections(request, tenant.connection, reverse("orders")),
        "posted": [("q", text)],
        "everywhere": reverse("orders"),
    }
    return render(request, "orders/not_found.html", context, status=404)


def countries(readings: Sequence[lookup.Lookup]) -> tuple[tuple[str, str], ...]:
    """The countries to choose from if one of the readings is a phone number whose country is unknown; otherwise ()."""
    return choices() if any(reading.needs_country for reading in readings) else ()


def _explain(request: Request, text: str, reading: lookup.Lookup) -> HttpResponseBase:
    """Show in one sentence why the text was not searched for (400), with the text and its possible readings."""
    itself = (replace(reading, also=()),) if reading.address or reading.national else ()
    also = (*itself, *reading.also)
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "sentence": not_searched(reading),
        "placeholder": reading.placeholder,
        "personal": bool(reading.address),
        "also": also,
        "countries": countries(also),
    }
    return render(request, "orders/not_searched.html", context, status=400)
