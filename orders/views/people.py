"""Who is on the order: contacts, travellers, one field revealed, a customer's other orders, and finding a customer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from orders import looks
from orders.cdp import errors
from orders.cdp.records import Loaded, Person
from orders.context import carried
from orders.desk import Desk
from orders.finding import find_people, load_guest_orders
from orders.itinerary.trip import Trip
from orders.masking import PersonCard, card
from orders.problems import describe
from orders.services import OpenedOrder, Traveller, load_contacts, load_travellers
from orders.views.asking import asks_the_cdp, choose_connection, in_words, with_action
from orders.views.panels import render_panel, wants_part
from orders.views.waiting import with_progress

MAY_REVEAL = "orders.reveal_personal_data"


@require_safe
@asks_the_cdp(panel="order_contacts")
def order_contacts(request: HttpRequest, desk: Desk, ref: str) -> HttpResponseBase:
    """The order's contacts, masked; a panel for htmx and a page for everyone else."""

    def show(loaded: Loaded[Person]) -> HttpResponse:
        looks.record(request, looks.What.CONTACTS_SEEN, connection=desk.connection, order_ref=ref)
        cards = [card(person, position) for position, person in enumerate(loaded.items, start=1)]
        return render_panel(request, "order_contacts", _people(request, desk, ref, "contact", cards, loaded))

    return with_progress(
        request, desk, partial(load_contacts, desk, ref), show, _guard(request, desk, "order_contacts")
    )


@require_safe
@asks_the_cdp(panel="order_travellers")
def order_travellers(request: HttpRequest, desk: Desk, ref: str) -> HttpResponseBase:
    """The order's travellers with passenger type and the flights each is on."""

    def show(answer: tuple[Loaded[Traveller], OpenedOrder]) -> HttpResponse:
        loaded, opened = answer
        looks.record(
            request,
            looks.What.TRAVELLERS_SEEN,
            connection=desk.connection,
            order_ref=ref,
            reference=opened.digest.reference,
            route="–".join(opened.trip.route),
        )
        cards = [_traveller_card(traveller, n, opened.trip) for n, traveller in enumerate(loaded.items, start=1)]
        return render_panel(request, "order_travellers", _people(request, desk, ref, "traveller", cards, loaded))

    return with_progress(
        request, desk, partial(load_travellers, desk, ref), show, _guard(request, desk, "order_travellers")
    )


def _guard(
    request: HttpRequest, desk: Desk, panel: str
) -> Callable[[Callable[[], HttpResponseBase]], HttpResponseBase]:
    return partial(in_words, request, desk.connection, panel)


