"""Search results: the order, a chooser, people, or a page that says why nothing was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.context import carried_by_redirect, carried_to
from orders.display.countries import choices
from orders.display.rows import Rows
from orders.models import Connection
from orders.privacy import access_log
from orders.search_text import emails, lookup
from orders.services.orders import open_order
from orders.services.search import Found, find_orders
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view, choose_connection
from orders.views.found_people import show_people
from orders.views.opened import order_address, show_order

NO_REFERENCE = {"search": "empty"}  # how the start page learns that a link held none


SHOWN_OF_A_SEARCH = 200  # characters of a search text that a page repeats


def search(request: HttpRequest, text: str) -> HttpResponseBase:
    """Search for `text`. What speaks of a person is searched only if it was posted; a link with it leads to a form that posts it."""
    reading = read(request, text)
    if reading.kind == "reference":
        return _find(request, reading, text)
    if reading.kind in {"email", "phone"} and request.method == "POST":
        return _find_by_address(request, reading)
    if reading.kind == "empty" and request.method == "POST" and text.strip():
        return _explain(request, text, replace(reading, why="no reference"))
    if reading.kind == "empty":
        return redirect(
            reverse("home") + carried_by_redirect(request, **({} if request.method == "POST" else NO_REFERENCE))
        )
    if reading.kind == "name":
        names = {"first_name": reading.first_name, "last_name": reading.last_name}
        return render(request, "orders/find_person.html", {**names, "pasted": True})
    return _explain(request, text, reading)


def read(request: HttpRequest, text: str) -> lookup.Lookup:
    """Read a search text; national phone numbers with the country chosen on the page, or else the connection's.

    An e-mail address that was chosen among several readings is that address, and not read once more.
    """
    if request.POST.get("exactly") == "email" and emails.is_address(text):
        return lookup.Lookup("email", address=text)
    reading = lookup.read(text)
    if not reading.needs_country:
        return reading
    connection, _unused = choose_connection(request)
    return lookup.read(text, request.POST.get("country") or (connection.country if connection is not None else ""))


@cdp_view(fresh=True)
def _find(request: HttpRequest, tenant: Tenant, reading: lookup.Lookup, text: str) -> HttpResponseBase:
    found = find_orders(tenant, reading.candidates)
    if found.only and not reading.mixed:
        if request.method == "POST":
            tenant.hand_over(found.only)
            return redirect(order_address(request, found.only))
        return show_order(request, tenant, open_order(tenant, found.only), found.only)
    if found.orders:
        return show_chooser(request, found, text, reading.also if reading.mixed else ())
    return show_not_found(request, tenant, found, text, reading.also, asked=", ".join(reading.candidates))


@cdp_view(fresh=True)
def _find_by_address(request: HttpRequest, tenant: Tenant, reading: lookup.Lookup) -> HttpResponseBase:
    if reading.kind == "email":
        question = {"email": reading.address}
        return show_people(request, tenant, access_log.What.SEARCHED_EMAIL, question, also=reading.also)
    question = {"phone_number": reading.address}
    return show_people(request, tenant, access_log.What.SEARCHED_PHONE, question, also=reading.also)


def show_chooser(request: HttpRequest, found: Found, text: str, also: Sequence[lookup.Lookup] = ()) -> HttpResponseBase:
    """Several orders fit: list them, newest first, each with what tells them apart. The look is recorded by their references.

    `also` are people named beside the references, offered as searches of their own.
    """
    references = dict.fromkeys(order.reference_id for order in found.orders if order.reference_id)
    access_log.record(
        request,
        access_log.What.ORDERS_LISTED,
        connection=getattr(request, "connection", None),
        reference=", ".join(references),
        outcome=f"{len(found.orders)} listed" + (", perhaps more" if found.partial else ""),
    )
    listed = [(order, order_address(request, order.ref) if order.ref else "") for order in found.orders]
    context: dict[str, Any] = {
        "found": listed,
        "rows": Rows(),
        "q": text[:SHOWN_OF_A_SEARCH],
        "partial": found.partial,
        "also": also,
        "countries": countries(also),
    }
    return render(request, "orders/chooser.html", context)


def show_not_found(
    request: HttpRequest, tenant: Tenant, found: Found, text: str, also: Sequence[lookup.Lookup] = (), *, asked: str
) -> HttpResponseBase:
    """The CDP was asked and knows nothing: say where it was looked, and what else to try, such as the readings in `also`.

    Recorded by the references `asked` for.
    """
    access_log.record_miss(request, tenant.connection, asked)
    others = Connection.objects.for_user(request.user).exclude(pk=tenant.connection.pk)
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "typed": text,
        "looked": found.looked,
        "also": also,
        "countries": countries(also),
        "asked": {"name": tenant.connection.name, "region": tenant.connection.region},
        "other_connections": [(other.name, reverse("orders") + carried_to(request, other.name)) for other in others],
    }
    return render(request, "orders/not_found.html", context, status=404)


def countries(readings: Sequence[lookup.Lookup]) -> tuple[tuple[str, str], ...]:
    """The countries to choose from, if one of the readings is a number that needs its country."""
    return choices() if any(reading.needs_country for reading in readings) else ()


def _explain(request: HttpRequest, text: str, reading: lookup.Lookup) -> HttpResponseBase:
    """A text that is not searched: say why in one sentence, keep what was typed, and offer what it can be read as."""
    itself = (replace(reading, also=()),) if reading.address or reading.national else ()
    also = (*itself, *reading.also)
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "sentence": _why_not_searched(reading),
        "placeholder": reading.placeholder,
        "personal": bool(reading.address),
        "also": also,
        "countries": countries(also),
    }
    return render(request, "orders/not_searched.html", context, status=400)


def _why_not_searched(reading: lookup.Lookup) -> str:
    if reading.why == "characters" and reading.also:
        return _("No reference is written in these letters. If it is a name, search for people.")
    sentences = {
        "placeholder": _(
            "The link template was not filled in: the ticket system sent a placeholder instead of a reference."
        ),
        "too long": _("That is too long for a reference. Paste the reference alone, or the address of the order."),
        "characters": _(
            "That holds characters that no reference has: only letters, digits and . _ ~ - / : + are used."
        ),
        "dots": _("A reference never holds two dots in a row."),
        "no reference": _("There is no reference in what was pasted."),
        "email": _(
            "An e-mail address in a link would stay in browser histories and logs, so it is not searched from there."
        ),
        "phone": _(
            "A phone number in a link would stay in browser histories and logs, so it is not searched from there."
        ),
        "several": _("More than one search fits this, and only one is made at a time. Choose the one you mean."),
        "unreadable email": _("The e-mail address cannot be read as a whole, and a part of it may be somebody else’s."),
        "unreadable phone": _("The phone number cannot be read as a whole, and a part of it may be somebody else’s."),
        "country": _(
            "This phone number is written without its country code. Choose its country, or type it with a plus."
        ),
    }
    why = f"unreadable {reading.why}" if reading.why in {"email", "phone"} else reading.why
    return sentences[why or reading.kind]
