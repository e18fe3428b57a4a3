"""Code shared by the pages that read from the CDP: it chooses the connection, opens its `Tenant`, and shows failures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

import structlog
from django.db import DatabaseError
from django.db import connection as database
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from accounts import view_limits
from accounts.limits import Over
from orders import problems
from orders.cdp import errors
from orders.cdp.refs import is_ref
from orders.http import Request
from orders.models import AnyConnection
from orders.privacy import access_log
from orders.privacy.access_log import AccessNotRecorded
from orders.problems import Problem
from orders.problems.faults import LastResult
from orders.search_text import lookup
from orders.services.connections import chosen, find_connection
from orders.services.search import find_by_reference
from orders.services.tenant import Tenant
from orders.storage.lock_timeout import set_lock_timeout
from orders.views.access import right_to_reveal
from orders.views.next_step import route_of, to_confirm, to_connections, with_action
from orders.views.panels import PANELS, Panel, render_panel

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[Request, P], HttpResponseBase]
TenantView = Callable[Concatenate[Request, Tenant, P], HttpResponseBase]

log = structlog.stdlib.get_logger("orders.cdp")


def cdp_view(
    *, panel: str = "", heading: Promise | None = None, fresh: bool = False
) -> Callable[[TenantView[P]], View[P]]:
    """Decorator: give the view a `Tenant` for the request's connection, and show failures in the `panel`, or as a page if none is named.

    With a `heading`, the view is registered for that panel and answers only GET and HEAD. Answers from the last minute are reused; with
    `fresh`, only in the two cases that `Tenant` describes. The URL of a part of an order may contain a booking reference instead of a ref.
    """

    def decorate(view: TenantView[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            set_lock_timeout(database)
            connection, problem = choose_connection(request, counted=True, panel=panel)
            if connection is None:
                return show_problem(request, problem or problems.no_connection(), panel)

            def show(tenant: Tenant) -> HttpResponseBase:
                try:
                    response = view(request, tenant, *args, **kwargs)
                except errors.Missing:
                    kwargs["ref"] = _ref_by_reference(request, tenant)
                    if not kwargs["ref"]:
                        raise
                    response = view(request, tenant, *args, **kwargs)
                if tenant.reader.calls:
                    _note_use(connection, LastResult.ACCEPTED)
                return response

            return respond(request, connection, panel, partial(_tenant, request, connection, fresh), show)

        if heading is None:
            return wrapped
        PANELS[panel] = Panel(heading, require_safe(wrapped))
        return require_safe(wrapped)

    return decorate


def _tenant(request: Request, connection: AnyConnection, fresh: bool) -> Tenant:
    handed = _named_order(request)["order_ref"] if fresh else ""
    left = urlsplit(request.headers.get("Referer", "")).path
    at_hand = "" if left == request.path or _reloaded(request) else handed
    left = unquote(left.rstrip("/").rpartition("/")[2])
    key = request.session.session_key or ""
    tenant = Tenant(connection, session_key=key, fresh=fresh, handed=handed, at_hand=at_hand, left=left)
    request.reader = tenant.reader
    return tenant


def _reloaded(request: Request) -> bool:
    """Whether the browser is reloading the page, rather than following a link or going back."""
    cache = request.headers.get("Cache-Control", "")
    return "max-age=0" in cache or "no-cache" in cache


def _ref_by_reference(request: Request, tenant: Tenant) -> str:
    """The ref for the booking reference in the URL of a part of an order; "" unless a complete search for it finds exactly one order."""
    match = request.resolver_match
    ref = str(match.kwargs.get("ref", "")) if match else ""
    if not _is_part_of_order(request) or lookup.looks_like_ref(ref) or not is_ref(ref):
        return ""
    try:
        result = find_by_reference(tenant, ref)
    except errors.CdpError:
        return ""
    return result.only


def _is_part_of_order(request: Request) -> bool:
    """Whether the URL is that of an `order_…` panel, or of an order's raw data or calendar file: ticket links may open these directly."""
    match = request.resolver_match
    return match is not None and "ref" in match.kwargs and (match.url_name or "").startswith("order_")


def respond(
    request: Request,
    connection: AnyConnection,
    panel: str,
    load: Callable[[], T],
    show: Callable[[T], HttpResponseBase],
) -> HttpResponseBase:
    """Return `show(load())`; if the CDP or the access log fails, show the problem as `show_problem` does.

    Failures are logged (see `_log_failure`). If the CDP does not have the requested order, or the requested part of it (see
    `_is_part_of_order`), this is recorded as a search that found nothing.
    """
    raised: errors.CdpError | None = None
    try:
        try:
            response = show(load())
        except errors.Missing:
            if route_of(request) == "order" or _is_part_of_order(request):
                access_log.record_miss(request, connection, _named_order(request)["order_ref"])
            raise
    except errors.CdpError as error:
        raised = error
        _note_use(connection, problems.last_result(error))
        response = show_problem(request, with_action(request, problems.describe(error)), panel)
    except AccessNotRecorded as error:
        log.error("an access could not be recorded", route=route_of(request), exc_info=error)
        response = show_problem(request, with_action(request, problems.not_recorded()), panel)
    if not getattr(response, "streaming", False):  # a streamed response calls `respond` again at its end
        _log_failure(request, raised)
    return response


