"""Checks of the PostgreSQL server, run when cdpviewer starts and by `manage.py check --database default` and `manage.py migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  (Django's name for it)
from django.db import DEFAULT_DB_ALIAS, connections

from cdpviewer import environment
from cdpviewer.databases import page_limits
from orders.privacy.record_rows import TABLE

BESIDE_PAGES = 3  # connections for probes and commands
# Locks per slot of max_locks_per_transaction. PostgreSQL 15 ran out of memory at 4.1 to 4.25, with 40 to 200 connections.
LOCKS_OF_A_PLACE = 4
BACKENDS = (
    "max_connections",
    "max_prepared_transactions",
    "autovacuum_max_workers",
    "max_worker_processes",
    "max_wal_senders",
)


@register(Tags.database)
def room_for_all_processes(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn if PostgreSQL allows fewer connections than this host's processes may open, or too few locks.

    Behind an external pooler, which opens the connections itself, do not count them; instead, warn if statements have no timeout.
    Raises DatabaseError if PostgreSQL fails.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if not databases or connection.vendor != "postgresql":
        return []
    if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
        return [*_limits_of_the_role(_shown("statement_timeout")), *_room_for_locks()]
    return [*_room_for_connections(connection.settings_dict["OPTIONS"].get("pool")), *_room_for_locks()]


def _room_for_connections(pool: dict[str, Any] | None) -> list[CheckMessage]:
    env = environment.find(settings.BASE_DIR)
    # Without a pool nothing limits the connections but the number of pages.
    most = pool["max_size"] if pool else settings.CDP_LIMITS.waiting_pages
    needed = most * env.number("CDPVIEWER_WORKERS", 2, least=1) + BESIDE_PAGES
    allowed = int(_shown("max_connections")) - int(_shown("superuser_reserved_connections"))
    if needed <= allowed:
        return []
    lower = "lower CDPVIEWER_DB_CONNECTIONS" if pool else "unset CDPVIEWER_DB_POOL"
    return [
        Warning(
            f"The processes of one host may open {needed} connections to PostgreSQL, which allows {allowed} to all hosts together.",
            hint=f"Raise max_connections, {lower}, or put a pooler between (docs/operating.md).",
            id="cdpviewer.W008",
        )
    ]


def _room_for_locks() -> list[CheckMessage]:
    """Warn if there are too few locks for all connections to read the access records at once.

    A query that is not limited to certain dates locks each partition and each index.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "WITH tree AS (SELECT relid FROM pg_partition_tree(to_regclass(%s)))"
            " SELECT (SELECT count(*) FROM tree) + (SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT relid FROM tree)),"
            " (SELECT sum(setting::integer) FROM pg_settings WHERE name = ANY(%s))",
            [TABLE, list(BACKENDS)],
        )
        locks, backends = map(int, cursor.fetchone())
    readers, places = int(_shown("max_connections")), int(_shown("max_locks_per_transaction"))
    needed = -(-locks * readers // (LOCKS_OF_A_PLACE * backends))
    if needed <= places:
        return []
    return [
        Warning(
            f"A read of the activity takes {locks} locks, and PostgreSQL has too little room for those of {readers} connections.",
            hint=f"Set max_locks_per_transaction, which is {places}, to {needed} or more (docs/operating.md).",
            id="cdpviewer.W011",
        )
    ]


def _limits_of_the_role(statement_timeout: str) -> list[CheckMessage]:
    if statement_timeout != "0":
        return []
    limits = " ".join(f"ALTER ROLE … SET {name} = '{value}';" for name, value in page_limits().items())
    return [
        Warning(
            "Behind a pooler the limits of statements belong to the role, and it has none.",
            hint=limits,
            id="cdpviewer.W009",
        )
    ]


def _shown(name: str) -> str:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        (value,) = cursor.fetchone()
    return str(value)
