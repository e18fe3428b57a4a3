"""Search for a reference over all other connections of the user at once, after one of them had no such order."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.context import carried_to
from orders import problems
from orders.cdp import errors
from orders.cdp.records import Order
from orders.http import Request
from orders.models import Connection
from orders.privacy import access_log
from orders.search_text import lookup
from orders.services.search import Found, find_orders
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view

SHOWN_OF_A_SEARCH = 200
MOST_CONNECTIONS = 12


@cdp_view(fresh=True)
def search_everywhere(request: Request, tenant: Tenant, reading: lookup.Lookup, text: str) -> HttpResponseBase:
    """Search all other connections in parallel. Open the only order found; otherwise list each connection's answer.

    Each search is recorded with its connection.
    """
    others = Connection.objects.for_user(request.user).select_related("user").exclude(pk=tenant.connection.pk)
    connections = [each for each in others[:MOST_CONNECTIONS] if each.is_confirmed]
    found = tenant.reader.run_parallel([partial(_search, request, each, reading) for each in connections])
    pairs = list(zip(connections, found, strict=True))
    for connection, answer in pairs:
        _record(request, connection, answer, reading)
    opened = [(each, answer.only) for each, answer in pairs if isinstance(answer, Found) and answer.orders]
    complete = all(isinstance(answer, Found) and not answer.partial for _each, answer in pairs)
    if complete and len(opened) == 1 and opened[0][1]:
        connection, ref = opened[0]
        return HttpResponseRedirect(_address(request, connection, ref), status=HTTPStatus.SEE_OTHER)
    context = {"q": text[:SHOWN_OF_A_SEARCH], "answers": [_listed(request, *pair) for pair in pairs]}
    return render(request, "orders/everywhere.html", context, status=200 if opened else 404)


def _search(request: Request, connection: Connection, reading: lookup.Lookup) -> Found:
    return find_orders(Tenant(connection, session_key=request.session.session_key or ""), reading.candidates)


def _record(request: Request, connection: Connection, answer: Found | errors.CdpError, reading: lookup.Lookup) -> None:
    if isinstance(answer, Found) and answer.orders:
        references = ", ".join(dict.fromkeys(order.reference_id for order in answer.orders if order.reference_id))
        outcome = f"{len(answer.orders)} listed" + (", perhaps more" if answer.partial else "")
        what = access_log.Action.ORDERS_LISTED
        access_log.record(request, what, connection=connection, reference=references, outcome=outcome)
    else:
        access_log.record_miss(request, connection, ", ".join(reading.candidates))


def _listed(request: Request, connection: Connection, answer: Found | errors.CdpError) -> dict[str, Any]:
    if isinstance(answer, errors.CdpError):
        return {"name": connection.name, "problem": problems.describe(answer), "orders": [], "partial": False}
    orders: list[tuple[Order, str]] = [
        (order, _address(request, connection, order.ref) if order.ref else "") for order in answer.orders
    ]
    return {"name": connection.name, "problem": None, "orders": orders, "partial": answer.partial}


def _address(request: Request, connection: Connection, ref: str) -> str:
    return reverse("order", args=[ref]) + carried_to(request, connection.name)
