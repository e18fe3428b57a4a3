"""Join the last migration of 0.2.0 with those since. Nothing changes in the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("orders", "0015_actions_without_migrations"),
        ("orders", "0020_account_events_of_ended_passwords"),
    ]
    operations: ClassVar = []
