"""An order in a frame next to the ticket: the frame's page, the window that asks for the user's consent, and the order's summary.

A frame shows no personal data and offers no way to change anything, so there is nothing to gain by clickjacking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import database_clock, embedding
from accounts.context import carried
from orders.cdp.refs import is_ref
from orders.display.not_searched import not_searched
from orders.http import Request
from orders.privacy import access_log
from orders.privacy.impersonal_urls import without_person
from orders.privacy.personal import is_personal
from orders.search_text import lookup
from orders.services.listed import trip_lines
from orders.services.orders import OpenedOrder
from orders.services.search import open_by_text
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view
from orders.views.opened import page_of, record_view
from orders.views.panels import render_panel
from orders.views.results import record_listed

WAITING = "embed_waiting"  # session key of the frames that wait for consent
MOST_WAITING = 8  # in one session; the oldest is dropped
WAITS_SECONDS = 10 * 60  # seconds to sign in and consent
HOSTS = frozenset({"chatwoot"})  # systems that send the ticket by message instead of in the URL
FIELD = re.compile(r"[A-Za-z0-9_]{1,64}")
THEMES = frozenset({"light", "dark"})
LONGEST_BODY = 500  # bytes
SHOWN_OF_A_VALUE = 64  # characters of the ticket's value
MOST_ITEMS = 20


def if_any_origin(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator: 404 unless the operator allows at least one origin to show orders in frames."""

    @wraps(view)
    def shown(request: Request, /, **parts: str) -> HttpResponseBase:
        if not settings.EMBED_ORIGINS:
            raise Http404
        return view(request, **parts)

    return shown


@login_not_required
@if_any_origin
@require_safe
def frame(request: Request) -> HttpResponseBase:
    """The frame's page, with a button to sign in; it is the same for every user. If it is opened in a tab, it redirects to the search."""
    asked = {name: request.GET[name] for name in ("q", "ticket", "connection") if request.GET.get(name)}
    whole = without_person(reverse("orders") + (f"?{urlencode(asked)}" if asked else ""))
    if request.headers.get("Sec-Fetch-Dest") == "document":
        response: HttpResponseBase = redirect(whole)
    else:
        value = request.GET.get("q", "").strip()
        listed = settings.EMBED_ORIGINS
        context = {
            "whole": whole,
            "value": "" if is_personal(value) else value[:SHOWN_OF_A_VALUE],
            "theme": request.GET.get("theme") if request.GET.get("theme") in THEMES else "system",
            "host": request.GET.get("host") if request.GET.get("host") in HOSTS else "",
            "field": request.GET.get("field", "") if FIELD.fullmatch(request.GET.get("field", "")) else "",
            "origins": " ".join(listed),
            "waits": WAITS_SECONDS,
            # Used if the browser does not report the origin of the embedding page.
            "only_origin": listed[0] if len(listed) == 1 and "*" not in listed[0] else "",
        }
        response = render(request, "embed/frame.html", context)
        response.xframe_options_exempt = True
    patch_vary_headers(response, ["Sec-Fetch-Dest"])
    return response


@login_not_required
@if_any_origin
@require_safe
def embed_allow(request: Request) -> HttpResponseBase:
    """Note in the session that the frame is waiting for consent, and redirect to the confirmation. The frame opens this URL in a window.

    403 unless our own page opened it with a valid challenge and a listed origin. Without this check, another site could send a challenge
    made from a secret that it knows, and get the token.
    """
    challenge, origin = request.GET.get("c", ""), request.GET.get("o", "")
    fits = embedding.CHALLENGE.fullmatch(challenge) and embedding.is_listed(origin)
    if request.headers.get("Sec-Fetch-Site") != "same-origin" or not fits:
        raise PermissionDenied
    others = [entry for entry in _waiting(request).items() if entry[0] != challenge]
    request.session[WAITING] = dict([*others, (challenge, (origin, int(database_clock.seconds())))][-MOST_WAITING:])
    return redirect(reverse("embed_confirm") + "?" + urlencode({"c": challenge}))


@if_any_origin
@require_http_methods(["GET", "HEAD", "POST"])
def embed_confirm(request: Request) -> HttpResponseBase:
    """Ask the user whether the frame's origin may show them orders; after their consent, the frame can get its token.

    The challenge identifies the frame, so each of several open windows allows only its own frame. 410 if the frame is no longer waiting.
    """
    waiting = _waiting(request)
    sent = request.POST if request.method == "POST" else request.GET
    challenge = sent.get("c", "")
    if challenge not in waiting:
        return render(request, "embed/confirm.html", {"state": "over"}, status=410)
    origin, _at = waiting.pop(challenge)
    state = "asked"
    if request.method == "POST":
        request.session[WAITING] = waiting
        embedding.allow(request, challenge, origin)
        state = "allowed"
    return render(request, "embed/confirm.html", {"state": state, "origin": origin, "challenge": challenge})


