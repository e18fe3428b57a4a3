"""What every view that asks the CDP shares: the person's connection, the way to the tenant, and honest words when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from orders import problems
from orders.cdp import errors
from orders.desk import Desk
from orders.looks import LookNotRecorded
from orders.models import Connection
from orders.problems import Problem
from orders.services import result_of
from orders.views.panels import render_panel

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponseBase]


def asks_the_cdp(*, panel: str = "", fresh: bool = False) -> Callable[[DeskView[P]], View[P]]:
    """Hand the view a `Desk` for the person's connection, and turn every failure into a page, or into the `panel` of that name.

    With `fresh` the CDP is always asked anew; without, an answer of the last minute will do.
    """

    def decorate(view: DeskView[P]) -> View[P]:
        @wraps(view)
        def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            connection, problem = choose_connection(request)
            if connection is None:
                return show_problem(request, problem or problems.no_connection(), panel)

            def answer() -> HttpResponseBase:
                desk = Desk(connection, session_key=request.session.session_key or "", fresh=fresh)
                response = view(request, desk, *args, **kwargs)
                if desk.calls:
                    connection.note_use("accepted")
                return response

            return in_words(request, connection, panel, answer)

        return asked

    return decorate


def in_words(
    request: HttpRequest, connection: Connection, panel: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer, or the words for why there is none."""
    try:
        return answer()
    except errors.CdpError as error:
        connection.note_use(result_of(error))
        return show_problem(request, with_action(request, problems.describe(error)), panel)
    except LookNotRecorded:
        return show_problem(request, with_action(request, problems.not_recorded()), panel)


def choose_connection(request: HttpRequest) -> tuple[Connection | None, Problem | None]:
    """The connection that `?connection=` names, or the person's default. An unknown name is told, never replaced."""
    name = request.GET.get("connection") or request.POST.get("connection") or ""
    if name:
        connection = Connection.objects.named(request.user, name)
        problem = _to_connections(request, problems.unknown_connection(name)) if connection is None else None
    else:
        connection = Connection.objects.default_for(request.user)
        problem = _to_connections(request, problems.no_connection(), add=True) if connection is None else None
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
    """The next step as a link: the connection page and back, or the same page again."""
    if problem.code in {"refused", "not-permitted", "credential-unreadable", "connection"}:
        return _to_connections(request, problem)
    if request.method == "GET" and problem.code not in {"bad-reference", "not-found"}:
        return replace(problem, action_url=_page_of(request), action_label=_("Try again"))
    return problem


def _to_connections(request: HttpRequest, problem: Problem, *, add: bool = False) -> Problem:
    back = urlencode({"next": _page_of(request)}) if request.method == "GET" else ""
    address = reverse("connection_add" if add else "connections")
    label = _("Add a connection") if add else _("Open your connections")
    return replace(problem, action_url=f"{address}?{back}" if back else address, action_label=label)


def _page_of(request: HttpRequest) -> str:
    return request.get_full_path()


def _kwargs(request: HttpRequest) -> dict[str, str]:
    """The reference of the address, so that a page about a failure still says which order it is about."""
    match = request.resolver_match
    ref = str(match.kwargs.get("ref", "")) if match else ""
    return {"order_ref": ref, "reference": ref}
