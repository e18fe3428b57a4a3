"""Create an index on a large table while others write. Django takes no module whose name starts with `_` for a migration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState

from orders.privacy.short_locks import run, shortly

WITHOUT_IT = """SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf AND NOT EXISTS
(SELECT FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = relid AND inhparent = %s::regclass)"""


class AddIndexBesideWriters(AddIndex):
    """AddIndex that blocks nobody on PostgreSQL. The migration must have `atomic = False`; an interrupted one starts again.

    On a partitioned table, each partition gets its index, and keeps it if a later one is interrupted. Raises InUse if such a table
    cannot be locked for the moment in which an index is attached.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection = schema_editor.connection
        if connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table  # noqa: SLF001  (Django's own name for it)
        if not _is_partitioned(connection, table):
            statement = self.index.create_sql(model, schema_editor, concurrently=True)  # type: ignore[call-arg]  # PostgreSQL's takes it
            _create(connection, self.index.name, str(statement))
            return
        statement = self.index.create_sql(model, schema_editor)
        statement.parts["table"] = f"ONLY {statement.parts['table']}"
        whole = str(statement).replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1)
        shortly(connection, partial(run, connection, whole))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [self.index.name])
            _create_index, using, definition = cursor.fetchone()[0].partition(" USING ")
            cursor.execute(WITHOUT_IT, [table, self.index.name])
            partitions = [name for (name,) in cursor.fetchall()]
        for partition in partitions:
            name = f"{partition}_{self.index.name}"[:63]
            _create(connection, name, f"CREATE INDEX CONCURRENTLY {name} ON {partition}{using}{definition}")
            attach = f"ALTER INDEX {self.index.name} ATTACH PARTITION {name}"
            shortly(connection, partial(run, connection, attach))


def _create(connection: BaseDatabaseWrapper, name: str, statement: str) -> None:
    """Create an index by a statement with CONCURRENTLY, in place of one that an interrupted migration may have left."""
    with _waiting(connection):
        run(connection, f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}", statement)


@contextmanager
def _waiting(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait for locks without a limit inside the block: CONCURRENTLY waits for open transactions and blocks nobody meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        (limit,) = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', '0', false)")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [limit])


def _is_partitioned(connection: BaseDatabaseWrapper, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [table])
        return cursor.fetchone() == (True,)