def _waiting(request: Request) -> dict[str, tuple[str, int]]:
    """The frames still waiting for consent, latest last: for each challenge, the origin and when the wait began (seconds since 1970)."""
    kept, now = request.session.get(WAITING), database_clock.seconds()
    if not isinstance(kept, dict):  # no frame has waited yet, or an earlier version began the session
        return {}
    return {
        challenge: (origin, at)
        for challenge, (origin, at) in kept.items()
        if now - at <= WAITS_SECONDS and embedding.is_listed(origin)
    }


@login_not_required
@if_any_origin
@csrf_exempt  # cookies are ignored here
@require_POST
def embed_token(request: Request) -> HttpResponseBase:
    """Exchange the secret of an allowed frame, posted as JSON (`{"verifier"}`), for `{"token", "expires_in"}`.

    The token expires after about `expires_in` seconds without use, or when the user's session ends. Each consent can be used only once,
    within a minute. 404 if there is no usable consent for this secret, or if the session has ended. 403 unless our own page sent the
    request.
    """
    own = f"{request.scheme}://{request.get_host()}"
    if request.headers.get("Origin") != own:
        raise PermissionDenied
    token = embedding.exchange(_verifier(request.body))
    if not token:
        return JsonResponse({}, status=404)
    return JsonResponse({"token": token, "expires_in": int(embedding.IDLE.total_seconds())})


def _verifier(body: bytes) -> str:
    if len(body) > LONGEST_BODY:
        return ""
    try:
        sent = json.loads(body)
    except ValueError:
        return ""
    verifier = sent.get("verifier") if isinstance(sent, dict) else None
    return verifier if isinstance(verifier, str) else ""


@login_not_required  # authenticated by token
@if_any_origin
@csrf_exempt  # cookies are ignored here
@require_POST
def embed_orders(request: Request) -> HttpResponseBase:
    """A summary of the order that the posted text names, a list of orders to choose from, or the reason why none is shown.

    The text is posted rather than put in the URL, because it may name a person.
    """
    return _find(request, request.POST.get("q", ""))


@login_not_required  # authenticated by token
@if_any_origin
@require_safe
def embed_order(request: Request, ref: str) -> HttpResponseBase:
    """The same as `embed_orders`, for the ref or booking reference in the URL."""
    return _find(request, ref, is_one=is_ref(ref) and not lookup.is_nothing(ref))


def _find(request: Request, text: str, *, is_one: bool = False) -> HttpResponseBase:
    """Search for the text, or show why it is not searched for (400). With `is_one`, it is always searched for.

    `is_one` is True if the text comes from a URL and can be a ref or a booking reference.
    """
    reading = lookup.read(text)
    if reading.kind is lookup.Kind.REFERENCE or is_one:
        return _show(request, text=text, candidates=reading.candidates)
    nothing = reading.kind is lookup.Kind.EMPTY
    name = reading.kind is lookup.Kind.NAME
    why = "" if nothing or name else not_searched(reading)
    return render_panel(request, "embed_order", {"why": why, "nothing": nothing, "name": name}, status=400)


@cdp_view(panel="embed_order", fresh=True)
def _show(request: Request, tenant: Tenant, text: str, candidates: Sequence[str]) -> HttpResponseBase:
    opened = open_by_text(tenant, text, candidates)
    if isinstance(opened, OpenedOrder):
        changes = record_view(request, tenant, opened, text)
        page = page_of(request, tenant, opened, text)
        to_row = partial(_to_row, reverse("order", args=[page["order_ref"]]) + carried(request), page["to_row"])
        shown = {"changes": changes, "to_row": to_row, "most_items": MOST_ITEMS}
        return render_panel(request, "embed_order", page | shown)
    q = " ".join(candidates) or text  # the rest of the text is left out: it may name a person
    context: dict[str, Any] = {"q": q}
    if opened.orders:
        record_listed(request, opened)
        context |= {
            "listed": opened.orders,
            "trips": trip_lines(tenant, opened.orders),
            "partial": opened.partial,
            "whole": reverse("orders") + carried(request, q=q),
        }
        return render_panel(request, "embed_order", context)
    access_log.record_miss(request, tenant.connection, ", ".join(candidates) or text)
    context |= {"looked": opened.searches, "asked": request.connection}
    return render_panel(request, "embed_order", context, status=404)


def _to_row(whole: str, of_page: Callable[[str], str], anchor: str) -> str:
    """The link to the row with this anchor. For an item that the frame leaves out, the link opens the order's page, `whole`.

    `of_page` makes the links to rows that are not items, such as flights.
    """
    kind, _dash, number = anchor.partition("-")
    if kind != "item":
        return of_page(anchor)
    return f"#{anchor}" if int(number) <= MOST_ITEMS else f"{whole}#{anchor}"
