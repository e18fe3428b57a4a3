"""A lock that lets only one migration or prune of a database run at a time; also, database connections outside the pool."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = 120.0  # seconds to wait for another process to finish
NUMBER = 0x636470766965  # arbitrary id of the advisory lock


class Busy(Exception):
    """Another process still held the lock after a wait of PATIENCE seconds."""


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """During the block, hold the database's lock for migrations and prunes. The lock is also released if the process ends.

    Raises Busy if the lock does not become free within PATIENCE seconds.
    """
    with _ALONE[connection.vendor](connection):
        yield


def past_the_pool(connection: BaseDatabaseWrapper, alias: str) -> BaseDatabaseWrapper:
    """A separate connection to the same database, outside psycopg's pool. The caller must close it."""
    own = connection.copy(alias)
    own.settings_dict["OPTIONS"].pop("pool", None)
    return own


@contextmanager
def _advisory_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # On a separate connection: Django may close the one that does the work.
    holder = past_the_pool(connection, "alone")
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
    raise Busy("A migration or a prune of this database is running.")


_ALONE = {"postgresql": _advisory_lock, "sqlite": _folder_lock}