def _log_failure(request: Request, raised: errors.CdpError | None) -> None:
    """Log one line about the error that was raised, or else about the first failed call; log nothing if there was neither.

    A ReferenceProblem, such as NotFound, does not count as an error here. The line contains no reference and nothing about a person.
    """
    reader, connection = request.reader, request.connection
    failures = reader.take_failures() if reader is not None else []
    own = raised if raised is not None and not isinstance(raised, errors.ReferenceProblem) else None
    error = own or (failures[0] if failures else None)
    if error is None:
        return
    log.warning(
        "the CDP failed",
        code=problems.describe(error).code,
        error=str(error),
        route=route_of(request),
        region=connection.region if connection is not None else "",
        connection=str(connection.pk) if connection is not None else "",
        calls=reader.calls if reader is not None else 0,
        failed=len(failures),
        ms=round(reader.seconds * 1000) if reader is not None else 0,
        whole=raised is not None,
    )


def _note_use(connection: AnyConnection, result: str) -> None:
    try:
        connection.note_use(result)
    except DatabaseError as error:  # an order page must not fail because of this
        log.warning("the use of a connection could not be noted", exc_info=error)


def choose_connection(
    request: Request, *, counted: bool = False, panel: str = ""
) -> tuple[AnyConnection | None, Problem | None]:
    """Choose the connection and set `request.connection`; return (connection, None), or (None, Problem) if none may be used.

    The connection is the one that the request names or, if it names none, the user's default (see `chosen`). An unknown or
    unconfirmed connection is a Problem: no other is used instead. If the request may call the CDP (`counted`), a view is counted, and
    exceeding a view limit is also a Problem. For a `panel` of an order, `counted` also sets `request.opening` and `request.has_reveal`.
    """
    name = request.GET.get("connection") or request.POST.get("connection") or ""
    connection, over = _counted(request, name, panel) if counted else (find_connection(request.user, name), None)
    problem = None
    if connection is None:
        missing = problems.unknown_connection(name) if name else problems.no_connection()
        problem = to_connections(request, missing, add=not name)
    elif not connection.is_confirmed:
        problem = to_confirm(request, problems.unconfirmed(connection.name))
        connection = None
    request.connection = connection
    if connection is not None and over is not None:
        return None, with_action(request, view_limits.problem(over))
    return connection, problem


def _counted(request: Request, name: str, panel: str) -> tuple[AnyConnection | None, Over | None]:
    """Count a view; return the chosen connection (or None), and the view limit that is now exceeded (or None).

    A view that cannot be counted exceeds no limit. For a `panel` of an order, also set `request.opening` and `request.has_reveal`.
    """
    view, user = view_limits.view_of(request.user), request.user
    order_ref = _named_order(request)["order_ref"] if panel else ""
    also = (access_log.last_opening(user, order_ref), right_to_reveal(user)) if is_ref(order_ref) else ()
    if view is None and not also:
        return chosen(user, name)[0], None
    try:
        connection, counts, rows = chosen(user, name, change=view.change if view is not None else None, also=also)
        over = view.over(*counts) if view is not None and connection is not None else None
    except DatabaseError as error:
        log.warning("a view could not be counted with its connection", exc_info=error)
        return chosen(user, name)[0], None
    if rows:
        request.opening, request.has_reveal = rows[0], rows[1] is not None
    return connection, over


def show_problem(request: Request, problem: Problem, panel: str = "") -> HttpResponse:
    """Show the problem in the `panel`, or as a page if no panel is named, with the problem's status and, if known, Retry-After."""
    if panel:
        response = render_panel(request, panel, {"problem": problem, **(_named_order(request))}, status=problem.status)
    else:
        response = render(
            request, "orders/problem.html", {"problem": problem, **(_named_order(request))}, status=problem.status
        )
    if problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _named_order(request: Request) -> dict[str, str]:
    """Template context for a failure: the `ref` in the URL, and the text posted in the search field; "" for each that is missing."""
    match = request.resolver_match
    ref = str(match.kwargs.get("ref", "")) if match else ""
    return {"order_ref": ref, "reference": ref, "q": request.POST.get("q", "") if route_of(request) == "orders" else ""}
