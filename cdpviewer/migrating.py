"""Safe migrations: never on a database of a newer version, and with a limit on how long they wait for a table that pages use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

LOCK_TIMEOUT = "2s"  # every page that needs the table queues behind a waiting migration


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
