"""The start page, and the search: one field that takes whatever the customer gave the agent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders import looks, lookup
from orders.context import carried, carried_to
from orders.desk import Desk
from orders.finding import Found, find_orders
from orders.models import Connection
from orders.views.again import with_addresses
from orders.views.asking import asks_the_cdp, choose_connection, show_problem
from orders.views.customers import show_people

NO_REFERENCE = {"search": "empty"}  # how the start page learns that a link held none
SHOWN_OF_A_SEARCH = 200  # characters of a search text that a page repeats


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The search field, how to use it, and the person's own last orders."""
    connection, problem = choose_connection(request)
    if connection is None and problem is not None and request.GET.get("connection"):
        return show_problem(request, problem)
    context = {"search": request.GET.get("search"), "recent": with_addresses(request, looks.recent(request.user))}
    return render(request, "orders/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: HttpRequest) -> HttpResponseBase:
    """Search: a form posts `q`, a link in a ticket brings it as `?q=`. Leads to the order, a chooser, or a page that says why not."""
    return search(request, request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", ""))


def search(request: HttpRequest, text: str) -> HttpResponseBase:
    """Search for `text`. What speaks of a person is searched only if it was posted; a link with it leads to a form that posts it."""
    wanted = lookup.read(text)
    if wanted.kind == "reference":
        return _find(request, wanted.candidates, text)
    if wanted.kind in {"email", "phone"}:
        if request.method != "POST":
            return _explain(request, text, wanted.kind, personal=True)
        return _find_by_address(request, wanted)
    if wanted.kind == "empty":
        return redirect(reverse("home") + carried(request, **({} if request.method == "POST" else NO_REFERENCE)))
    return _explain(request, text, wanted.why or wanted.kind, placeholder=wanted.placeholder)


@asks_the_cdp(fresh=True)
def _find(request: HttpRequest, desk: Desk, candidates: tuple[str, ...], text: str) -> HttpResponseBase:
    found = find_orders(desk, candidates)
    if len(found.orders) == 1 and found.orders[0].ref and not found.partial:
        return redirect(order_address(request, found.orders[0].ref))
    if found.orders:
        return show_chooser(request, found, text)
    return show_not_found(request, desk, found, text, asked=", ".join(candidates))


@asks_the_cdp(fresh=True)
def _find_by_address(request: HttpRequest, desk: Desk, wanted: lookup.Lookup) -> HttpResponseBase:
    if wanted.kind == "email":
        return show_people(request, desk, looks.What.SEARCHED_EMAIL, email=wanted.address)
    return show_people(request, desk, looks.What.SEARCHED_PHONE, phone_number=wanted.address)


def order_address(request: HttpRequest, ref: str) -> str:
    """The address of an order's page, with connection and ticket carried along."""
    return reverse("order", args=[ref]) + carried(request)


def show_chooser(request: HttpRequest, found: Found, text: str) -> HttpResponseBase:
    """Several orders fit: list them, newest first, each with what tells them apart. The look is recorded by their references."""
    references = dict.fromkeys(order.reference_id for order in found.orders if order.reference_id)
    looks.record(
        request,
        looks.What.ORDERS_LISTED,
        connection=getattr(request, "connection", None),
        reference=", ".join(references),
        outcome=f"{len(found.orders)} listed" + (", perhaps more" if found.partial else ""),
    )
    choices = [(order, order_address(request, order.ref) if order.ref else "") for order in found.orders]
    context: dict[str, Any] = {"found": choices, "q": text[:SHOWN_OF_A_SEARCH], "partial": found.partial}
    return render(request, "orders/chooser.html", context)


def show_not_found(request: HttpRequest, desk: Desk, found: Found, text: str, *, asked: str) -> HttpResponseBase:
    """The CDP was asked and knows nothing: say where it was looked, and what else to try. Recorded by the references `asked` for."""
    looks.record_miss(request, desk.connection, asked)
    others = Connection.objects.for_user(request.user).exclude(pk=desk.connection.pk)
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "typed": text,
        "looked": found.looked,
        "phone": lookup.perhaps_phone(text),
        "asked": {"name": desk.connection.name, "region": desk.connection.region},
        "other_connections": [(other.name, reverse("orders") + carried_to(request, other.name)) for other in others],
    }
    return render(request, "orders/not_found.html", context, status=404)


def _explain(
    request: HttpRequest, text: str, why: str, *, placeholder: str = "", personal: bool = False
) -> HttpResponseBase:
    """A text that is not searched: say why in one sentence, and keep what was typed."""
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
    }
    context = {
        "q": text[:SHOWN_OF_A_SEARCH],
        "typed": text,
        "why": why,
        "sentence": sentences[why],
        "placeholder": placeholder,
        "personal": personal,
    }
    return render(request, "orders/not_searched.html", context, status=400)
