"""Several statements sent as one, so that a page waits only once for PostgreSQL, which may be on another host.

On SQLite, whose file is on this machine, a change is run first, and the queries are run as a second statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from orders.storage.prepared_query import PreparedQuery, Value

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A query for a single row, and its values."""

    query: PreparedQuery[Any]
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class RowStatement:
    """A statement that may write to the database and must return exactly one row, such as INSERT … RETURNING.

    `values` must already be in the form that the database driver accepts.
    """

    sql: str
    values: Sequence[Any]

    def run(self, connection: BaseDatabaseWrapper) -> Row:
        """Run the statement by itself, and return its row."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return tuple(cursor.fetchone())


def is_possible(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database supports a change inside another statement."""
    return bool(connection.vendor == "postgresql")


def run_before(change: RowStatement, connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> Row:
    """Run `change` and `sql` as one statement, and return the columns that `change` returns; `sql` must return no rows.

    Both take effect, or neither does. The database must support this: see `is_possible`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH changed AS ({change.sql}), other AS ({sql}) SELECT * FROM changed",  # noqa: S608  (both are ours)
            [*change.values, *values],
        )
        return tuple(cursor.fetchone())


def ask(*questions: Question, change: RowStatement | None = None) -> tuple[list[Any], Row]:
    """Run the queries, which must be on the same database, as one statement; on PostgreSQL, `change` is part of that statement.

    Return the row of each query as a model instance (None if there is no row), and the columns that `change` returns (() if there is no
    `change`). Raises ValueError if a `Question` has the wrong number of values.
    """
    statements = [question.query.statement for question in questions]
    connection = connections[statements[0].alias]
    changed = change.run(connection) if change is not None and not is_possible(connection) else ()
    within = change if change is not None and not changed else None
    rows = " ".join(f"LEFT JOIN ({each.sql}) AS row{at} ON TRUE" for at, each in enumerate(statements))
    start = "SELECT * FROM (SELECT 1) AS alone"
    if within is not None:
        start = f"WITH changed AS ({within.sql}) SELECT * FROM changed"  # noqa: S608  (ours)
    values = [value for each, asked in zip(statements, questions, strict=True) for value in each.adapted(asked.values)]
    with connection.cursor() as cursor:
        cursor.execute(f"{start} {rows}", [*(within.values if within else ()), *values])
        columns = cursor.fetchone()
    models = []
    for each in reversed(statements):
        columns, row = columns[: -each.width], columns[-each.width :]
        # If a query finds no row, all its columns are NULL, even the primary key.
        models.append(each.to_model(row) if any(value is not None for value in row) else None)
    return models[::-1], tuple(columns) if within else changed
