"""The order page and its contacts, as one would first write them."""

from __future__ import annotations

import os
import time
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bench.peers import order
from bench.peers.plain.models import AccessRecord
from bench.peers.web import HEADERS, REF

UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")
CREDENTIAL = (os.environ.get("BENCH_CLIENT_KEY", ""), os.environ.get("BENCH_TOKEN", ""))


def get(path: str) -> dict[str, Any]:
    """One answer of the CDP, over a new connection.

    Raises Http404 if its status is 404, an exception of `requests` if the call fails, or ValueError if the answer is not a JSON object.
    """
    answer = requests.get(UPSTREAM + path, auth=CREDENTIAL, headers={"Accept": "application/json"}, timeout=(2, 6))
    if answer.status_code == 404:
        raise Http404("The CDP does not know this order.")
    answer.raise_for_status()
    return order.parse(answer.content)


def pages(path: str, more: str = "") -> list[Any]:
    """All rows of a collection, page after page."""
    rows: list[Any] = []
    while True:
        page = get(f"{path}?limit={order.PAGE}&offset={len(rows)}{more}")
        rows += page["items"]
        if len(page["items"]) < order.PAGE:
            return rows


def record(request: HttpRequest, what: str, ref: str, reference: str = "", route: str = "") -> str:
    request_id = uuid.uuid4().hex
    AccessRecord.objects.create(
        user_id=request.user.pk,
        user_name=request.user.get_username(),
        what=what,
        order_ref=ref,
        reference=reference,
        route=route,
        connection_name="Bench (bench)",
        request_id=request_id,
        ticket=request.GET.get("ticket", "")[:64],
    )
    return request_id


@require_safe
@login_required
def order_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One order with all its items."""
    if not REF.fullmatch(ref):
        raise Http404("Not a reference.")
    began = time.perf_counter()
    path, calls = f"/v2/orders/{quote(ref, safe='')}", 1
    body = get(f"{path}?expand=orderItems")
    if order.needs_more(body):
        body["orderItems"]["items"] = pages(f"{path}/orderItems", "&expand=true")
        calls += 1 + len(body["orderItems"]["items"]) // order.PAGE
    seconds = time.perf_counter() - began
    now = datetime.now(UTC)
    seen = order.view(body, now)
    request_id = record(request, "order_opened", body["ref"], seen["reference"], "–".join(seen["route"]))
    about = {"agent": {"name": request.user.get_username()}, "csrf": get_token(request), "now": now}
    response = render(request, "order.html", {**seen, **about, "calls": calls, "seconds": seconds})
    for name, value in HEADERS.items():
        response[name] = value
    response["X-Request-Id"] = request_id
    return response


@require_safe
@login_required
def contacts(request: HttpRequest, ref: str) -> HttpResponse:
    """The page of the contacts: their references are read first, and then each contact."""
    if not REF.fullmatch(ref):
        raise Http404("Not a reference.")
    listed = pages(f"/v2/orders/{quote(ref, safe='')}/contacts")
    people = [get(f"/v2/orderContacts/{quote(row['href'].rpartition('/')[2], safe='')}") for row in listed]
    record(request, "contacts_seen", ref)
    return render(request, "contacts.html", {"people": people})
