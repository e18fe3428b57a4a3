"""An order that was read, as a page: shown in the answer to whatever address or search led to it, and recorded once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from orders import looks
from orders.context import carried
from orders.desk import Desk
from orders.itinerary import picture, wording
from orders.problems import describe
from orders.services import OpenedOrder
from orders.speech import speaker
from orders.views.asking import with_action


def order_address(request: HttpRequest, ref: str) -> str:
    """The address of an order's page, with connection and ticket carried along."""
    return reverse("order", args=[ref]) + carried(request)


def show_order(request: HttpRequest, desk: Desk, opened: OpenedOrder, ref: str) -> HttpResponse:
    """The page of an order, which names itself by its ref; `ref` is what the address or the search names it by."""
    record_look(request, desk, looks.What.ORDER_OPENED, opened, ref)
    return render(request, "orders/order.html", _page(request, desk, opened, ref))


def _page(request: HttpRequest, desk: Desk, opened: OpenedOrder, ref: str) -> dict[str, Any]:
    trip, say = opened.trip, speaker()
    problem = opened.order.items_problem
    return {
        "order": opened.order,
        "order_ref": opened.order.ref or ref,
        "reference": opened.digest.reference or ref,
        "trip": trip,
        "digest": opened.digest,
        "items_problem": with_action(request, describe(problem)) if problem is not None else None,
        "pictures": {journey.key: picture.draw(journey, say) for journey in trip.journeys},
        "itinerary_text": (
            wording.as_text(trip, reference=opened.digest.reference, _=say) if trip.journeys or trip.untimed else ""
        ),
        "as_of": opened.as_of,
        "calls": desk.calls,
        "seconds": desk.seconds,
        "canonical": request.build_absolute_uri(reverse("order", args=[opened.order.ref or ref])),
    }


def record_look(
    request: HttpRequest, desk: Desk, what: looks.What, opened: OpenedOrder, ref: str, outcome: str = "shown"
) -> None:
    """Record a look at the order under its ref and reference; `ref` is what the address names it by."""
    looks.record(
        request,
        what,
        connection=desk.connection,
        order_ref=opened.order.ref or ref,
        reference=opened.digest.reference,
        route="–".join(opened.trip.route),
        outcome=outcome,
    )
