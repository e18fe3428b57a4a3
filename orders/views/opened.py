"""The page of an order, whichever URL or search led to it, and the recording of access to orders."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import views_all_activity
from accounts.context import carried_by_redirect
from orders.display.alerts import alert_lines
from orders.display.answers import answers
from orders.display.customer_text import customer_text
from orders.display.internal_note import internal_note
from orders.display.item_groups import item_groups, positions
from orders.display.journey_bar import Pictures
from orders.display.rows import SMALL_ROOM, Rows
from orders.http import Request
from orders.privacy import access_log
from orders.privacy.outcomes import Fixed, Outcome
from orders.services.changes import Changes, changes_since, view_of
from orders.services.orders import OpenedOrder
from orders.services.tenant import Tenant
from orders.storage.combined_statement import Row, RowStatement
from orders.views.links import link_query
from orders.views.next_step import partial_problem
from orders.views.panels import rows_of, starting
from orders.views.pinned import is_pinned


def order_address(request: Request, ref: str) -> str:
    """The URL of an order's page, with the request's connection and ticket carried along."""
    return reverse("order", args=[ref]) + carried_by_redirect(request)


def show_order(request: Request, tenant: Tenant, opened: OpenedOrder, ref: str) -> HttpResponse:
    """Record that the order was opened, and return its page. `ref` is the ref or text that led to the order.

    Raises AccessNotRecorded if the opening cannot be recorded.
    """
    changes = record_view(request, tenant, opened, ref)
    through = tenant.connection.pk
    context = {
        **page_of(request, tenant, opened, ref),
        "changes": changes,
        "viewers": _viewers(request, opened, ref),
        "through": through,
        "pinned": is_pinned(request, opened.order.ref or ref, through),
    }
    return render(request, "orders/order.html", context)


def record_view(request: Request, tenant: Tenant, opened: OpenedOrder, ref: str) -> Changes | None:
    """Record that the order was opened, and return the changes since an earlier view, or None. The view from `view_of`, if any, is stored.

    Raises AccessNotRecorded if the opening cannot be recorded.
    """
    view = view_of(request.user, tenant, opened)
    keep = view.change if view is not None else None
    returned = record_access(request, tenant, access_log.Action.ORDER_OPENED, opened, ref, change=keep)
    return changes_since(view, returned, opened)


def _viewers(request: Request, opened: OpenedOrder, ref: str) -> list[tuple[str, int]]:
    """The other people who opened the order in the last day, latest first, as (name, minutes ago); [] unless the user sees activity."""
    if not views_all_activity(request):
        return []
    others = access_log.others_who_opened(request, opened.order.ref or ref)
    return [(name, ago // timedelta(minutes=1)) for name, ago in others]


def page_of(request: Request, tenant: Tenant, opened: OpenedOrder, ref: str) -> dict[str, Any]:
    """The template context of an order, for its page and for the summary in a frame."""
    trip = opened.trip
    problem = opened.order.items_problem
    now = timezone.now()
    flights = rows_of(request, tenant, "flights", len(trip.flights))
    items = rows_of(request, tenant, "items", len(opened.order.items))
    groups = item_groups(opened.order)
    address = request.build_absolute_uri(reverse("order", args=[opened.order.ref or ref]))
    link = address + link_query(request, tenant.connection)
    alerts = alert_lines(opened.order, opened.summary, trip, now)
    return {
        "flights": flights,
        "items": items,
        "groups": groups,
        "others": Rows(room=SMALL_ROOM, in_time=tenant.in_time),
        "extras": Rows(room=SMALL_ROOM, in_time=tenant.in_time),
        "starting": partial(starting, request),
        "to_row": partial(_to_row, request, opened, ref, flights, items, positions(groups)),
        "order": opened.order,
        "order_ref": opened.order.ref or ref,
        "reference": opened.summary.reference or ref,
        "trip": trip,
        "summary": opened.summary,
        "answers": answers(opened.order, opened.summary, trip, now),
        "alerts": alerts,
        "now": now,
        "items_problem": partial_problem(request, problem),
        "pictures": Pictures(trip),
        "customer_text": ""
        if opened.summary.segments_left
        else customer_text(opened.order, trip, opened.summary.others),
        "internal_note": internal_note(
            opened.order, trip, opened.summary, alerts, connection=str(tenant.connection), as_of=opened.as_of, link=link
        ),
        "link": link,
        "as_of": opened.as_of,
        "calls": tenant.reader.calls,
        "seconds": tenant.reader.seconds,
        "canonical": address,
        "strip_of": tenant.strip_of,
    }


def _to_row(
    request: Request, opened: OpenedOrder, ref: str, flights: Rows, items: Rows, places: dict[int, int], anchor: str
) -> str:
    """The link to the row with this anchor. If the row is not on this page, the link opens the order's page at that row."""
    kind, _dash, name = anchor.partition("-")
    if kind == "item" and not items.holds(places[int(name)]):
        return _elsewhere(request, opened, ref, "items", places[int(name)]) + f"#{anchor}"
    if kind == "flight" and not flights.whole:
        position = next((at for at, flight in enumerate(opened.trip.flights, start=1) if flight.key == name), 0)
        if not flights.holds(position):
            return _elsewhere(request, opened, ref, "flights", position) + f"#{anchor}"
    return f"#{anchor}"


def _elsewhere(request: Request, opened: OpenedOrder, ref: str, name: str, position: int) -> str:
    return reverse("order", args=[opened.order.ref or ref]) + starting(request, name, position)


def record_access(
    request: Request,
    tenant: Tenant,
    what: access_log.Action,
    opened: OpenedOrder,
    ref: str,
    *,
    outcome: Outcome = Fixed.SHOWN,
    change: RowStatement | None = None,
) -> Row:
    """Record an access to the order, run `change` along with the record, and return the row that `change` returns.

    Returns () if there is no `change`, or if it fails. `ref` is recorded only if the order itself has no ref. Raises AccessNotRecorded
    if the access cannot be recorded.
    """
    return access_log.record(
        request,
        what,
        connection=tenant.connection,
        order_ref=opened.order.ref or ref,
        reference=opened.summary.reference,
        route="–".join(opened.trip.route),
        departs=opened.trip.first.departs.day if opened.trip.first else None,
        outcome=outcome,
        change=change,
    )
