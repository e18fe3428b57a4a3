"""What every page gets: the way to carry connection and ticket onward, and how the person likes to read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject

from accounts import preferences
from accounts.language import language
from orders.privacy.access_log import refused_ticket_of, ticket_of
from orders.privacy.personal import without_address


def page(request: HttpRequest) -> dict[str, Any]:
    """`carry`, `ticket`, `refused_ticket`, `connection_label`, `demo` and `idle_seconds`, as docs/architecture.md describes them;
    `csrf_input` is made once for all forms of a page."""
    connection = getattr(request, "connection", None)
    ticket = ticket_of(request)
    return {
        "carry": carried(request),
        "ticket": ticket,
        "refused_ticket": refused_ticket_of(request) if not ticket else "",
        "connection_label": {"name": connection.name, "region": connection.region} if connection is not None else None,
        "demo": settings.DEMO,
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "preferences": preferences.current(),
        "language_code": language(),
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
    }


def carried(request: HttpRequest, **more: str) -> str:
    """ "?connection=…&ticket=…" as far as the request names them, with `more` in front; "" when there is nothing to carry."""
    pairs = {name: value for name, value in more.items() if value}
    if name := request.GET.get("connection") or request.POST.get("connection"):
        pairs["connection"] = name[:120]
    return _query(request, pairs)


def carried_by_redirect(request: HttpRequest, **more: str) -> str:
    """The same for a redirect, which also carries a ticket that is not kept, for the page to say so; never an address in it."""
    refused = refused_ticket_of(request)
    return carried(request, **more, **({"ticket": without_address(refused)} if refused else {}))


def carried_to(request: HttpRequest, connection: str) -> str:
    """The same for a link that leads to another connection than the request's: its name, or "" to name none."""
    return _query(request, {"connection": connection} if connection else {})


def _query(request: HttpRequest, pairs: dict[str, str]) -> str:
    if ticket := ticket_of(request):
        pairs["ticket"] = ticket
    return "?" + urlencode(pairs) if pairs else ""
