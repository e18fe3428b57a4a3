"""On PostgreSQL, the table of access records becomes the first partition of a new one; `migrate` then adds those of the next months.

The versions before work with partitions too, so migrating back leaves them.
"""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from orders.privacy import partitions


def divide(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    partitions.divide(schema_editor.connection)


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0023_ids_are_called_ids")]
    operations: ClassVar = [migrations.RunPython(divide, migrations.RunPython.noop)]
