"""The start page, and the search: one field that takes whatever the customer gave the agent."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from orders.http import Request
from orders.privacy import access_log
from orders.views.cdp_view import choose_connection, show_problem
from orders.views.links import with_urls
from orders.views.results import search


@require_safe
def home(request: Request) -> HttpResponseBase:
    """The search field, how to use it, and the user's recent orders."""
    connection, problem = choose_connection(request)
    if connection is None and problem is not None and request.GET.get("connection"):
        return show_problem(request, problem)
    context = {"search": request.GET.get("search"), "recent": with_urls(request, access_log.recent(request.user))}
    return render(request, "orders/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: Request) -> HttpResponseBase:
    """Search: a form posts `q`, a ticket's link has it as `?q=`. Returns the order, a chooser, or a page with the reason.

    A form that found one order redirects to its URL, and that page reuses the answers of the search.
    """
    return search(request, request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", ""))
