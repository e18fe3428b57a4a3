"""Safe migrations: one at a time, and with a limit on how long they wait for a table that pages use."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from cdpviewer.databases import past_the_pool

PATIENCE = 120.0  # seconds to wait for another migration to finish
LOCK_TIMEOUT = "2s"  # every page that needs the table queues behind a waiting migration
LOCK_NOT_AVAILABLE = "55P03"
NUMBER = 0x636470766965  # arbitrary id of the advisory lock


class Busy(Exception):
    """Another migration was still running after a wait of PATIENCE seconds."""


def unknown(connection: BaseDatabaseWrapper) -> list[str]:
    """Migrations of installed apps that have been applied to the database but are missing from this version, as `app.name`."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations or ())
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in known
    )


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold this database's migration lock inside the block. Raises `Busy` if it is not free within PATIENCE seconds.

    The lock is also released if the process ends.
    """
    with _ALONE[connection.vendor](connection):
        yield


@contextmanager
def waiting_shortly(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """On PostgreSQL, limit each wait for a lock to LOCK_TIMEOUT inside the block; on SQLite, change nothing."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


@contextmanager
def _advisory_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # On a separate connection: Django may close the one it migrates with.
    holder = past_the_pool(connection, "migrating")
    try:
        with holder.cursor() as cursor:
            for _again in _tries():
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [NUMBER])
                if cursor.fetchone() == (True,):
                    break
            yield
    finally:
        holder.close()


@contextmanager
def _folder_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # Lock the folder and not the file: closing the file would release SQLite's own locks.
    folder = Path(str(connection.settings_dict["NAME"])).parent
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        for _again in _tries():
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            break
        yield
    finally:
        os.close(descriptor)


def _tries() -> Iterator[None]:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        yield
        time.sleep(0.2)
    raise Busy("Another migration of this database is running.")


_ALONE = {"postgresql": _advisory_lock, "sqlite": _folder_lock}
