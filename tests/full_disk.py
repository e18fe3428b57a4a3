"""A table that accepts no more rows, as on a full disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

STATEMENTS = {
    "sqlite": (
        """CREATE TRIGGER full_disk BEFORE INSERT ON {table} WHEN {when}
        BEGIN SELECT RAISE(ABORT, 'no room'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'no room'; END $$""",
        """CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when})
        EXECUTE FUNCTION full_disk()""",
    ),
}


@contextmanager
def no_room(when: str, table: str = "orders_accessrecord") -> Iterator[None]:
    """Within the block, rows for which `when` is true are refused. The test must have real transactions."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor]:
            cursor.execute(statement.format(when=when, table=table))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            of_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER full_disk{of_table}")
