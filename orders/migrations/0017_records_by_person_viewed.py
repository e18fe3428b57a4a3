"""Records are found by the keyed hash of whom they are about."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from orders.migrations._index_beside_writers import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0016_pinned_orders_and_days_of_departure")]
    operations: ClassVar = [
        AddIndexBesideWriters(
            "accessrecord",
            models.Index(condition=~models.Q(subject=""), fields=["subject", "-at"], name="access_record_subject"),
        ),
    ]
