"""The country in which a connection's national phone numbers are read; "" where none was chosen."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0004_chained_records_and_own_passwords")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="connection",
            name="country",
            field=models.CharField(
                blank=True, default="", max_length=2, verbose_name="country of national phone numbers"
            ),
        ),
    ]
