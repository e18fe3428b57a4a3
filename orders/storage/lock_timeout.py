"""Limiting how long a page waits for a locked database, and closing its database connections before it waits for another server."""

from __future__ import annotations

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def set_lock_timeout(connection: BaseDatabaseWrapper) -> None:
    """Until the next request starts, make this connection wait at most `settings.LOCK_TIMEOUT` seconds for a locked SQLite database.

    Without this, it waits longer. Does nothing on PostgreSQL, which locks rows, not the whole database.
    """
    if connection.vendor == "sqlite":
        connection.patience = settings.LOCK_TIMEOUT  # type: ignore[attr-defined]  # of cdpviewer.sqlite


def is_away(error: BaseException | None) -> bool:
    """Whether `error` is of a kind raised while the database is down, hanging, read-only, full, or locked for too long."""
    # PostgreSQL reports "read-only" as an internal error.
    read_only = isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", "") == "25006"
    return read_only or isinstance(error, (OperationalError, InterfaceError))


def give_back() -> None:
    """Close this thread's database connections, except any in a transaction; the next query opens a new one.

    Called before a long wait, such as for the CDP, a directory or a sign-in provider: other requests can use the connections meanwhile.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
