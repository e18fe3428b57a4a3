"""A customer and all their orders: of somebody on an order, or of whoever a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from orders import looks
from orders.cdp import errors
from orders.cdp.records import Loaded, Order
from orders.desk import Desk
from orders.display.rows import Rows
from orders.finding import GuestOrders, find_people
from orders.lookup import Lookup
from orders.masking import card
from orders.people import load_orders_of_guest
from orders.problems import describe
from orders.search_text.names import normalize, spellings
from orders.views.asking import asks_the_cdp
from orders.views.panels import render_panel, rows_of, starting
from orders.views.people import how_much, told
from orders.views.waiting import with_progress

SOUGHT = ("first_name", "last_name", "email", "phone_number")  # in the order in which they are repeated to the agent


@require_safe
@asks_the_cdp(panel="guest_orders")
def guest_orders(request: HttpRequest, desk: Desk, ref: str, guest_ref: str) -> HttpResponseBase:
    """The orders of the guest behind a contact or traveller of this order, newest first; the order itself is marked."""

    def record(outcome: str) -> None:
        what, subject = looks.What.GUEST_ORDERS_SEEN, looks.hashed(guest_ref)
        looks.record(request, what, connection=desk.connection, order_ref=ref, subject=subject, outcome=outcome)

    def load() -> Loaded[Order] | errors.NotFound:
        try:
            return load_orders_of_guest(desk, ref, guest_ref)
        except errors.NotFound as error:
            return error  # to be recorded before it is told

    def show(loaded: Loaded[Order] | errors.NotFound) -> HttpResponse:
        if isinstance(loaded, errors.NotFound):
            record("not shown: nobody on this order")
            raise loaded
        record(how_much(loaded))
        context = {
            "orders": loaded.items,
            "others": sum(1 for order in loaded.items if (order.ref or "").lower() != ref.lower()),
            "missing": loaded.missing,
            "complete": loaded.complete,
            "partial": told(request, loaded.problem),
            "order_ref": ref,
            "reference": ref,
            "guest_ref": guest_ref,
            "rows": rows_of(request, desk, "orders", len(loaded.items)),
            "starting": partial(starting, request),
        }
        return render_panel(request, "guest_orders", context)

    return with_progress(request, desk, "guest_orders", load, show, of="orders")


@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: HttpRequest) -> HttpResponseBase:
    """A second form for names, which no single field could tell from references. Posted, so that a name stands in no URL."""
    if request.method != "POST":
        return render(request, "orders/find_person.html", {})
    names = {name: normalize(request.POST.get(name, ""))[:100].strip() for name in ("first_name", "last_name")}
    if not names["last_name"]:
        return render(request, "orders/find_person.html", {**names, "missing_name": True}, status=400)
    return _find_by_name(request, **names)


@asks_the_cdp(fresh=True)
def _find_by_name(request: HttpRequest, desk: Desk, first_name: str, last_name: str) -> HttpResponse:
    questions = [
        {"last_name": last, **({"first_name": first} if first else {})}
        for first, last in spellings(first_name, last_name)
    ]
    return show_people(request, desk, looks.What.SEARCHED_NAME, *questions)


def show_people(
    request: HttpRequest, desk: Desk, what: looks.What, *questions: dict[str, str], also: Sequence[Lookup] = ()
) -> HttpResponse:
    """All guests found, each named apart with all their orders. The look is recorded with a keyed hash of the first question.

    `also` are other readings of what was pasted, offered beside the result.

    Raises a CdpError where nobody was found and not everybody could be read: that is no "nobody". The record says so too.
    """
    subject = looks.hashed(" ".join(questions[0].values()).strip().lower())
    try:
        found = _people(desk, questions)
    except errors.CdpError as error:
        outcome = f"failed: {describe(error).code}"
        looks.record(request, what, connection=desk.connection, subject=subject, outcome=outcome)
        raise
    looks.record(request, what, connection=desk.connection, subject=subject, outcome=_outcome(found))
    guests = [
        {
            "card": card(one.guest, position, country=desk.connection.country),
            "orders": one.orders.items,
            "complete": one.orders.complete,
            "missing": one.orders.missing,
            "partial": describe(one.orders.problem) if one.orders.problem is not None else None,
        }
        for position, one in enumerate(found.items, start=1)
    ]
    context: dict[str, Any] = {
        "guests": guests,
        "persons": Rows(in_time=desk.in_time),
        "rows": Rows(in_time=desk.in_time),
        "by": str(what),
        "sought": " ".join(questions[0][name] for name in SOUGHT if name in questions[0]),
        "also": also,
        "countries": (),
        "missing": found.missing,
        "complete": found.complete,
        "partial": describe(found.problem) if found.problem is not None else None,
        "again": _again(request) if _failed(found) else [],
        "asked": {"name": desk.connection.name, "region": desk.connection.region},
    }
    return render(request, "orders/people_found.html", context, status=200 if guests else 404)


def _people(desk: Desk, questions: Sequence[dict[str, str]]) -> Loaded[GuestOrders]:
    found = find_people(desk, *questions)
    if not found.items and not found.complete:
        raise found.problem or errors.Unreadable("the list of people could not be read to its end")
    return found


def _outcome(found: Loaded[GuestOrders]) -> str:
    """ "2 found", with what is known to be missing: people, and people whose orders did not all come."""
    without = sum(1 for one in found.items if not one.orders.complete)
    parts = [f"{len(found.items)} found"]
    if found.missing:
        parts.append(f"{found.missing} not loaded")
    elif not found.complete:
        parts.append("perhaps more")
    if without:
        parts.append(f"orders of {without} incomplete")
    return ", ".join(parts)


def _failed(found: Loaded[GuestOrders]) -> bool:
    """Whether asking again may bring more. Where too many fit, only another question does."""
    people = found.complete or isinstance(found.problem, errors.TooMany)
    return not (people and all(one.orders.complete for one in found.items))


def _again(request: HttpRequest) -> list[tuple[str, str]]:
    """The search as it was posted, for the form that repeats it; what was typed stands in no URL."""
    return [
        (name, request.POST[name])
        for name in ("q", "country", "exactly", "first_name", "last_name")
        if name in request.POST
    ]
