"""Rare actions are found among millions of other records."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from orders.migrations._index_beside_writers import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0018_actions_without_migrations")]
    operations: ClassVar = [
        AddIndexBesideWriters(
            "accessrecord",
            models.Index(condition=~models.Q(what="order_opened"), fields=["what", "-at"], name="access_record_what"),
        ),
    ]
