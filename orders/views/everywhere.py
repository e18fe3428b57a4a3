"""Search the user's other connections, all in parallel, for a reference that the current one does not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from orders.models import AnyConnection
from orders.privacy import access_log, outcomes
from orders.search_text import lookup
from orders.services.connections import usable_by
from orders.services.listed import TripLine, trip_lines
from orders.services.search import SearchResult, find_orders
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view

SHOWN_OF_A_SEARCH = 200
MOST_CONNECTIONS = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of the search on one connection: the orders found and their trips, or the error."""

    connection: AnyConnection
    result: SearchResult | errors.CdpError
    trips: Mapping[str, TripLine] = field(default_factory=dict)

    @property
    def orders(self) -> Sequence[Order]:
        return self.result.orders if isinstance(self.result, SearchResult) else ()

    @property
    def partial(self) -> bool:
        """Whether the connection may have more orders than were found."""
        return not isinstance(self.result, SearchResult) or self.result.partial


@cdp_view(fresh=True)
def search_everywhere(request: Request, tenant: Tenant, reading: lookup.Lookup, text: str) -> HttpResponseBase:
    """Search the user's other connections in parallel, and list the result of each; 404 if no order was found.

    If all of them could be searched completely and only one order was found, redirect to it. Each search is recorded with its connection.
    """
    connections, not_asked = others_of(request, tenant)
    answers_or_errors = tenant.reader.run_parallel([partial(_search, request, each, reading) for each in connections])
    answers = [
        Answer(each, answer_or_error) if isinstance(answer_or_error, errors.CdpError) else answer_or_error
        for each, answer_or_error in zip(connections, answers_or_errors, strict=True)
    ]
    for answer in answers:
        _record(request, answer, reading)
    having = [answer for answer in answers if answer.orders]
    complete = not not_asked and not any(answer.partial for answer in answers)
    if complete and len(having) == 1 and isinstance(having[0].result, SearchResult) and having[0].result.only:
        address = _address(request, having[0].connection, having[0].result.only)
        return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "answers": [_listed(request, answer) for answer in answers],
        "not_asked": not_asked,
    }
    return render(request, "orders/everywhere.html", context, status=200 if having else 404)


def others_of(request: Request, tenant: Tenant) -> tuple[list[AnyConnection], list[str]]:
    """The other connections to search, and the names of those left out: unconfirmed ones, and any beyond the first MOST_CONNECTIONS."""
    others = [each for each in usable_by(request.user) if each.pk != tenant.connection.pk]
    connections = [each for each in others if each.is_confirmed][:MOST_CONNECTIONS]
    return connections, [each.name for each in others if each not in connections]


def _search(request: Request, connection: AnyConnection, reading: lookup.Lookup) -> Answer:
    tenant = Tenant(connection, session_key=request.session.session_key or "")
    result = find_orders(tenant, reading.candidates)
    return Answer(connection, result, trip_lines(tenant, result.orders))


def _record(request: Request, answer: Answer, reading: lookup.Lookup) -> None:
    if answer.orders:
        references = ", ".join(dict.fromkeys(order.reference_id for order in answer.orders if order.reference_id))
        outcome = outcomes.listed(len(answer.orders), more=answer.partial)
        what = access_log.Action.ORDERS_LISTED
        access_log.record(request, what, connection=answer.connection, reference=references, outcome=outcome)
        return
    asked = ", ".join(reading.candidates)
    if isinstance(answer.result, errors.CdpError):
        outcome = problems.describe(answer.result).outcome
        what = access_log.Action.SEARCHED_REFERENCE
        access_log.record(request, what, connection=answer.connection, reference=asked, outcome=outcome)
    else:
        access_log.record_miss(request, answer.connection, asked)


def _listed(request: Request, answer: Answer) -> dict[str, Any]:
    failed = isinstance(answer.result, errors.CdpError)
    return {
        "name": answer.connection.name,
        "problem": problems.describe(answer.result) if isinstance(answer.result, errors.CdpError) else None,
        "orders": [
            (order, _address(request, answer.connection, order.ref) if order.ref else "") for order in answer.orders
        ],
        "trips": answer.trips,
        "partial": answer.partial and not failed,
    }


def _address(request: Request, connection: AnyConnection, ref: str) -> str:
    return reverse("order", args=[ref]) + carried_to(request, connection.name)
