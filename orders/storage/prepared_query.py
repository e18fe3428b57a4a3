"""One row by a query that never changes, with the statement the ORM wrote for it the first time.

Every page reads three rows: session, person, connection. Writing the same statements anew took most of their time (0.13 ms
instead of 0.86). The ORM still words the statement and turns the row into its model, so nothing here knows a column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connections, models, router

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class _Statement(Generic[M]):
    model: type[M]
    alias: str
    sql: str
    places: int
    names: Sequence[str]
    converters: Mapping[int, tuple[list[Callable[..., Any]], Any]]


class PreparedQuery(Generic[M]):
    """The row that `query` finds. Its values are stand-ins, one `filter` for each: `get` takes the real ones in that order."""

    def __init__(self, query: Callable[[], models.QuerySet[M]]) -> None:
        self._query = query  # called late: models and settings are not ready when modules load
        self._written: _Statement[M] | None = None

    def get(self, *values: str | int | datetime) -> M | None:
        """The row as its model, or None."""
        written = self._written = self._written or _write(self._query())
        if len(values) != written.places:
            raise ValueError(f"the statement takes {written.places} values")
        connection = connections[written.alias]
        adapt = connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            cursor.execute(written.sql, [adapt(value) if isinstance(value, datetime) else value for value in values])
            found = cursor.fetchone()
        if found is None:
            return None
        row = list(found)
        for index, (converters, column) in written.converters.items():
            for convert in converters:
                row[index] = convert(row[index], column, connection)
        return written.model.from_db(written.alias, written.names, row)


def _write(query: models.QuerySet[M]) -> _Statement[M]:
    alias = router.db_for_read(query.model)
    compiler = query[:1].query.get_compiler(alias)
    sql, stand_ins = compiler.as_sql()
    columns: list[Any] = [column for column, _sql, _name in compiler.select]
    names = tuple(column.target.attname for column in columns)
    return _Statement(query.model, alias, sql, len(stand_ins), names, compiler.get_converters(columns))