@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Show one hidden field of one person, or all of them, to somebody who may; refuse and record everybody else."""
    if not request.user.has_perm(MAY_REVEAL):
        return _refuse(request, ref)
    if request.method != "POST":
        return redirect(reverse("order_contacts", args=[ref]) + carried(request))
    return _reveal(request, ref)


@asks_the_cdp()
def _reveal(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    kind = "traveller" if request.POST.get("kind") == "traveller" else "contact"
    field = request.POST.get("field", "all")[:80]
    wanted = request.POST.get("person", "")
    cards, loaded = _cards(desk, ref, kind, wanted, field)
    chosen = next((shown for shown in cards if shown.ref == wanted), None)
    if chosen is None:
        raise errors.NotFound("no such person on this order")
    outcome = f"shown: {kind} {field}"[:60]
    looks.record(request, looks.What.FIELD_REVEALED, connection=desk.connection, order_ref=ref, outcome=outcome)
    context = _people(request, desk, ref, kind, cards, loaded)
    if wants_part(request):
        return render(request, "orders/_person.html", {**context, "card": chosen})
    return render_panel(request, f"order_{kind}s", context)


def _cards(desk: Desk, ref: str, kind: str, wanted: str, field: str) -> tuple[list[PersonCard], Loaded[Any]]:
    """The order's people of one kind, with the wanted person's field shown."""
    if kind == "traveller":
        travellers, opened = load_travellers(desk, ref)
        return [
            _traveller_card(traveller, n, opened.trip, {field} if _is(traveller.person, n, wanted) else set())
            for n, traveller in enumerate(travellers.items, start=1)
        ], travellers
    contacts = load_contacts(desk, ref)
    return [
        card(person, n, reveal={field} if _is(person, n, wanted) else set())
        for n, person in enumerate(contacts.items, start=1)
    ], contacts


def _is(person: Person, position: int, wanted: str) -> bool:
    return (person.ref or f"n{position}") == wanted


def _refuse(request: HttpRequest, ref: str) -> HttpResponse:
    connection, _problem = choose_connection(request)
    looks.record(request, looks.What.REVEAL_REFUSED, connection=connection, order_ref=ref, outcome="refused")
    return render(request, "403.html", {"may_not_reveal": True}, status=403)


def _traveller_card(traveller: Traveller, position: int, trip: Trip, shown: set[str] | None = None) -> PersonCard:
    indexes = {index for index, _item in traveller.items}
    flights = [flight for flight in trip.flights if indexes.intersection(flight.item_indexes)]
    labels = tuple(
        f"{flight.carrier} {flight.flight_number} {flight.origin.place.code}–{flight.destination.place.code}".strip()
        for flight in flights
    )
    types = tuple(dict.fromkeys(item.passenger_type_code for _i, item in traveller.items if item.passenger_type_code))
    return card(traveller.person, position, reveal=shown or (), passenger_types=types, flights=labels)


def _people(
    request: HttpRequest, desk: Desk, ref: str, kind: str, cards: list[PersonCard], loaded: Loaded[Any]
) -> dict[str, Any]:
    problem = loaded.problem
    return {
        "order_ref": ref,
        "reference": ref,
        "kind": kind,
        "people": cards,
        "loaded": len(cards),
        "missing": loaded.missing,
        "complete": loaded.complete,
        "problem": None,
        "partial": with_action(request, describe(problem)) if problem is not None else None,
        "may_reveal": request.user.has_perm(MAY_REVEAL),
        "calls": desk.calls,
        "seconds": desk.seconds,
    }


@require_safe
@asks_the_cdp(panel="guest_orders")
def guest_orders(request: HttpRequest, desk: Desk, ref: str, guest_ref: str) -> HttpResponse:
    """The other orders of the guest behind a contact or traveller, newest first."""
    loaded = load_guest_orders(desk, guest_ref)
    looks.record(request, looks.What.GUEST_ORDERS_SEEN, connection=desk.connection, order_ref=ref)
    problem = loaded.problem
    context = {
        "orders": loaded.items,
        "missing": loaded.missing,
        "complete": loaded.complete,
        "partial": with_action(request, describe(problem)) if problem is not None else None,
        "order_ref": ref,
        "reference": ref,
        "guest_ref": guest_ref,
    }
    return render_panel(request, "guest_orders", context)


@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: HttpRequest) -> HttpResponseBase:
    """A second form for names, which no single field could tell from references. Posted, so that a name stands in no URL."""
    if request.method != "POST":
        return render(request, "orders/find_person.html", {})
    names = {name: request.POST.get(name, "").strip()[:100] for name in ("first_name", "last_name")}
    if not names["last_name"]:
        return render(request, "orders/find_person.html", {**names, "missing_name": True}, status=400)
    return _find_by_name(request, **names)


@asks_the_cdp(fresh=True)
def _find_by_name(request: HttpRequest, desk: Desk, first_name: str, last_name: str) -> HttpResponse:
    wanted = {"last_name": last_name, **({"first_name": first_name} if first_name else {})}
    return show_people(request, desk, looks.What.SEARCHED_NAME, **wanted)


def show_people(request: HttpRequest, desk: Desk, what: looks.What, **wanted: str) -> HttpResponse:
    """All guests found, each named apart with all their orders. The look is recorded with a keyed hash of what was asked."""
    found = find_people(desk, **wanted)
    subject = looks.hashed(" ".join(wanted.values()).strip().lower())
    outcome = f"{len(found.items)} found"
    looks.record(request, what, connection=desk.connection, subject=subject, outcome=outcome)
    guests = [
        {
            "card": card(one.guest, position),
            "orders": one.orders.items,
            "complete": one.orders.complete,
            "partial": describe(one.orders.problem) if one.orders.problem is not None else None,
        }
        for position, one in enumerate(found.items, start=1)
    ]
    context = {
        "guests": guests,
        "by": str(what),
        "missing": found.missing,
        "complete": found.complete,
        "partial": describe(found.problem) if found.problem is not None else None,
        "asked": {"name": desk.connection.name, "region": desk.connection.region},
    }
    return render(request, "orders/people_found.html", context, status=200 if guests else 404)
