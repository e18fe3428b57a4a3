"""`/livez` and `/readyz`, for whoever watches over the server.

Both answer without sign-in and for every Host, because a probe calls an address and not a name; neither says anything about
people, orders, tenants or the configuration beyond "ok" and what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from orders.itinerary import zones

_found_complete: list[bool] = []


def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers. No I/O at all, so a slow database or CDP never gets the server restarted."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(_request: HttpRequest) -> HttpResponse:
    """The database answers, its migrations are applied, the keys can be used: 200, else 503 with what is wrong.

    How the CDP answers is not asked and not said: an outage there must not take this server out of service as well, and which
    tenants are in use is nobody's business who has not signed in. `tzdata` is the version of the zone rules.
    """
    state = {"database": "ok", "migrations": "ok", "keys": "ok"}
    if any(message.is_serious() for message in checks.run_checks(tags=["keys"])):
        state["keys"] = "not usable: run manage.py check"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not migrated():
            state["migrations"] = "not applied: run manage.py migrate"
    except DatabaseError:
        state["database"] = "does not answer"
        state["migrations"] = "not known"
    return JsonResponse({**state, "tzdata": zones.VERSION}, status=200 if set(state.values()) == {"ok"} else 503)


def migrated() -> bool:
    """Are all migrations applied? A yes is remembered for the life of the process, because they are not taken back under it."""
    if not _found_complete:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _found_complete.append(True)
    return True


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/livez": livez, "/readyz": readyz}


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answers the probes before sessions, host names and sign-in are looked at."""

    def respond(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return get_response(request)
        return probe(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])

    return respond
