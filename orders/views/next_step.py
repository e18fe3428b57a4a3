"""The next step after a problem: a button that repeats the request or leads to the user's connections."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import next_page
from accounts.context import carried
from orders import problems
from orders.cdp import errors
from orders.cdp.refs import is_ref
from orders.http import Request
from orders.privacy.personal import is_personal
from orders.problems import Problem
from orders.problems.faults import NextStep
from orders.views.panels import PANELS

# The form fields of each posted search, by the name of its URL.
TYPED = {"orders": ("q", "country", "exactly"), "find_person": ("first_name", "last_name")}


def with_action(request: Request, problem: Problem) -> Problem:
    """Return the problem with a button for its next step: to open the Connections page, which leads back here, or to repeat the request.

    A panel is reloaded in place. A posted search is posted again with its fields. A search by URL is posted instead if its text is
    personal. No button is added if the problem has no next step, or if the request to repeat is a posted form other than a search.
    """
    if problem.action is NextStep.CONNECTIONS:
        shared_by = request.connection.shared_by if request.connection is not None else None
        return to_connections(request, problem if shared_by is None else problems.of_shared(problem, shared_by))
    if problem.action is NextStep.NONE:
        return problem
    route = route_of(request)
    again = replace(problem, action_url=request.get_full_path(), action_label=_("Try again"))
    if text := _personal_search(request):
        return replace(again, action_url=reverse("orders") + carried(request), typed=(("q", text),))
    if request.method == "GET":
        return replace(again, panel=route.replace("_", "-") if route in PANELS else "")
    if route in TYPED:
        names = (*TYPED[route], "connection")
        return replace(again, typed=tuple((name, request.POST[name]) for name in names if name in request.POST))
    return problem


def partial_problem(request: Request, error: errors.CdpError | None) -> Problem | None:
    """The problem that left a page incomplete, with a button for its next step if it has one; None if there is no error."""
    return with_action(request, problems.describe(error)) if error is not None else None


def _personal_search(request: Request) -> str:
    """The search text in the URL of a GET, if it is personal and cannot be a ref; otherwise "". Such text must not be put in a link."""
    match = request.resolver_match
    if request.method == "POST" or match is None:
        return ""
    text = str(match.kwargs.get("ref") or match.kwargs.get("text") or request.GET.get("q", "")).removesuffix("/")
    return text if is_personal(text) and not is_ref(text) else ""


def to_connections(request: Request, problem: Problem, *, add: bool = False) -> Problem:
    """Return the problem with a button to the Connections page or, with `add`, to the form for adding a connection; both lead back here."""
    address = reverse("connection_add" if add else "connections")
    label = _("Add a connection") if add else _("Open your connections")
    return replace(problem, action_url=address + next_page.next_query(next_page.page_of(request)), action_label=label)


def to_confirm(request: Request, problem: Problem) -> Problem:
    """Return the problem with a button that opens the page for confirming the user's connections; that page leads back here."""
    address = reverse("confirm_connections") + next_page.next_query(next_page.page_of(request))
    return replace(problem, action_url=address, action_label=_("Confirm your connections"))


def route_of(request: Request) -> str:
    """The name of the request's URL, such as "order_contacts"; "" if no URL matched."""
    return request.resolver_match.url_name or "" if request.resolver_match else ""
