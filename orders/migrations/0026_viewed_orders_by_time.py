"""Old views of orders are found, and removed, among many others."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from orders.migrations._index_beside_writers import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0025_labels_of_two_fields")]
    operations: ClassVar = [
        AddIndexBesideWriters("viewedorder", models.Index(fields=["at"], name="viewed_order_at")),
    ]
