"""What every view that asks the CDP shares: the person's connection, the way to the tenant, and honest words when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec

import structlog
from django.db import DatabaseError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import next_page, view_limits
from accounts.context import carried
from orders import problems
from orders.cdp import errors
from orders.models import Connection
from orders.privacy import access_log
from orders.privacy.access_log import LookNotRecorded
from orders.privacy.personal import is_personal
from orders.problems import Problem
from orders.search_text import lookup
from orders.services.connections import result_of
from orders.services.search import find_by_reference
from orders.services.tenant import Tenant
from orders.storage.lock_timeout import set_lock_timeout
from orders.views.panels import PANELS, render_panel

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
TenantView = Callable[Concatenate[HttpRequest, Tenant, P], HttpResponseBase]

log = structlog.stdlib.get_logger("orders.cdp")

# The searches that are posted, by the names of their URLs, and what a person typed into each.
TYPED = {"orders": ("q", "country", "exactly"), "find_person": ("first_name", "last_name")}
# Ticket links may lead straight to them, with a booking reference instead of a ref.
PAGES_OF_AN_ORDER = frozenset(
    {"order_contacts", "order_travellers", "order_raw", "order_calendar", "order_custom_data"}
)
NOT_AGAIN = frozenset({"bad-reference", "not-found", "too-many", "too-large"})  # the same question gets the same answer


def cdp_view(*, panel: str = "", fresh: bool = False) -> Callable[[TenantView[P]], View[P]]:
    """Give the view a `Tenant` of the user's connection, and turn every failure into a page, or into the `panel` of that name.

    With `fresh` the CDP is asked anew, but for an order that a search has just handed over; without, an answer of the last minute will do.
    """

    def decorate(view: TenantView[P]) -> View[P]:
        @wraps(view)
        def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            set_lock_timeout(database)
            connection, problem = choose_connection(request)
            if connection is None:
                return show_problem(request, problem or problems.no_connection(), panel)
            if over := view_limits.count(request.user):
                return show_problem(request, with_action(request, view_limits.problem(over)), panel)

            def answer() -> HttpResponseBase:
                handed = _kwargs(request)["order_ref"] if fresh else ""
                tenant = Tenant(connection, session_key=request.session.session_key or "", fresh=fresh, handed=handed)
                request.tenant = tenant  # type: ignore[attr-defined]
                try:
                    response = view(request, tenant, *args, **kwargs)
                except errors.NotFound:
                    ref = _by_its_reference(request, tenant)
                    if not ref:
                        raise
                    kwargs["ref"] = ref
                    response = view(request, tenant, *args, **kwargs)
                if tenant.calls:
                    _note_use(connection, "accepted")
                return response

            return in_words(request, connection, panel, answer)

        return asked

    return decorate


def _by_its_reference(request: HttpRequest, tenant: Tenant) -> str:
    """The ref of the order that has the address's value as its booking reference; "" where there is not exactly one."""
    match = request.resolver_match
    ref = str(match.kwargs.get("ref", "")) if match else ""
    if match is None or match.url_name not in PAGES_OF_AN_ORDER or lookup.looks_like_ref(ref) or not lookup.is_ref(ref):
        return ""
    try:
        found = find_by_reference(tenant, ref)
    except errors.CdpError:
        return ""
    return found.only


