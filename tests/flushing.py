"""Django empties all tables after a test with real transactions; the append-only one has to let go for that moment only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.db import connection

from orders import append_only


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test database, where Django's flush may empty the access records. Nothing else may, in tests as elsewhere."""
    flush = connection.ops.execute_sql_flush

    def flush_records_too(sql_list: Iterable[str]) -> None:
        append_only.remove(connection)
        try:
            flush(sql_list)
        finally:
            append_only.install(connection)

    connection.ops.execute_sql_flush = flush_records_too  # type: ignore[method-assign]
    yield
    connection.ops.execute_sql_flush = flush  # type: ignore[method-assign]
