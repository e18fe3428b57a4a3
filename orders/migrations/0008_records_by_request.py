"""Records are found by the request id that an error page shows."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from orders.storage.index_beside_writers import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0007_models_of_accounts")]
    operations: ClassVar = [
        AddIndexBesideWriters("accessrecord", models.Index(fields=["request_id"], name="access_record_request")),
    ]
