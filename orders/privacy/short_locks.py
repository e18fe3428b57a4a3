"""On PostgreSQL, change tables that pages use, but only if the tables become free soon: pages queue behind a waiting change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_TIMEOUT = "200ms"  # for each table; two of them and the longest change (0.25 s) are less than pages wait (0.75 s)
VACUUM_TIMEOUT = (
    "2s"  # more than deadlock_timeout (1 s), after which PostgreSQL cancels an autovacuum that others wait for
)
TRIES = 20
BETWEEN_TRIES = 0.5  # seconds in which queued pages can go on
LOCK_NOT_AVAILABLE = "55P03"

T = TypeVar("T")


class InUse(OperationalError):
    """A table could not be locked, because other transactions kept using it."""


def shortly(connection: BaseDatabaseWrapper, change: Callable[[], T], *tables: str) -> T:
    """Return the result of `change`, run in a transaction that waits for a lock only as long as pages can wait behind it.

    Each attempt runs `change` anew. Raises InUse if a lock cannot be obtained in TRIES attempts. `tables` are those that autovacuum may
    be cleaning, which can take many minutes. They are first locked in a way that blocks no page: PostgreSQL then cancels the autovacuum
    and cannot start another.
    """
    for again in reversed(range(TRIES)):
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                if tables:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [VACUUM_TIMEOUT])
                    names = ", ".join(f"ONLY {table}" for table in tables)
                    cursor.execute(f"LOCK TABLE {names} IN SHARE UPDATE EXCLUSIVE MODE")
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
                return change()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            if not again:
                raise InUse from error.__cause__
        time.sleep(BETWEEN_TRIES)
    raise AssertionError("unreachable")


def run(connection: BaseDatabaseWrapper, *statements: str) -> None:
    """Execute the statements, which have no parameters."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
