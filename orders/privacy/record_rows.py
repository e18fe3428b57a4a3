"""Rows of access records: the default values, texts that fit their columns, and the insert."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils import timezone

from orders.storage.combined_statement import Row, RowStatement, run_before

TABLE = "orders_accessrecord"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CHAINED = {"id", "chain", "link", "seal"}


@lru_cache(maxsize=8)
def _insert(names: tuple[str, ...], rows: int) -> str:
    places = ", ".join([f"({', '.join(['%s'] * len(names))})"] * rows)
    return f"INSERT INTO {TABLE} ({', '.join(names)}) VALUES {places}"  # noqa: S608 - the names are the model's own


def insert(connection: BaseDatabaseWrapper, *records: Mapping[str, Any], change: RowStatement | None = None) -> Row:
    """Insert records in one statement, and run `change`, if given, as part of it.

    Return the row that `change` returns, or () if there is no `change`.
    """
    sql = _insert(tuple(records[0]), len(records))
    values = [_adapted(connection, value) for record in records for value in record.values()]
    if change is not None:
        return run_before(change, connection, sql, values)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    return ()


def fit(text: str, length: int) -> str:
    """`text` cut to `length` characters, with a space or "?" in place of each character that a database may refuse.

    An odd reference must not make the record, and with it the page, fail.
    """
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))[:length]


def model() -> type[Model]:
    """The model of the records, looked up by name rather than imported."""
    return apps.get_model("orders", "AccessRecord")


def empty_record() -> dict[str, Any]:
    """The default values of a record by column, with the current time and no outcome; the id and the chain's columns are left out."""
    return {**_defaults(), "at": timezone.now(), "outcome": ""}


@lru_cache(maxsize=1)
def _defaults() -> dict[str, Any]:
    fields = model()._meta.concrete_fields  # noqa: SLF001  (Django's own name for it)
    return {field.attname: field.get_default() for field in fields if field.attname not in _CHAINED}


def _adapted(connection: BaseDatabaseWrapper, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return value
