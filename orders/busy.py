"""How long a page waits for another writer of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the settings read LONGEST_WAIT, and load before Django's database layer may
    from django.db.backends.base.base import BaseDatabaseWrapper

LONGEST_WAIT = 0.75  # seconds; 0.1 ms is usual, and 10 s on the CDP, this and the rendering stay under 12 s


def wait_shortly(connection: BaseDatabaseWrapper) -> None:
    """From now on this connection waits LONGEST_WAIT for a locked SQLite. Free of cost from the second time on.

    Called where pages are made, so commands keep the patience of the settings. On PostgreSQL, where rows are locked and not the
    database, nothing is changed.
    """
    if connection.vendor != "sqlite":
        return
    connection.ensure_connection()
    if connection.__dict__.get("waits_shortly") is not connection.connection:
        connection.connection.execute(f"PRAGMA busy_timeout = {int(LONGEST_WAIT * 1000)}")
        connection.__dict__["waits_shortly"] = connection.connection
