"""The actions of access records are listed by a function, so that a new one needs no migration. Nothing changes in the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

import orders.privacy.record_kinds


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0017_records_by_person_viewed")]
    operations: ClassVar = [
        migrations.AlterField(
            "accessrecord",
            "what",
            models.CharField("what", max_length=24, choices=orders.privacy.record_kinds.choices),
        ),
    ]
