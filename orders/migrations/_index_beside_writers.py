"""Create an index on a large table while others write. Django takes no module whose name starts with `_` for a migration."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexBesideWriters(AddIndex):
    """AddIndex that blocks nobody on PostgreSQL. The migration must have `atomic = False`; an interrupted one starts again.

    On a partitioned table PostgreSQL cannot do this, so there it is a plain AddIndex, which blocks writers.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        if connection.vendor != "postgresql" or _is_partitioned(connection, model._meta.db_table):  # noqa: SLF001  (Django's own name)
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (limit,) = cursor.fetchone()
            # It waits for open transactions and blocks nobody meanwhile.
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
            try:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
                schema_editor.add_index(model, self.index, concurrently=True)  # type: ignore[call-arg]  # PostgreSQL's takes it
            finally:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [limit])


def _is_partitioned(connection: BaseDatabaseWrapper, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [table])
        return cursor.fetchone() == (True,)
