"""Records are found by the request id that an error page shows, and those of accounts among millions of others."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from orders.migrations._index_beside_writers import AddIndexBesideWriters

ACCOUNT = [
    "activity_exported", "connection_added", "connection_changed", "connection_confirmed", "connection_default", "connection_deleted",
    "connection_replaced", "connection_tried", "locked_out", "password_changed", "password_set", "person_activated", "person_added",
    "person_deactivated", "person_renamed", "records_pruned", "rights_given", "rights_taken", "sign_in_failed", "signed_in",
    "signed_out", "views_limited",
]  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0007_models_of_accounts")]
    operations: ClassVar = [
        AddIndexBesideWriters("accessrecord", models.Index(fields=["request_id"], name="access_record_request")),
        AddIndexBesideWriters(
            "accessrecord",
            models.Index(condition=models.Q(what__in=ACCOUNT), fields=["-at"], name="access_record_account"),
        ),
    ]