def in_words(
    request: HttpRequest, connection: Connection, panel: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer, or the words for why there is none; and one line in the log where the CDP failed, even in part."""
    raised: errors.CdpError | None = None
    try:
        response = _recording_misses(request, connection, answer)
    except errors.CdpError as error:
        raised = error
        _note_use(connection, result_of(error))
        response = show_problem(request, with_action(request, problems.describe(error)), panel)
    except LookNotRecorded as error:
        log.error("a look could not be recorded", route=_route(request), exc_info=error)
        response = show_problem(request, with_action(request, problems.not_recorded()), panel)
    if not getattr(response, "streaming", False):  # what is still under way comes here again at its end
        _log_failure(request, raised)
    return response


def _recording_misses(
    request: HttpRequest, connection: Connection, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer; a page of an order that the CDP does not know is recorded like a search that found nothing."""
    try:
        return answer()
    except errors.NotFound:
        if _route(request) in PAGES_OF_AN_ORDER | {"order"}:
            access_log.record_miss(request, connection, _kwargs(request)["order_ref"])
        raise


def _log_failure(request: HttpRequest, raised: errors.CdpError | None) -> None:
    """Code, route, region, connection, calls, time; the request's number is in every line. Nothing of a person or a reference."""
    tenant: Tenant | None = getattr(request, "tenant", None)
    failures = tenant.client.take_failures() if tenant is not None else []
    told = raised if raised is not None and not isinstance(raised, errors.ReferenceProblem) else None
    error = told or (failures[0] if failures else None)
    if error is None:
        return
    log.warning(
        "the CDP failed",
        code=problems.describe(error).code,
        error=str(error),
        route=_route(request),
        region=tenant.connection.region if tenant is not None else "",
        connection=str(tenant.connection.pk) if tenant is not None else "",
        calls=tenant.calls if tenant is not None else 0,
        failed=len(failures),
        ms=round(tenant.seconds * 1000) if tenant is not None else 0,
        whole=raised is not None,
    )


def _note_use(connection: Connection, result: str) -> None:
    try:
        connection.note_use(result)
    except DatabaseError as error:  # a note on the connection page is worth no page of an order
        log.warning("the use of a connection could not be noted", exc_info=error)


def _route(request: HttpRequest) -> str:
    return request.resolver_match.url_name or "" if request.resolver_match else ""


def choose_connection(request: HttpRequest) -> tuple[Connection | None, Problem | None]:
    """The connection that `?connection=` names, or the person's default. An unknown name is told, never replaced."""
    name = request.GET.get("connection") or request.POST.get("connection") or ""
    if name:
        connection = Connection.objects.named(request.user, name)
        problem = _to_connections(request, problems.unknown_connection(name)) if connection is None else None
    else:
        connection = Connection.objects.default_for(request.user)
        problem = _to_connections(request, problems.no_connection(), add=True) if connection is None else None
    if connection is not None and not connection.is_confirmed:
        problem = _to_confirm(request, problems.unconfirmed(connection.name))
        connection = None
    request.connection = connection  # type: ignore[attr-defined]
    return connection, problem


def show_problem(request: HttpRequest, problem: Problem, panel: str = "") -> HttpResponse:
    """The problem with its status: inside the panel it belongs to, or as a page."""
    if panel:
        response = render_panel(request, panel, {"problem": problem, **(_kwargs(request))}, status=problem.status)
    else:
        response = render(
            request, "orders/problem.html", {"problem": problem, **(_kwargs(request))}, status=problem.status
        )
    if problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    return response


def with_action(request: HttpRequest, problem: Problem) -> Problem:
    """The next step: the connection page and back to the page the person is on, or the same question again, where it was asked.

    A panel asks again in its own place; a search that was posted is posted again with what was typed.
    """
    if problem.code in {"refused", "not-permitted", "credential-unreadable", "connection"}:
        return _to_connections(request, problem)
    if problem.code in NOT_AGAIN:
        return problem
    route = _route(request)
    again = replace(problem, action_url=request.get_full_path(), action_label=_("Try again"))
    if text := _personal_search(request):
        return replace(again, action_url=reverse("orders") + carried(request), typed=(("q", text),))
    if request.method == "GET":
        return replace(again, panel=route.replace("_", "-") if route in PANELS else "")
    if route in TYPED:
        names = (*TYPED[route], "connection")
        return replace(again, typed=tuple((name, request.POST[name]) for name in names if name in request.POST))
    return problem


def _personal_search(request: HttpRequest) -> str:
    """The text that a link brought, if it names a person beside a reference; "" otherwise. No link may repeat it."""
    match = request.resolver_match
    if request.method == "POST" or match is None:
        return ""
    text = str(match.kwargs.get("ref") or match.kwargs.get("text") or request.GET.get("q", "")).removesuffix("/")
    return text if is_personal(text) and not lookup.is_ref(text) else ""


def _to_connections(request: HttpRequest, problem: Problem, *, add: bool = False) -> Problem:
    address = reverse("connection_add" if add else "connections")
    label = _("Add a connection") if add else _("Open your connections")
    return replace(problem, action_url=address + next_page.next_query(next_page.page_of(request)), action_label=label)


def _to_confirm(request: HttpRequest, problem: Problem) -> Problem:
    address = reverse("confirm_connections") + next_page.next_query(next_page.page_of(request))
    return replace(problem, action_url=address, action_label=_("Confirm your connections"))


def _kwargs(request: HttpRequest) -> dict[str, str]:
    """The reference of the address, so that a page about a failure still says which order it is about, and what was searched for."""
    match = request.resolver_match
    ref = str(match.kwargs.get("ref", "")) if match else ""
    return {"order_ref": ref, "reference": ref, "q": request.POST.get("q", "") if _route(request) == "orders" else ""}
