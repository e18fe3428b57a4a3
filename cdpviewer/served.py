"""Detect servers that have the database open: by a lock on a file next to the SQLite database, or by PostgreSQL's list of its clients."""

from __future__ import annotations

import fcntl
import os
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections

from cdpviewer.databases import SQLITE
from orders.privacy import owner
from orders.privacy.alone import past_the_pool


class Served(Exception):
    """A server has the database open.

    Any other client of a PostgreSQL database counts as a server. For SQLite, so does another process that holds the lock from `alone`.
    """


def _file(database: dict[str, Any]) -> Path:
    return Path(f"{database['NAME']}.served")


def hold(database: dict[str, Any]) -> int | None:
    """Mark a SQLite database (an entry of DATABASES) as served until this process and its children end.

    Return the lock's file descriptor; None for PostgreSQL, or if the database's folder does not exist. Wait while another process
    holds the lock from `alone`. Raises OSError if the lock's file cannot be opened.
    """
    if database["ENGINE"] != SQLITE or not Path(database["NAME"]).parent.is_dir():
        return None
    lock = os.open(_file(database), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)  # shared, so that a new server can take over from an old one
    return lock


def alone() -> int | None:
    """Make sure that no server has the default database open. Raises Served if one does.

    For SQLite, return the file descriptor of a lock. While it is open, any server that is starting waits. For PostgreSQL, return None,
    as there is no lock. Also raises OSError if the lock's file cannot be opened, and DatabaseError if PostgreSQL fails.
    """
    connection = connections["default"]
    if connection.vendor == "postgresql":
        # The owner's address bypasses an external pooler, which may be stopped. In our own pool, other connections would be counted.
        connection = connections[owner.alias()]
        with closing(past_the_pool(connection, "alone")) as own, own.cursor() as cursor:
            # A role cannot see the kind of another role's processes; PostgreSQL's own processes belong to no role.
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"
            )
            if cursor.fetchone()[0]:
                raise Served
        return None
    lock = os.open(_file(connection.settings_dict), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Served from None
    return lock
