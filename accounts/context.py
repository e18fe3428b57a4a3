"""The template context that all pages share, including the connection and ticket that links carry, and the user's preferences."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject

from accounts import preferences
from accounts.access import MANAGES, may_administer
from accounts.language import language
from orders.http import Request
from orders.models import usable_names
from orders.privacy.personal import without_address
from orders.privacy.tickets import refused_ticket_of, ticket_of

TENANTS_KEY = "connections"
TENANTS_READ_EVERY = 600  # seconds; a connection added or deleted in another session is noticed within this time


def page(request: Request) -> dict[str, Any]:
    """The template context that all pages share, including settings, preferences and language.

    `carry` is the query string for links. `ticket` is the ticket in the URL if it is valid, and `refused_ticket` is that ticket if it
    is not; each is "" otherwise. `connection_label` has the name and region of the connection in use, if any. `tenants` lists
    the connections that the user may use. `manages` names the management pages that the menu links to; `may_administer` says
    whether the menu also links to Django's administration pages. `csrf_input` is made once for all forms on a page.
    """
    connection = request.connection
    ticket = ticket_of(request)
    return {
        "carry": carried(request),
        "ticket": ticket,
        "refused_ticket": refused_ticket_of(request) if not ticket else "",
        "connection_label": {"name": connection.name, "region": connection.region} if connection is not None else None,
        "tenants": SimpleLazyObject(lambda: tenants(request)),
        "demo": settings.DEMO,
        "sign_on": settings.SIGN_ON,
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "preferences": preferences.current(),
        "offers_zone": preferences.OFFER_KEY in request.session,
        "language_code": language(),
        "manages": SimpleLazyObject(lambda: request.session.get(MANAGES, ())),
        "may_administer": SimpleLazyObject(lambda: may_administer(request.user)),
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
    }


def tenants(request: Request) -> tuple[tuple[str, str, bool], ...]:
    """For each connection that the user may use: its name, the query string of a link that selects it, and whether it is selected.

    The user's default connection comes first. If the page uses no connection, the one named in the request is selected, or else the
    first. If nobody is signed in, the result is ().
    """
    if not request.user.is_authenticated:
        return ()
    names = tenant_names(request)
    requested = request.GET.get("connection") or request.POST.get("connection")
    here = request.connection.name if request.connection is not None else requested or next(iter(names), "")
    return tuple((name, carried_to(request, name), name == here) for name in names)


def tenant_names(request: Request) -> list[str]:
    """The names of the connections that the user may use, the default first.

    They are cached in the session for TENANTS_READ_EVERY seconds, but read again if this page's connection is not among them.
    """
    held: Any = request.session.get(TENANTS_KEY)
    now = int(time.time())
    here = request.connection.name if request.connection is not None else None
    if not isinstance(held, list) or now - held[0] >= TENANTS_READ_EVERY or (here and here not in held[1]):
        held = [now, usable_names(request.user)]
        request.session[TENANTS_KEY] = held
    names: list[str] = held[1]
    return names


def forget_tenants(request: HttpRequest) -> None:
    """Drop the session's cached names of the user's connections, for example because one was added or changed."""
    request.session.pop(TENANTS_KEY, None)


def carried(request: HttpRequest, **more: str) -> str:
    """The query string, with "?", for the values in `more` and the request's connection and valid ticket; "" if all are empty.

    Empty values are left out.
    """
    pairs = {name: value for name, value in more.items() if value}
    if name := request.GET.get("connection") or request.POST.get("connection"):
        pairs["connection"] = name[:120]
    return _query(request, pairs)


def carried_by_redirect(request: HttpRequest, **more: str) -> str:
    """The query string for a redirect: the one from `carried`, plus an invalid ticket, if any, so that the next page can report it.

    If that ticket contains an "@" or is a phone number with a plus, it becomes "…".
    """
    refused = refused_ticket_of(request)
    return carried(request, **more, **({"ticket": without_address(refused)} if refused else {}))


def carried_to(request: HttpRequest, connection: str) -> str:
    """The query string, with "?", for a link that selects `connection` and keeps a valid ticket; "" if there is neither."""
    return _query(request, {"connection": connection} if connection else {})


def _query(request: HttpRequest, pairs: dict[str, str]) -> str:
    if ticket := ticket_of(request):
        pairs["ticket"] = ticket
    return "?" + urlencode(pairs) if pairs else ""
