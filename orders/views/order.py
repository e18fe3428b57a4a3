"""The order page, its raw data, its calendar file and its custom data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orders import looks, lookup
from orders.cdp.raw import indent
from orders.context import carried
from orders.desk import Desk
from orders.finding import Found, find_orders, open_or_find
from orders.hiding import masked_document
from orders.itinerary import calendar, picture, wording
from orders.problems import describe
from orders.services import CustomData, OpenedOrder, load_custom_data, open_order
from orders.speech import speaker
from orders.views.asking import asks_the_cdp, with_action
from orders.views.panels import render_panel
from orders.views.people import MAY_REVEAL
from orders.views.search import order_address, read, search, show_chooser, show_not_found
from orders.views.waiting import with_progress


@require_safe
def order(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The order page. A value that is no clean ref is searched for; one the CDP knows only as a reference leads to its order."""
    if not lookup.is_ref(ref) or lookup.is_nothing(ref) or lookup.read(ref).kind == "placeholder":
        return unclean(request, ref)
    return _show(request, ref)


@require_safe
def unclean(request: HttpRequest, text: str) -> HttpResponseBase:
    """An address that is no order's: lead to the one order that its value can mean, without the closing slash of the link template.

    Anything else is searched for in place, so that no address repeats what may be personal.
    """
    value = text.removesuffix("/")
    wanted = lookup.read(value)
    alone = wanted.kind == "reference" and len(wanted.candidates) == 1 and not wanted.mixed
    if alone and lookup.is_ref(wanted.candidates[0]):
        return redirect(order_address(request, wanted.candidates[0]))
    return search(request, value)


def part(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of a part of an order (contacts, raw data …); an address with no clean ref in it leads on as the order's own does."""

    @wraps(view)
    def shown(request: HttpRequest, /, ref: str, **more: str) -> HttpResponseBase:
        return view(request, ref=ref, **more) if lookup.is_ref(ref) else unclean(request, ref)

    return shown


@asks_the_cdp(fresh=True)
def _show(request: HttpRequest, desk: Desk, ref: str) -> HttpResponseBase:
    opened = open_or_find(desk, ref)
    if isinstance(opened, Found) and not opened.orders:
        opened = _other_readings(desk, ref, opened)
    if isinstance(opened, Found):
        return _lead_on(request, desk, opened, ref)
    _record(request, desk, looks.What.ORDER_OPENED, opened, ref)
    return render(request, "orders/order.html", _page(request, desk, opened, ref))


def _other_readings(desk: Desk, ref: str, found: Found) -> Found:
    """Orders under the other readings of `ref`, such as "B94TXY" for "B94TXY.", if there is nothing under the ref as it stands."""
    others = [candidate for candidate in lookup.read(ref).candidates if candidate != ref]
    if not others:
        return found
    more = find_orders(desk, others)
    return replace(more, looked=(*found.looked, *more.looked), partial=found.partial or more.partial)


def _lead_on(request: HttpRequest, desk: Desk, found: Found, text: str) -> HttpResponseBase:
    if len(found.orders) == 1 and found.orders[0].ref and not found.partial:
        return redirect(order_address(request, found.orders[0].ref))
    if found.orders:
        return show_chooser(request, found, text)
    return show_not_found(request, desk, found, text, read(request, text).also, asked=text)


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
        "address": f"{request.scheme}://{request.get_host()}{request.path}{carried(request)}",
    }


def _record(
    request: HttpRequest, desk: Desk, what: looks.What, opened: OpenedOrder, ref: str, outcome: str = "shown"
) -> None:
    looks.record(
        request,
        what,
        connection=desk.connection,
        order_ref=opened.order.ref or ref,
        reference=opened.digest.reference,
        route="–".join(opened.trip.route),
        outcome=outcome,
    )


@require_safe
@asks_the_cdp()
def order_raw(request: HttpRequest, desk: Desk, ref: str) -> HttpResponseBase:
    """The answers as they came, indented, for when something looks wrong; masked for people who may not see personal data."""
    opened = open_order(desk, ref)
    whole = request.user.has_perm(MAY_REVEAL)
    _record(request, desk, looks.What.RAW_SEEN, opened, ref, outcome="shown: whole" if whole else "shown: masked")
    documents = [
        (path, indent(text) if whole else masked_document(path, text, settings.SHOWN_FIELDS))
        for path, text in ((document.path, document.text) for document in opened.documents)
    ]
    context = {
        "documents": documents,
        "whole": whole,
        "order_ref": ref,
        "reference": opened.digest.reference,
        "as_of": opened.as_of,
    }
    return render(request, "orders/raw.html", context)


@require_safe
@asks_the_cdp()
def order_calendar(request: HttpRequest, desk: Desk, ref: str) -> HttpResponseBase:
    """The flights as an iCalendar file with real time zones; where no flight has a date, a page that says so."""
    opened = open_order(desk, ref)
    _record(request, desk, looks.What.CALENDAR_SEEN, opened, ref)
    if not opened.trip.dated:
        context = {"order_ref": opened.order.ref or ref, "reference": opened.digest.reference or ref}
        return render(request, "orders/no_calendar.html", context, status=404)
    body = calendar.as_ics(opened.trip, opened.order, order_ref=ref, _=_)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    name = quote(f"{opened.digest.reference or ref}.ics", safe=".-_~")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_safe
@asks_the_cdp(panel="order_custom_data")
def order_custom_data(request: HttpRequest, desk: Desk, ref: str) -> HttpResponseBase:
    """The data extensions of the order and its items, loaded on demand."""

    def show(loaded: CustomData) -> HttpResponse:
        groups, problem = loaded
        looks.record(request, looks.What.CUSTOM_DATA_SEEN, connection=desk.connection, order_ref=ref)
        context = {
            "groups": groups,
            "problem": with_action(request, describe(problem)) if problem is not None else None,
            "order_ref": ref,
            "reference": ref,
        }
        return render_panel(request, "order_custom_data", context)

    load = partial(load_custom_data, desk, ref)
    return with_progress(request, desk, "order_custom_data", load, show, of="custom data")
