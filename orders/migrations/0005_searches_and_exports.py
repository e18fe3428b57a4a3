"""Two more kinds of records: a search by reference that found nothing, and an export of the activity. The column stays as it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0004_country_of_phone_numbers")]
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
                    ("searched_reference", "search by reference"),
                    ("searched_email", "search by e-mail"),
                    ("searched_phone", "search by phone"),
                    ("searched_name", "search by name"),
                    ("raw_seen", "raw data seen"),
                    ("custom_data_seen", "custom data seen"),
                    ("calendar_seen", "calendar file taken"),
                    ("activity_exported", "activity exported"),
                ],
                max_length=24,
                verbose_name="what",
            ),
        ),
    ]
