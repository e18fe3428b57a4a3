"""What a migration owes the pages and other migrations: it runs alone, and waits for a lock no longer than pages can bear."""

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

PATIENCE = 120.0  # seconds for another migration
LOCK_TIMEOUT = "2s"  # every page that needs the table waits behind a migration that waits for it
LOCK_NOT_AVAILABLE = "55P03"
NUMBER = 0x636470766965  # of the advisory lock: any that nobody else takes


class Busy(Exception):
    """Another migration is still running after PATIENCE."""


def unknown(connection: BaseDatabaseWrapper) -> list[str]:
    """Migrations of our apps that the database has and this version does not, as `app.name`."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations or ())
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in known
    )


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait for other migrations of this database, then keep them waiting; `Busy` after PATIENCE. The lock ends with the process."""
    with _ALONE[connection.vendor](connection):
        yield


@contextmanager
def waiting_shortly(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within the block no statement waits longer than LOCK_TIMEOUT for a table."""
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
    # On a connection of its own: Django may end the one it migrates with.
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
    # The folder's lock and not the file's: closing that file again would take SQLite's own locks away.
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
