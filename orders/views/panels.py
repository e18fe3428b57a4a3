"""A panel has one address: htmx gets the part, everyone else the same part inside a page. This is the one place that decides."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from accounts.context import carried
from orders.display.rows import Rows, start_of
from orders.services.tenant import Tenant

# The URL names of the panels. The root element of each has its name, with dashes, as its id.
PANELS = frozenset({"order_contacts", "order_travellers", "order_custom_data", "guest_orders"})


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part (and not for a whole page after a lost history entry)."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def rows_of(request: HttpRequest, tenant: Tenant, name: str, total: int) -> Rows:
    """The rows of the list `name`, which has `total` of them, from the one on that the address asks for."""
    return Rows(start_of(request.GET.get(name, ""), total), in_time=tenant.in_time)


def starting(request: HttpRequest, name: str, position: int) -> str:
    """The query of a page on which the list `name` starts at a position; what is carried onward comes along."""
    return carried(request, **{name: str(position)})


def render_panel(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render `orders/_<name>.html` for htmx; for everyone else `orders/panel_page.html`, which includes it."""
    part = f"orders/_{name}.html"
    whole = "orders/panel_page.html" if name in PANELS else f"orders/{name}.html"
    template = part if wants_part(request) else whole
    response = render(request, template, {"part": part, "panel": name, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
