"""Django empties all tables after a test with real transactions; the append-only table permits that for this moment only."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from orders.privacy import append_only, chain

MIGRATIONS = {"0002_append_only_and_groups": "make_groups", "0010_shared_connections": "make_administrators"}


def make_groups() -> None:
    """Create the groups that migrations create on every real database."""
    with connection.schema_editor() as editor:
        for name, function in MIGRATIONS.items():
            getattr(importlib.import_module(f"orders.migrations.{name}"), function)(apps, editor)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test database, in which Django's flush may delete the access records. Nothing else may, in tests or elsewhere."""
    # On the class and not on this connection alone: while a browser's event loop runs in the thread, Django uses another one.
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_records_too(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        append_only.remove(self.connection)
        try:
            flush(self, sql_list)
        finally:
            append_only.install(self.connection)
        chain.CHAINS.renew()  # their records are gone
        make_groups()

    operations.execute_sql_flush = flush_records_too  # type: ignore[method-assign]
    yield
    operations.execute_sql_flush = flush  # type: ignore[method-assign]
