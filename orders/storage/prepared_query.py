"""A single-row query whose SQL is compiled once and reused.

Most pages read the session (with its user) and the user's connection. Compiling the SQL took most of the time of these queries (0.7
of 0.86 ms). The ORM still writes the SQL, when the query is first used, and builds the model instance, so no column is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]  # not in the stubs

M = TypeVar("M", bound=models.Model)


Value = str | int | datetime | UUID


@dataclass(frozen=True, slots=True)
class Statement(Generic[M]):
    """The SQL of a query with `places` placeholders, and the data for making a model instance from its row of `width` columns."""

    model: type[M]
    alias: str
    sql: str
    places: int
    width: int
    names: Sequence[str]
    related: Sequence[Any]
    converters: Mapping[int, tuple[list[Callable[..., Any]], Any]]

    def adapted(self, values: Sequence[Value]) -> list[Any]:
        """The values in the form that the database driver accepts. Raises ValueError unless there is one for each placeholder."""
        if len(values) != self.places:
            raise ValueError(f"the statement takes {self.places} values")
        return [_adapted(value, connections[self.alias]) for value in values]

    def to_model(self, columns: Sequence[Any]) -> M:
        """The model instance for a row."""
        row, connection = list(columns), connections[self.alias]
        for index, (converters, column) in self.converters.items():
            for convert in converters:
                row[index] = convert(row[index], column, connection)
        instance = self.model.from_db(self.alias, self.names, row[: len(self.names)])
        for populator in self.related:
            populator.populate(row, instance)
        return instance


class PreparedQuery(Generic[M]):
    """A query that is compiled once and run with different values.

    `query` builds it with stand-in values in its filters; `get` takes the real values, in the order of the stand-ins.
    Objects named in the query's `select_related` are read in the same statement.
    """

    def __init__(self, query: Callable[[], models.QuerySet[M]]) -> None:
        self._query = query  # called late: models and settings are not ready when modules load
        self._written: Statement[M] | None = None

    @property
    def statement(self) -> Statement[M]:
        """The compiled query; it is compiled on first use."""
        written = self._written = self._written or _write(self._query())
        return written

    def get(self, *values: Value) -> M | None:
        """The model instance of the row for `values`; None if there is no such row. Raises ValueError if the number of values is wrong."""
        statement = self.statement
        with connections[statement.alias].cursor() as cursor:
            cursor.execute(statement.sql, statement.adapted(values))
            row = cursor.fetchone()
        return statement.to_model(row) if row is not None else None


def _adapted(value: Value, connection: BaseDatabaseWrapper) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _write(query: models.QuerySet[M]) -> Statement[M]:
    alias = router.db_for_read(query.model)
    compiler = query[:1].query.get_compiler(alias)
    sql, stand_ins = compiler.as_sql()
    columns: list[Any] = [column for column, _sql, _name in compiler.select]
    own: Mapping[str, Any] = compiler.klass_info or {}
    names = tuple(columns[index].target.attname for index in own["select_fields"])
    related = get_related_populators(own, compiler.select, alias)
    converters = compiler.get_converters(columns)
    return Statement(query.model, alias, sql, len(stand_ins), len(columns), names, related, converters)
