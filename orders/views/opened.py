"""An order that was read, as a page: shown in the answer to whatever address or search led to it, and recorded once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.context import carried_by_redirect
from accounts.language import translator
from orders.display.rows import SMALL_ROOM, Rows
from orders.itinerary import picture, wording
from orders.itinerary.trip import Trip
from orders.privacy import access_log
from orders.problems import describe
from orders.services.orders import OpenedOrder
from orders.services.tenant import Tenant
from orders.views.cdp_view import with_action
from orders.views.panels import rows_of, starting


def order_address(request: HttpRequest, ref: str) -> str:
    """The address of an order's page, with connection and ticket carried along."""
    return reverse("order", args=[ref]) + carried_by_redirect(request)


def show_order(request: HttpRequest, tenant: Tenant, opened: OpenedOrder, ref: str) -> HttpResponse:
    """The page of an order, which names itself by its ref; `ref` is what the address or the search names it by."""
    record_look(request, tenant, access_log.What.ORDER_OPENED, opened, ref)
    return render(request, "orders/order.html", _page(request, tenant, opened, ref))


def _page(request: HttpRequest, tenant: Tenant, opened: OpenedOrder, ref: str) -> dict[str, Any]:
    trip, say = opened.trip, translator()
    problem = opened.order.items_problem
    flights = rows_of(request, tenant, "flights", len(trip.flights))
    items = rows_of(request, tenant, "items", len(opened.order.items))
    return {
        "flights": flights,
        "items": items,
        "others": Rows(room=SMALL_ROOM, in_time=tenant.in_time),
        "extras": Rows(room=SMALL_ROOM, in_time=tenant.in_time),
        "starting": partial(starting, request),
        "to_row": partial(_to_row, request, opened, ref, flights, items),
        "order": opened.order,
        "order_ref": opened.order.ref or ref,
        "reference": opened.digest.reference or ref,
        "trip": trip,
        "digest": opened.digest,
        "items_problem": with_action(request, describe(problem)) if problem is not None else None,
        "pictures": _Pictures(trip, say),
        "itinerary_text": (
            wording.as_text(trip, reference=opened.digest.reference, _=say) if trip.journeys or trip.untimed else ""
        ),
        "as_of": opened.as_of,
        "calls": tenant.calls,
        "seconds": tenant.seconds,
        "canonical": request.build_absolute_uri(reverse("order", args=[opened.order.ref or ref])),
    }


class _Pictures:
    """The pictures of a trip's journeys by their keys, each drawn when the page comes to it."""

    def __init__(self, trip: Trip, say: Callable[[str], str]) -> None:
        self._journeys = {journey.key: journey for journey in trip.journeys}
        self._say = say

    def __getitem__(self, key: str) -> picture.Picture | None:
        return picture.draw(self._journeys[key], self._say)


def _to_row(request: HttpRequest, opened: OpenedOrder, ref: str, flights: Rows, items: Rows, anchor: str) -> str:
    """The way to a row by its anchor: on this page, or on the one that starts with it."""
    kind, _dash, name = anchor.partition("-")
    if kind == "item" and not items.holds(int(name)):
        return _elsewhere(request, opened, ref, "items", int(name)) + f"#{anchor}"
    if kind == "flight" and not flights.whole:
        position = next((at for at, flight in enumerate(opened.trip.flights, start=1) if flight.key == name), 0)
        if not flights.holds(position):
            return _elsewhere(request, opened, ref, "flights", position) + f"#{anchor}"
    return f"#{anchor}"


def _elsewhere(request: HttpRequest, opened: OpenedOrder, ref: str, name: str, position: int) -> str:
    return reverse("order", args=[opened.order.ref or ref]) + starting(request, name, position)


def record_look(
    request: HttpRequest, tenant: Tenant, what: access_log.What, opened: OpenedOrder, ref: str, outcome: str = "shown"
) -> None:
    """Record a look at the order under its ref and reference; `ref` is what the address names it by."""
    access_log.record(
        request,
        what,
        connection=tenant.connection,
        order_ref=opened.order.ref or ref,
        reference=opened.digest.reference,
        route="–".join(opened.trip.route),
        outcome=outcome,
    )
