"""Access records cannot be changed or removed, not even by SQL: the database itself refuses.

SQLite gets three triggers (the third because INSERT OR REPLACE overwrites a row without any delete trigger firing), PostgreSQL
one function behind UPDATE, DELETE and TRUNCATE. Retention is the one way out: `delete_older_than`, in one transaction.
On SQLite that transaction takes the delete trigger away and puts it back (data definition is transactional there, so a crash
leaves the trigger in place, and nobody else can write meanwhile). On PostgreSQL it sets a limit that holds for this transaction
only, and the function lets go of rows before that limit: no lock on the table, nobody waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orders.busy import wait_shortly

TABLE = "orders_accessrecord"
REFUSAL = "access records are append-only"

_SQLITE_DELETE = f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_delete BEFORE DELETE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""

_SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_update BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_replace BEFORE INSERT ON {TABLE}
WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608 - the table's name is the constant above
    _SQLITE_DELETE,
)

_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < NULLIF(current_setting('cdpviewer.prune_before', true), '')::timestamptz THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '{REFUSAL}';
END $$""",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_change ON {TABLE}",
    f"""CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()""",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}",
    f"""CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()""",
)

_REMOVE = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {TABLE}_{name}" for name in ("no_update", "no_replace", "no_delete")),
    "postgresql": (f"DROP FUNCTION IF EXISTS {TABLE}_refuse() CASCADE",),
}


class Unsupported(Exception):
    """The database is neither SQLite nor PostgreSQL, and so cannot be told to keep the records."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the table append-only. Safe to run again; needed again after a migration that rebuilds the table on SQLite."""
    statements = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}.get(connection.vendor)
    if statements is None:
        raise Unsupported(f"no append-only triggers are known for {connection.vendor}; use SQLite or PostgreSQL")
    _run(connection, statements)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for turning the migration back."""
    _run(connection, _REMOVE[connection.vendor])


def add(connection: BaseDatabaseWrapper, columns: Mapping[str, Any]) -> None:
    """Insert one record, by name of its columns, in a transaction of its own. `DatabaseError` when that fails.

    One plain statement instead of the ORM's: every page waits for it, and this takes half the time. Another writer is waited
    for shortly only: a page that has waited on the CDP already must still say in time that nothing can be shown.
    """
    names = tuple(columns)
    wait_shortly(connection)
    with connection.cursor() as cursor:
        cursor.execute(_insert(names), [_adapted(connection, value) for value in columns.values()])


@lru_cache(maxsize=8)
def _insert(names: tuple[str, ...]) -> str:
    places = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {TABLE} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - the names are the model's own


def _adapted(connection: BaseDatabaseWrapper, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return value


def delete_older_than(connection: BaseDatabaseWrapper, limit: datetime, *, batch: int = 5000) -> int:
    """Remove up to `batch` of the records before `limit` (aware) and say how many went; 0 when none is left."""
    moment = limit.astimezone(UTC)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_delete")
        else:
            cursor.execute("SELECT set_config('cdpviewer.prune_before', %s, true)", [moment.isoformat()])
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE} WHERE at < %s ORDER BY at LIMIT %s)",  # noqa: S608
            [connection.ops.adapt_datetimefield_value(moment), batch],
        )
        gone: int = cursor.rowcount
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE_DELETE)
        else:
            cursor.execute("SELECT set_config('cdpviewer.prune_before', '', true)")
    return gone


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
