"""What 0.2.0 has under this name: the same as 0018, and as little. Databases of that release have it applied, so it stays."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

import orders.privacy.record_kinds


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0014_limits_of_integrations")]
    operations: ClassVar = [
        migrations.AlterField(
            "accessrecord",
            "what",
            models.CharField("what", max_length=24, choices=orders.privacy.record_kinds.choices),
        ),
    ]
