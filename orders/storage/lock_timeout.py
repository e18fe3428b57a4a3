"""How long a page waits for another writer of the database, and releasing connections before waiting for the CDP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the settings read LONGEST_WAIT, and load before Django's database layer may
    from django.db.backends.base.base import BaseDatabaseWrapper

LONGEST_WAIT = 0.75  # seconds; 0.1 ms is usual, and 10 s on the CDP, this and the rendering stay under 12 s


def set_lock_timeout(connection: BaseDatabaseWrapper) -> None:
    """Let this connection wait at most LONGEST_WAIT for a locked SQLite, until the request is over.

    Called where pages are made, so forms and commands keep their longer wait. On PostgreSQL, where rows are locked and not the
    database, nothing is changed.
    """
    if connection.vendor == "sqlite":
        connection.patience = LONGEST_WAIT  # type: ignore[attr-defined]  # of cdpviewer.sqlite


def is_away(error: BaseException | None) -> bool:
    """Whether `error` says that the database cannot serve now: down, hanging, read-only, full, or locked for too long."""
    from django.db import InterfaceError, InternalError, OperationalError

    # PostgreSQL files "read-only" under internal errors.
    read_only = isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", "") == "25006"
    return read_only or isinstance(error, (OperationalError, InterfaceError))


def give_back() -> None:
    """Release this page's database connections before it waits for the CDP; the next statement opens one again."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
