"""An order's page, raw data, calendar file and custom data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, wraps
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orders.cdp.raw import indent
from orders.cdp.refs import is_ref
from orders.display import calendar
from orders.display.rows import fitting, size_of
from orders.http import Request
from orders.privacy import access_log
from orders.privacy.hiding import REST, masked_document
from orders.privacy.outcomes import Fixed
from orders.search_text import lookup
from orders.services.orders import CustomData, OpenedOrder, load_custom_data, open_order
from orders.services.search import SearchResult, find_orders, open_if_one, open_or_find
from orders.services.tenant import Tenant
from orders.views.access import may_reveal
from orders.views.cards import custom_data_of
from orders.views.cdp_view import cdp_view
from orders.views.opened import order_address, record_access, show_order
from orders.views.panels import render_panel
from orders.views.progress import with_progress
from orders.views.results import read, search, show_chooser, show_not_found

RAW_ROOM = 800_000  # bytes of HTML: room for the answers about an order with 500 items
LONGEST_NAME = 64  # characters of a file's name, without ".ics"


@require_safe
def order(request: Request, ref: str) -> HttpResponseBase:
    """The page of the order with this ref or booking reference; text that can be neither, such as "null", is handled by `unclean`."""
    clean = lookup.looks_like_ref(ref) or (
        is_ref(ref) and not lookup.is_nothing(ref) and lookup.read(ref).kind is not lookup.Kind.PLACEHOLDER
    )
    return _show(request, ref) if clean else unclean(request, ref)


@require_safe
def unclean(request: Request, text: str) -> HttpResponseBase:
    """Handle a URL without a valid ref: if its text holds just one reference, redirect to the URL with that reference alone.

    Any other text, and text that also holds an e-mail address or phone number, is passed to `search` without a redirect, so that no other
    URL repeats text that may be personal. A slash at the end, which a link template may add, is ignored.
    """
    value = text.removesuffix("/")
    reading = lookup.read(value)
    alone = reading.kind is lookup.Kind.REFERENCE and len(reading.candidates) == 1 and not reading.mixed
    if alone and is_ref(reading.candidates[0]):
        return redirect(order_address(request, reading.candidates[0]))
    return search(request, value)


def part(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator for the view of a part of an order (contacts, raw data …); a URL without a valid ref is handled by `unclean`."""

    @wraps(view)
    def shown(request: Request, /, ref: str, **more: str) -> HttpResponseBase:
        return view(request, ref=ref, **more) if is_ref(ref) else unclean(request, ref)

    return shown


@cdp_view(fresh=True)
def _show(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    opened = open_or_find(tenant, ref)
    if isinstance(opened, SearchResult) and not opened.orders:
        opened = open_if_one(tenant, _other_readings(tenant, ref, opened))
    if isinstance(opened, OpenedOrder):
        return show_order(request, tenant, opened, ref)
    if opened.orders:
        return show_chooser(request, tenant, opened, ref)
    return show_not_found(request, tenant, opened, ref, read(request, ref).also, asked=ref)


def _other_readings(tenant: Tenant, ref: str, first: SearchResult) -> SearchResult:
    """Search for other readings of `ref`, such as "B94TXY" for "B94TXY.". `first` is the result for `ref` itself, which has no orders.

    The result also lists the searches in `first`, and is partial if either search was. If there are no other readings, return `first`.
    Raises a CdpError if nothing was found and a search failed or was incomplete.
    """
    others = [candidate for candidate in lookup.read(ref).candidates if candidate != ref]
    if not others:
        return first
    more = find_orders(tenant, others)
    return replace(more, searches=(*first.searches, *more.searches), partial=first.partial or more.partial)


@require_safe
@cdp_view()
def order_raw(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The CDP's answers about an order, indented, and masked for users who may not view hidden personal data."""
    tenant.reader.keep_documents()
    opened = open_order(tenant, ref)
    whole = may_reveal(request)
    record_access(
        request,
        tenant,
        access_log.Action.RAW_SEEN,
        opened,
        ref,
        outcome=Fixed.SHOWN_WHOLE if whole else Fixed.SHOWN_MASKED,
    )
    documents = list(_shown_raw(opened, tenant, whole=whole))
    context = {
        "documents": documents,
        "whole": whole,
        "order_ref": ref,
        "reference": opened.summary.reference,
        "as_of": opened.as_of,
    }
    return render(request, "orders/raw.html", context)


def _shown_raw(opened: OpenedOrder, tenant: Tenant, *, whole: bool) -> Iterator[tuple[str, str | None, bool]]:
    """Yield, for each answer, its path, the text to show, and True unless the text was cut.

    The text is None if the answer cannot be masked, and "" if no room is left on the page. Raises TimedOut if the page's time is up.
    """
    room = RAW_ROOM
    for document in opened.documents:
        tenant.in_time()
        if room <= 0:
            yield document.path, "", False
            continue
        text = (
            indent(document.text[:room])
            if whole
            else masked_document(document.path, document.text, settings.SHOWN_FIELDS)
        )
        shown = fitting(text, room) if text is not None else None
        cut = shown != text or (len(document.text) > room if whole else f'"{REST}"' in (text or ""))
        yield document.path, shown, not cut
        room -= size_of(shown) if shown is not None else 0


@require_safe
@cdp_view()
def order_calendar(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The order's flights as an iCalendar file; if no flight has a date, a page that says so (404)."""
    opened = open_order(tenant, ref)
    record_access(request, tenant, access_log.Action.CALENDAR_SEEN, opened, ref)
    if not opened.trip.dated:
        context = {"order_ref": opened.order.ref or ref, "reference": opened.summary.reference or ref}
        return render(request, "orders/no_calendar.html", context, status=404)
    body = calendar.calendar_file(opened.trip, opened.order, order_ref=ref)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    # A header longer than a proxy's buffer would make the response fail.
    name = quote(f"{(opened.summary.reference or ref)[:LONGEST_NAME]}.ics", safe=".-_~")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@cdp_view(panel="order_custom_data", heading=_("Custom data"))
def order_custom_data(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The data extensions of the order and its items, loaded on demand, with hidden values masked."""

    def show(loaded: CustomData) -> HttpResponse:
        access_log.record(request, access_log.Action.CUSTOM_DATA_SEEN, connection=tenant.connection, order_ref=ref)
        return render_panel(request, "order_custom_data", custom_data_of(request, tenant, ref, loaded))

    load = partial(load_custom_data, tenant, ref)
    return with_progress(request, tenant, "order_custom_data", load, show, of="custom data")
