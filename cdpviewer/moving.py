"""The move from SQLite to an empty PostgreSQL database: all tables are copied in one transaction and compared with the originals.

The rows come from a backup taken at the start. Except in a rehearsal, all servers must be stopped: what they write later is not moved.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import structlog
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

from cdpviewer import backups, databases, served

log = structlog.stdlib.get_logger("cdpviewer.moving")

Report = Callable[[str, int], None]
Sum = tuple[int, int]  # rows, and the sum of their hashes

WRITTEN = "write it as postgres://owner:password@host:5432/name."
SOURCE, TARGET = "moved_from", "moved_to"
BATCH = 2000  # rows
MADE_BY_MIGRATIONS = {
    "django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions",
}  # fmt: skip


class Unfit(Exception):
    """The move cannot be made; `str(error)` gives the reason. No data was moved, but the new database may already have its tables."""


def move(url: str, *, while_served: bool = False, report: Report) -> int:
    """Copy the default database, which must be SQLite, to the empty PostgreSQL database at `url`. Return the number of rows.

    `report` is called with each table and its number of rows. Unless `while_served` is true, no server may have the database open,
    and none can start meanwhile. Raises Unfit or served.Served, or CommandError if `migrate` cannot create the tables.
    """
    if connections["default"].vendor != "sqlite":
        raise Unfit("The current database is not SQLite.")
    lock = None
    try:
        if not while_served:
            lock = served.alone()
        with _between(url) as (source, target):
            _prepare(source, target)
            return _copy_all(source, target, report)
    except backups.Unfit as problem:
        raise Unfit(str(problem)) from None
    except OSError as error:
        raise Unfit(f"The current database's folder cannot be written ({type(error).__name__}).") from None
    except DatabaseError as error:  # its message may quote a row
        raise Unfit(f"One of the databases failed ({type(error.__cause__ or error).__name__}).") from None
    finally:
        if lock is not None:
            os.close(lock)


@contextmanager
def _between(url: str) -> Iterator[tuple[BaseDatabaseWrapper, BaseDatabaseWrapper]]:
    """Connections to a backup of the current database and to the database at `url`, for the `with` block. Raises Unfit or backups.Unfit."""
    present = connections["default"].settings_dict
    try:
        target = databases.database(url, Path(), pool="none")
    except ImproperlyConfigured:
        raise Unfit(f"The URL names no PostgreSQL database: {WRITTEN}") from None
    if target["ENGINE"] != databases.POSTGRESQL:
        raise Unfit(f"The URL names no PostgreSQL database: {WRITTEN}")
    # It is removed after the commit, when the move can no longer fail.
    with tempfile.TemporaryDirectory(
        prefix=".move-", dir=Path(present["NAME"]).parent, ignore_cleanup_errors=True
    ) as folder:
        backup = Path(folder) / "backup"
        backups.take(backup)
        connections.databases[SOURCE] = {**present, "NAME": str(backup)}
        connections.databases[TARGET] = connections.configure_settings({TARGET: target, "default": present})[TARGET]
        try:
            yield connections[SOURCE], connections[TARGET]
        finally:
            for alias in (SOURCE, TARGET):
                connections[alias].close()
                del connections[alias], connections.databases[alias]
    if Path(folder).exists():
        log.warning("a copy of the current database could not be removed: remove its folder", folder=folder)


def _prepare(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    """Create the tables in `target`. Raises Unfit if `source` is not fully migrated, or `target` is unavailable or not empty.

    `target` counts as empty if it has rows only in the tables MADE_BY_MIGRATIONS.
    """
    executor = MigrationExecutor(source)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unfit("The current database is not of this version: run manage.py migrate first.")
    try:
        there = {table for table in target.introspection.table_names() if _has_rows(target, table)}
    except OperationalError as error:
        raise Unfit(f"The new database is not responding ({type(error.__cause__ or error).__name__}).") from None
    if full := there - MADE_BY_MIGRATIONS:
        raise Unfit(f"The new database is not empty: there are rows in {', '.join(sorted(full))}.")
    call_command("migrate", database=target.alias, verbosity=0)


def _copy_all(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, report: Report) -> int:
    """Copy and compare all tables in one transaction; its commit checks foreign keys. Return the number of rows.

    Raises Unfit or DatabaseError.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]  # noqa: SLF001  (Django's own name)
    moved = 0
    with transaction.atomic(using=target.alias):
        for table in sorted(MADE_BY_MIGRATIONS - {"django_migrations"}):
            with target.cursor() as cursor:
                cursor.execute(f"DELETE FROM {target.ops.quote_name(table)}")  # noqa: S608  (names of ours)
        for model in models:
            try:
                rows = _copy(model, source, target)
            except DatabaseError as error:
                # The error's message may quote the row.
                kind = type(error.__cause__ or error).__name__
                raise Unfit(f"PostgreSQL does not take a row of {model._meta.db_table} ({kind}).") from None  # noqa: SLF001  (as above)
            if rows != _sum(model, target):
                raise Unfit(f"{model._meta.db_table} is not in the new database as it was: {rows[0]} rows.")  # noqa: SLF001  (as above)
            report(model._meta.db_table, rows[0])  # noqa: SLF001  (as above)
            moved += rows[0]
        with target.cursor() as cursor:
            for statement in target.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
    return moved


def _copy(model: type[Model], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> Sum:
    """Copy the rows of a table. Return the number of rows and the sum of their hashes."""
    fields = model._meta.concrete_fields  # noqa: SLF001  (Django's own name)
    columns = ", ".join(target.ops.quote_name(field.column) for field in fields)
    count = total = 0
    with target.cursor() as cursor:
        statement = f"COPY {target.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"  # noqa: SLF001  (as above)
        with target.wrap_database_errors, cursor.copy(statement) as copy:
            for row in _rows(model, source):
                copy.write_row(
                    [field.get_db_prep_save(value, target) for field, value in zip(fields, row, strict=True)]
                )
                count, total = count + 1, _added(total, row)
    return count, total


def _sum(model: type[Model], connection: BaseDatabaseWrapper) -> Sum:
    count = total = 0
    for row in _rows(model, connection):
        count, total = count + 1, _added(total, row)
    return count, total


def _rows(model: type[Model], connection: BaseDatabaseWrapper) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001  (Django's own name)
    return model._base_manager.using(connection.alias).order_by().values_list(*names).iterator(BATCH)  # noqa: SLF001  (as above)


def _added(total: int, row: tuple[Any, ...]) -> int:
    """`total` plus the hash of one more row, modulo 2**128; the order of the rows does not matter."""
    plain = json.dumps(row, default=_plain, sort_keys=True).encode()
    return (total + int.from_bytes(blake2b(plain, digest_size=16).digest())) % (1 << 128)


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _has_rows(connection: BaseDatabaseWrapper, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})")  # noqa: S608  (the database's own names)
        return bool(cursor.fetchone()[0])
