"""Another kind of view: several orders listed to choose from. The column and its triggers stay unchanged."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0002_append_only_and_groups")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="accessrecord",
            name="what",
            field=models.CharField(
                choices=[
                    ("order_opened", "order opened"),
                    ("contacts_seen", "contacts seen"),
                    ("travellers_seen", "travellers seen"),
                    ("field_revealed", "field revealed"),
                    ("reveal_refused", "reveal refused"),
                    ("guest_orders_seen", "guest’s orders seen"),
                    ("orders_listed", "orders listed to choose from"),
                    ("searched_email", "search by e-mail"),
                    ("searched_phone", "search by phone"),
                    ("searched_name", "search by name"),
                    ("raw_seen", "raw data seen"),
                    ("custom_data_seen", "custom data seen"),
                    ("calendar_seen", "calendar file taken"),
                ],
                max_length=24,
                verbose_name="what",
            ),
        ),
    ]
