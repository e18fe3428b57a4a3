"""Preferences, failed sign-ins, counted views and set passwords are models of `accounts` now; their tables stay."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0001_initial"),
        ("orders", "0006_sign_in_lanes_and_view_counts"),
    ]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name=name)
                for name in ("Preferences", "SetPassword", "SignInFailure", "ViewCount")
            ],
        ),
    ]
