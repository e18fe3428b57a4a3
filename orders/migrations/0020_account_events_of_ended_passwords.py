"""The index of account events takes in passwords that were ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from orders.migrations._index_beside_writers import AddIndexBesideWriters

ACCOUNT = [
    "activity_exported", "connection_added", "connection_changed", "connection_confirmed", "connection_default", "connection_deleted",
    "connection_replaced", "connection_tried", "factor_added", "factor_removed", "factor_reset", "integration_added",
    "integration_revoked", "locked_out", "password_changed",
    "password_ended", "password_link_made", "password_set", "person_activated", "person_added", "person_deactivated", "person_renamed", "records_pruned",
    "rights_given", "rights_taken", "session_ended", "sign_in_failed", "signed_in", "signed_out", "views_limited",
]  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("orders", "0019_records_by_action")]
    operations: ClassVar = [
        migrations.RemoveIndex("accessrecord", "access_record_account"),
        AddIndexBesideWriters(
            "accessrecord",
            models.Index(condition=models.Q(what__in=ACCOUNT), fields=["-at"], name="access_record_account"),
        ),
    ]
