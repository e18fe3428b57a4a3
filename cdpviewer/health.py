"""Health probes: `/livez` and `/readyz`.

Both answer without sign-in, and with any Host header, because probes use an IP address. They reveal at most the kind of failure and
the version of `tzdata`: nothing about people, orders or tenants.
"""

from __future__ import annotations

import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from django.core import checks
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

from cdpviewer.databases import past_the_pool
from orders.http import GetResponse, Request
from orders.itinerary import zones

PATIENCE = 1.0  # seconds that the database has to answer
LEAST_ROOM = 16 * 1024 * 1024  # bytes that must be free on the disk of a SQLite database
TABLE = "django_migrations"
SILENT = ("does not answer", "not known")

_found_complete: list[bool] = []
_stopping = threading.Event()
_asking = threading.Lock()


def livez(_request: HttpRequest) -> HttpResponse:
    """Liveness: always "ok". Neither the database nor the CDP is asked, so that a slow one never causes a restart."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Readiness: 200 if the database accepts writes, migrations are applied and keys are usable; otherwise, and while stopping, 503.

    The body gives the state of all three and the version of the time zone rules (`tzdata`), or only that the server is stopping.
    The database has PATIENCE (1 s) to answer. The CDP is not checked: its outage must not take this server out of service.
    """
    if _stopping.is_set():
        return JsonResponse({"server": "stops"}, status=503)
    state = {"database": "ok", "migrations": "ok", "keys": "ok"}
    if any(message.is_serious() for message in checks.run_checks(tags=["keys"])):
        state["keys"] = "not usable: run manage.py check"
    state["database"], state["migrations"] = _in_time()
    return JsonResponse({**state, "tzdata": zones.VERSION}, status=200 if set(state.values()) == {"ok"} else 503)


def stop() -> None:
    """Have `/readyz` in this process report from now on that the server is stopping."""
    _stopping.set()


def _in_time() -> tuple[str, str]:
    """The state of the database and migrations, checked on a thread.

    SILENT if there is no answer after PATIENCE seconds, or if an earlier check is still running.
    """
    if not _asking.acquire(blocking=False):
        return SILENT
    answers: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_asked())
        finally:
            _asking.release()

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except queue.Empty:
        return SILENT


def _asked() -> tuple[str, str]:
    """The state of the database and migrations; SILENT on a database error. Uses its own connection: pages may hold all the others."""
    probe = past_the_pool(connection, "readyz")
    try:
        state = READINESS[probe.vendor](probe)
        return state, "ok" if migrated(probe) else "not applied: run manage.py migrate"
    except (DatabaseError, InterfaceError):
        return SILENT
    finally:
        probe.close()


def _postgresql(probe: BaseDatabaseWrapper) -> str:
    with probe.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")
        (read_only,) = cursor.fetchone()
    return "is read-only" if read_only else "ok"


def _sqlite(probe: BaseDatabaseWrapper) -> str:
    probe.patience = 0.0  # type: ignore[attr-defined]  # of cdpviewer.sqlite
    try:
        with probe.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
    except OperationalError as error:
        code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY:
            return "is read-only"
        if code != sqlite3.SQLITE_BUSY:  # if busy, another writer holds the lock: the database accepts writes
            raise
    folder = Path(str(probe.settings_dict["NAME"])).parent
    return "ok" if shutil.disk_usage(folder).free >= LEAST_ROOM else "is on a disk that is full"


READINESS = {"postgresql": _postgresql, "sqlite": _sqlite}


def migrated(asked: BaseDatabaseWrapper) -> bool:
    """Whether all migrations are applied. True is cached for the life of the process: migrations are never undone while it runs."""
    if not _found_complete:
        with asked.cursor() as cursor:
            if TABLE not in asked.introspection.table_names(cursor):
                return False
            cursor.execute(f"SELECT app, name FROM {TABLE}")  # noqa: S608  (Django's own name)
            applied = set(cursor.fetchall())
        if not applied.issuperset(MigrationLoader(None).graph.nodes):
            return False
        _found_complete.append(True)
    return True


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/livez": livez, "/readyz": readyz}


def probes(get_response: GetResponse) -> GetResponse:
    """Middleware: answer the probes before host names, sessions and sign-in are checked."""

    def respond(request: Request) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return get_response(request)
        return probe(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])

    return respond
