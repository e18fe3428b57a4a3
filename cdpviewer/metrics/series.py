"""Counts and times that each process of the server records. Imported only if PROMETHEUS_MULTIPROC_DIR names the folder for them.

Each label has a closed set of values, such as route names, regions or error classes. No label holds a person, a reference, a ticket
or a path.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.backends.signals import connection_created
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Gauge, Histogram

from cdpviewer.awaited import connection_awaited
from cdpviewer.middleware import route
from orders.cdp import watching
from orders.http import GetResponse, Request

SIGNING_IN = frozenset({"login", "second_step", "confirm"})
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
PAGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0)
CALLS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0)
DATABASE = (0.001, 0.005, 0.02, 0.1, 0.25, 0.75, 2.0, 20.0)

REQUESTS = Counter("cdpviewer_requests", "Requests answered.", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "cdpviewer_request_seconds",
    "From a request to its answer.",
    ["route"],
    buckets=PAGES,
)
CALLS_MADE = Counter(
    "cdpviewer_cdp_calls", "Calls to the CDP by how they ended, retries included.", ["region", "outcome"]
)
CALL_SECONDS = Histogram("cdpviewer_cdp_call_seconds", "From a call to its end.", ["region"], buckets=CALLS)
TRIES = Counter("cdpviewer_cdp_tries", "Requests that left for the CDP.", ["region"])
MEMORY = Counter("cdpviewer_memory_reads", "Reads of the one-minute cache.", ["result"])
PLACES = Gauge("cdpviewer_places_in_use", "Pages that wait on the CDP now.", multiprocess_mode="livesum")
REFUSED = Counter("cdpviewer_places_refused", "Pages refused because every slot for waiting on the CDP was taken.")
STATEMENT_SECONDS = Histogram(
    "cdpviewer_database_seconds", "From a statement to its result, waiting for locks included.", buckets=DATABASE
)
WAIT_SECONDS = Histogram(
    "cdpviewer_database_wait_seconds",
    "Until a connection was there: a free one of the pool, or a new one. Failures included.",
    buckets=DATABASE,
)
DATABASE_FAILED = Counter(
    "cdpviewer_database_failures",
    "Statements that failed, and connections that could not be had.",
    ["step", "error"],
)
SIGN_INS_REFUSED = Counter("cdpviewer_sign_ins_refused", "Sign-ins that were refused.", ["reason"])


def begin() -> None:
    """Start measuring calls to the CDP, SQL statements, waits for connections, and failed sign-ins. Requests are counted by `measured`."""
    watching.watchers.append(Calls())
    connection_created.connect(_watch_statements, dispatch_uid="cdpviewer.metrics.statements")
    connection_awaited.connect(_connection_awaited, dispatch_uid="cdpviewer.metrics.connections")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="cdpviewer.metrics.sign_in")
    for result in ("hit", "miss"):
        MEMORY.labels(result)
    for reason in ("wrong", "too_many"):
        SIGN_INS_REFUSED.labels(reason)


def measured(get_response: GetResponse) -> GetResponse:
    """Middleware: count requests by route, method and status, and time them; count sign-ins refused for too many attempts (429)."""

    def answer(request: Request) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        name = route(request, response) or "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(name, method, response.status_code).inc()
        REQUEST_SECONDS.labels(name).observe(time.perf_counter() - began)
        if name in SIGNING_IN and response.status_code == 429:
            SIGN_INS_REFUSED.labels("too_many").inc()
        return response

    return answer


class Calls:
    """A `Watcher` that counts and times calls to the CDP. It also counts cache reads, pages waiting on the CDP and pages refused."""

    def __init__(self) -> None:
        self._regions = {url.rstrip("/"): name for name, url in settings.CDP_REGIONS.items()}

    def region(self, origin: str) -> str:
        """The name of the region with this origin; "other" if no region has it."""
        return self._regions.get(origin, "other")

    def called(self, origin: str, outcome: str, began: float, seconds: float) -> None:
        CALLS_MADE.labels(self.region(origin), in_snake_case(outcome)).inc()
        CALL_SECONDS.labels(self.region(origin)).observe(seconds)

    def tried(self, origin: str) -> None:
        TRIES.labels(self.region(origin)).inc()

    def remembered(self, hit: bool) -> None:
        MEMORY.labels("hit" if hit else "miss").inc()

    def place(self, change: int) -> None:
        PLACES.inc(change)

    def refused(self) -> None:
        REFUSED.inc()


def in_snake_case(name: str) -> str:
    """A class name in snake case: `TimedOut` becomes `timed_out`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _sign_in_failed(**_kwargs: Any) -> None:
    SIGN_INS_REFUSED.labels("wrong").inc()


def _watch_statements(connection: Any, **_kwargs: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _connection_awaited(seconds: float, error: BaseException | None, **_kwargs: Any) -> None:
    WAIT_SECONDS.observe(seconds)
    if error is not None:
        _failed("connection", error)


def _failed(step: str, error: BaseException) -> None:
    DATABASE_FAILED.labels(step, in_snake_case(type(error).__name__)).inc()


def _statement(execute: Callable[..., Any], *args: Any) -> Any:
    began = time.perf_counter()
    try:
        return execute(*args)
    except Exception as error:
        _failed("statement", error)
        raise
    finally:
        STATEMENT_SECONDS.observe(time.perf_counter() - began)
