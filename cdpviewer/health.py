"""Health probes: `/livez` and `/readyz`.

Neither needs a sign-in, and both accept any Host header, because load balancers call them by IP address. They reveal at most the kind of
failure and the version of `tzdata`: nothing about people, orders or tenants.
"""

from __future__ import annotations

import os
import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from django.core import checks
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

from accounts import database_clock
from orders.http import GetResponse, Request
from orders.itinerary import zones
from orders.privacy.alone import past_the_pool

PATIENCE = 1.0  # seconds within which the database must answer
LEAST_ROOM = 16 * 1024 * 1024  # bytes that must be free on the disk of a SQLite database
TABLE = "django_migrations"
READ_ONLY = "is read-only"
SILENT = {"database": "does not answer", "migrations": "not known", "clock": "not known"}

_found_complete: list[bool] = []
_stopping = threading.Event()
_asking = threading.Lock()
_clock_off = threading.Event()

log = structlog.stdlib.get_logger("cdpviewer.health")


def livez(_request: HttpRequest) -> HttpResponse:
    """Liveness: always "ok". Neither the database nor the CDP is queried, so that a slow database or CDP never causes a restart."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Readiness: 200 if the database accepts writes, migrations are applied, keys are usable and the clock is right; otherwise 503.

    The status is also 503 while the server is stopping; the body then says only that. At any other time, the body gives the state of the
    database, migrations, keys and clock, and the version of the time zone rules (`tzdata`). The database has PATIENCE (1 s) to answer.
    The CDP is not checked: an outage there must not take this server out of service.
    """
    if _stopping.is_set():
        return JsonResponse({"server": "stops"}, status=503)
    state = {**_in_time(), "keys": "ok"}
    if any(message.is_serious() for message in checks.run_checks(tags=["keys"])):
        state["keys"] = "not usable: run manage.py check"
    return JsonResponse({**state, "tzdata": zones.VERSION}, status=200 if set(state.values()) == {"ok"} else 503)


def stop() -> None:
    """Have `/readyz` in this process report from now on that the server is stopping."""
    _stopping.set()


def _in_time() -> dict[str, str]:
    """The state of the database, migrations and clock, checked on a thread.

    SILENT if there is no answer after PATIENCE seconds, or if an earlier check is still running.
    """
    if not _asking.acquire(blocking=False):
        return SILENT
    answers: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()

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


def _asked() -> dict[str, str]:
    """The state of the database, migrations and clock; SILENT on a database error.

    Uses its own connection: pages may hold all the others.
    """
    probe = past_the_pool(connection, "readyz")
    try:
        database, clock = READINESS[probe.vendor](probe)
        if database == READ_ONLY:  # SQLite cannot read either if it may not write its log
            return {**SILENT, "database": database, "clock": clock}
        migrations = "ok" if migrated(probe) else "not applied: run manage.py migrate"
        return {"database": database, "migrations": migrations, "clock": clock}
    except (DatabaseError, InterfaceError):
        return SILENT
    finally:
        probe.close()


def _postgresql(probe: BaseDatabaseWrapper) -> tuple[str, str]:
    with probe.cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean, " + database_clock.NOW
        )
        read_only, now = cursor.fetchone()
    database_clock.learn(now)
    return READ_ONLY if read_only else "ok", _clock(database_clock.host_offset(now))


def _clock(offset: float) -> str:
    """The state of this host's clock, which is `offset` seconds ahead of the database's. Log when it becomes wrong or right again."""
    if abs(offset) <= database_clock.MOST_OFF:
        if _clock_off.is_set():
            _clock_off.clear()
            log.info("the clock of this server is right again")
        return "ok"
    if not _clock_off.is_set():
        _clock_off.set()
        log.warning("the clock of this server is wrong", seconds_ahead_of_the_database=round(offset))
    return f"the clock of this server is {abs(round(offset))} s off"


def _sqlite(probe: BaseDatabaseWrapper) -> tuple[str, str]:
    file = Path(str(probe.settings_dict["NAME"]))
    # SQLite begins a transaction even if it may not write. It keeps its log in files beside the database, made with the same mode.
    places = (file.parent, *(file.with_name(file.name + end) for end in ("", "-wal", "-shm")))
    if not all(os.access(place, os.W_OK) for place in places if place.exists()):
        return READ_ONLY, "ok"
    probe.patience = 0.0  # type: ignore[attr-defined]  # of cdpviewer.sqlite
    try:
        with probe.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
    except OperationalError as error:
        code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
        if code != sqlite3.SQLITE_BUSY:  # if busy, another writer holds the lock: the database accepts writes
            raise
    full = shutil.disk_usage(file.parent).free < LEAST_ROOM
    return "is on a disk that is full" if full else "ok", "ok"


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
