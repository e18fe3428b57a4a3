"""Single-row query whose SQL is compiled once and reused.

Every page reads three rows: session, user, connection. Compiling the statements took most of their time (0.13 ms instead of
0.86). The ORM still writes the statement and builds the model, so no column is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connections, models, router
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]  # not in the stubs

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class _Statement(Generic[M]):
    model: type[M]
    alias: str
    sql: str
    places: int
    names: Sequence[str]
    related: Sequence[Any]
    converters: Mapping[int, tuple[list[Callable[..., Any]], Any]]


class PreparedQuery(Generic[M]):
    """The query `query` with placeholder values, one `filter` for each: `get` takes the real values in that order.

    The rows of its `select_related` come with the row.
    """

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
        found = written.model.from_db(written.alias, written.names, row[: len(written.names)])
        for populator in written.related:
            populator.populate(row, found)
        return found


def _write(query: models.QuerySet[M]) -> _Statement[M]:
    alias = router.db_for_read(query.model)
    compiler = query[:1].query.get_compiler(alias)
    sql, stand_ins = compiler.as_sql()
    columns: list[Any] = [column for column, _sql, _name in compiler.select]
    own: Mapping[str, Any] = compiler.klass_info or {}
    names = tuple(columns[index].target.attname for index in own["select_fields"])
    related = get_related_populators(own, compiler.select, alias)
    return _Statement(query.model, alias, sql, len(stand_ins), names, related, compiler.get_converters(columns))
