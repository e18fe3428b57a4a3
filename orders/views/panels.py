"""Panels: a panel's URL returns a fragment to htmx and to frames; any other request gets the same fragment inside a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise

from accounts.context import carried
from orders.display.rows import Rows, start_of
from orders.http import Request
from orders.services.tenant import Tenant

PROBLEM = "problem"  # the panel for a failure that belongs to no other panel


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: its view, and the heading of the page that is shown around it."""

    heading: Promise
    view: Callable[..., HttpResponseBase]


# Panels by the names of their URLs; `cdp_view` adds them. The id of a panel's root element is that name, with dashes.
PANELS: dict[str, Panel] = {}


def wants_part(request: Request) -> bool:
    """Whether to return only the fragment: true for frames, and for htmx unless the request is boosted or restores a page from history."""
    if request.via:
        return True
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def rows_of(request: Request, tenant: Tenant, name: str, total: int) -> Rows:
    """The rows of the list `name`, from the position in the URL or, if that is missing or not among the `total` rows, from the first."""
    return Rows(start_of(request.GET.get(name, ""), total), in_time=tenant.in_time)


def starting(request: Request, name: str, position: int) -> str:
    """The query string of the page on which the list `name` starts at this position. It keeps the connection and the ticket."""
    return carried(request, **{name: str(position)})


def render_panel(request: Request, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render the fragment `orders/_<name>.html` if only that is wanted; otherwise, the page that includes it.

    That page is `panel_page.html`, or `problem.html` for the panel PROBLEM.
    """
    part = f"orders/_{name}.html"
    whole = "orders/problem.html" if name == PROBLEM else "orders/panel_page.html"
    heading = PANELS[name].heading if name in PANELS else ""
    in_place = wants_part(request)
    context = {"part": part, "panel": name, "heading": heading, "in_place": in_place, **context}
    response = render(request, part if in_place else whole, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
