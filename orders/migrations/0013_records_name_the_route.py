"""Records name the frame or the program through which an order was read."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0012_viewed_orders")]
    operations: ClassVar = [
        # Nullable, so that SQLite adds the column without copying all rows and the triggers stay.
        migrations.AddField(
            "accessrecord", "via", models.CharField(blank=True, max_length=120, null=True, verbose_name="via")
        ),
    ]
