"""The time that a page waits for a locked database, and the release of its connections before it waits for another server."""

from __future__ import annotations

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def set_lock_timeout(connection: BaseDatabaseWrapper) -> None:
    """Until the request is over, let this connection wait at most `settings.LOCK_TIMEOUT` seconds for a locked SQLite database.

    Called for pages only, so forms and commands keep their longer wait. Does nothing on PostgreSQL, which locks rows and not the
    database.
    """
    if connection.vendor == "sqlite":
        connection.patience = settings.LOCK_TIMEOUT  # type: ignore[attr-defined]  # of cdpviewer.sqlite


def is_away(error: BaseException | None) -> bool:
    """Whether `error` means that the database cannot be used now: down, hanging, read-only, full, or locked for too long."""
    # PostgreSQL reports "read-only" as an internal error.
    read_only = isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", "") == "25006"
    return read_only or isinstance(error, (OperationalError, InterfaceError))


def give_back() -> None:
    """Close this page's database connections, except any in a transaction, before it waits for the CDP, the directory or the provider.

    The next query reopens one.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
