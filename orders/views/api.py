"""The API for ticket systems: orders by reference, as JSON without personal data. Server to server: no cookies, no CORS."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import urlencode

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import connection as database
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.client_address import address_of
from orders import problems
from orders.cdp import errors
from orders.display.plain import plain_order, stamp
from orders.http import Program, Request
from orders.models import Integration, integrations
from orders.privacy import access_log
from orders.privacy.access_log import AccessNotRecorded, Action
from orders.privacy.personal import is_personal
from orders.privacy.tickets import ticket_of
from orders.problems.for_programs import problem_json
from orders.search_text import lookup
from orders.services.orders import OpenedOrder, open_order
from orders.services.search import SearchResult, open_by_text
from orders.services.tenant import Tenant
from orders.storage.lock_timeout import set_lock_timeout
from orders.views.opened import record_access

log = structlog.stdlib.get_logger("orders.cdp")

FEWEST_SIGNS = 5  # letters and digits; some systems search at every keystroke
MOST_ORDERS = 10  # each is read in full
RETRY_AFTER = 30  # seconds, unless the problem has its own
AGAIN_LATER = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
DOCUMENT = (files("orders.views") / "openapi.json").read_bytes()


@login_not_required
@require_safe
def openapi(_request: Request) -> HttpResponse:
    """The OpenAPI document that describes this API, at `/api/v1/openapi.json`."""
    return HttpResponse(DOCUMENT, content_type="application/openapi+json; charset=utf-8")


@login_not_required  # authenticated by key
@csrf_exempt
def look_up(request: Request) -> HttpResponse:
    """`GET /api/v1/orders?q=&ticket=&agent=`: at most MOST_ORDERS orders found by the references in `q`, each in a short form.

    If `q` has too few letters and digits (1 to FEWEST_SIGNS - 1) and is not a placeholder, the list is empty.
    Errors are problem documents: 400 if `q` has no reference, or has an unfilled placeholder; 401 without a key that is valid for the
    client's address; 405 for a method other than GET or HEAD; 429 above the key's limit; 502, 503 or 504 if the CDP cannot be read or
    the access cannot be recorded.
    """
    set_lock_timeout(database)
    if request.method not in {"GET", "HEAD"}:
        return problem_json(request.id, 405, "method-not-allowed", "Only GET is answered here.", Allow="GET, HEAD")
    integration = Integration.objects.of_key(_key(request), address_of(request))
    if integration is None:
        challenge = 'Bearer, Basic realm="cdpviewer", charset="UTF-8"'
        detail = "The key is missing, wrong, expired or revoked, or may not be used from this address."
        return problem_json(request.id, 401, "unauthorized", detail, WWW_Authenticate=challenge)
    request.via = f"api {integration.name}"
    request.program = Program(integration.name, request.GET.get("agent", "").strip())
    request.connection = integration.shared
    text = request.GET.get("q", "").strip()
    reading = lookup.read(text)
    # Nobody types a placeholder letter by letter: however short it is, the template it comes from has to be corrected.
    if reading.kind is not lookup.Kind.PLACEHOLDER and 0 < sum(map(str.isalnum, text)) < FEWEST_SIGNS:
        return JsonResponse({"orders": [], "partial": False, "looked": [], "as_of": None})
    if reading.kind is not lookup.Kind.REFERENCE:
        return _not_searched(request, reading.kind, text)
    if seconds := integrations.over_limit(integration):
        detail = f"This key may be used {integration.per_minute} times a minute."
        return problem_json(request.id, 429, "too-many-requests", detail, seconds)
    return _answer(request, integration, text, reading.candidates)


def _key(request: Request) -> str:
    """The key in `Authorization: Bearer KEY`, or the password of Basic authentication; "" if it is missing or malformed."""
    scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return sent.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(sent.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _not_searched(request: Request, kind: lookup.Kind, text: str) -> HttpResponse:
    if kind is lookup.Kind.PLACEHOLDER:
        return problem_json(request.id, 400, "placeholder", "The ticket system did not fill in its placeholder.")
    if is_personal(text):
        return problem_json(request.id, 400, "personal", "People are not looked up here, and belong in no address.")
    return problem_json(request.id, 400, "no-reference", "There is no reference in q.")


def _answer(request: Request, integration: Integration, text: str, candidates: Sequence[str]) -> HttpResponse:
    """Search the CDP and return the orders found. The list is empty only if the whole search succeeded and found nothing.

    A failure is logged and returned as a problem document.
    """
    tenant = None
    try:
        tenant = Tenant(integration.connection())
        result = open_by_text(tenant, text, candidates)
        if isinstance(result, SearchResult):
            opened, left = _open_all(tenant, result)
            partial_, looked = result.partial or left, [value for _kind, value in result.searches]
        else:
            opened, partial_, looked = [result], False, list(candidates)
        integration.note_use()
        for opened_order in opened:
            record_access(request, tenant, Action.ORDER_LOOKED_UP, opened_order, opened_order.order.ref or "")
        if not opened:
            access_log.record_miss(request, tenant.connection, ", ".join(candidates))
        body = {
            "orders": [
                plain_order(opened_order, _address(request, integration, opened_order)) for opened_order in opened
            ],
            "partial": partial_,
            "looked": list(dict.fromkeys(looked)),
            "as_of": stamp(tenant.as_of),
        }
    except errors.CdpError as error:
        return _failed(request, problems.describe(error), tenant)
    except AccessNotRecorded as error:
        log.error("an access could not be recorded", route="api_orders", exc_info=error)
        return _failed(request, problems.not_recorded(), None)
    return JsonResponse(body)


def _open_all(tenant: Tenant, result: SearchResult) -> tuple[list[OpenedOrder], bool]:
    """Read the orders in `result` in full, at most MOST_ORDERS; return those that could be read, and whether any are left out.

    Raises a CdpError if orders were found but none could be read.
    """
    refs = [order.ref for order in result.orders if order.ref]
    opened = tenant.reader.run_parallel([partial(open_order, tenant, ref) for ref in refs[:MOST_ORDERS]])
    good = [answer for answer in opened if isinstance(answer, OpenedOrder)]
    if result.orders and not good:
        raise next(
            (answer for answer in opened if isinstance(answer, errors.CdpError)),
            errors.Unreadable("no order has a ref"),
        )
    return good, len(good) < len(result.orders)


def _address(request: Request, integration: Integration, opened: OpenedOrder) -> str:
    ticket = ticket_of(request)
    query = {"connection": integration.shared.name, **({"ticket": ticket} if ticket else {})}
    return (
        request.build_absolute_uri(reverse("order", args=[opened.order.ref or opened.summary.reference]))
        + f"?{urlencode(query)}"
    )


def _failed(request: Request, problem: problems.Problem, tenant: Tenant | None) -> HttpResponse:
    log.warning("the CDP failed", code=problem.code, route="api_orders", calls=tenant.reader.calls if tenant else 0)
    status = problem.status if problem.status in AGAIN_LATER else HTTPStatus.BAD_GATEWAY
    return problem_json(request.id, status, problem.code, problem.title, problem.retry_after or RETRY_AFTER)
