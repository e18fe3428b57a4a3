"""The labels of two fields, which change no table."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0024_records_by_month")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="accessrecord",
            name="request_id",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="request ID"),
        ),
        migrations.AlterField(
            model_name="connection",
            name="country",
            field=models.CharField(
                blank=True, default="", max_length=2, verbose_name="default country for phone numbers"
            ),
        ),
        migrations.AlterField(
            model_name="sharedconnection",
            name="country",
            field=models.CharField(
                blank=True, default="", max_length=2, verbose_name="default country for phone numbers"
            ),
        ),
    ]
