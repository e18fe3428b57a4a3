"""The models of `accounts`, which were made by `orders`: their tables stay as they are, with all rows."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MODELS = ("preferences", "setpassword", "signinfailure", "viewcount")


def hand_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _move_content_types(apps, schema_editor, "orders", "accounts")


def give_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _move_content_types(apps, schema_editor, "accounts", "orders")


def _move_content_types(apps: Apps, schema_editor: BaseDatabaseSchemaEditor, origin: str, target: str) -> None:
    """Rename the content types, so that permissions and the admin's log, which point to them, come along."""
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    there = content_types.filter(app_label=target, model__in=MODELS).values("model")
    content_types.filter(app_label=origin, model__in=MODELS).exclude(model__in=there).update(app_label=target)


def owner(**more: object) -> models.OneToOneField[object, object]:
    return models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, **more)  # type: ignore[arg-type]


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contenttypes", "0002_remove_content_type_name"),
        ("orders", "0006_sign_in_lanes_and_view_counts"),
    ]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Preferences",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("language", models.CharField(blank=True, default="", max_length=16, verbose_name="language")),
                        ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                        ("clock", models.CharField(default="24", max_length=2, verbose_name="clock")),
                        ("theme", models.CharField(default="system", max_length=8, verbose_name="theme")),
                        ("shortcuts", models.BooleanField(default=True, verbose_name="keyboard shortcuts")),
                        ("user", owner(related_name="preferences")),
                    ],
                    options={"db_table": "orders_preferences", "default_permissions": ()},
                ),
                migrations.CreateModel(
                    name="SetPassword",
                    fields=[
                        ("user", owner(primary_key=True, related_name="+", serialize=False)),
                        ("set_by", models.CharField(max_length=150)),
                        ("set_at", models.DateTimeField()),
                        ("used_at", models.DateTimeField(null=True)),
                        ("changed_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "orders_setpassword", "default_permissions": ()},
                ),
                migrations.CreateModel(
                    name="SignInFailure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(db_index=True)),
                        ("name", models.CharField(max_length=64)),
                        ("address", models.CharField(max_length=64)),
                        ("device", models.CharField(blank=True, default="", max_length=64)),
                        ("new_address", models.BooleanField(default=False)),
                        ("under_way", models.BooleanField(default=False)),
                    ],
                    options={
                        "db_table": "orders_signinfailure",
                        "default_permissions": (),
                        "indexes": [
                            models.Index(fields=["name", "at"], name="sign_in_failure_name"),
                            models.Index(fields=["address", "at"], name="sign_in_failure_address"),
                            models.Index(fields=["device", "at"], name="sign_in_failure_device"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ViewCount",
                    fields=[
                        ("user", owner(primary_key=True, related_name="+", serialize=False)),
                        ("minute", models.IntegerField()),
                        ("in_minute", models.IntegerField()),
                        ("day", models.IntegerField()),
                        ("on_day", models.IntegerField()),
                        ("noted_minute", models.IntegerField(default=0)),
                        ("noted_day", models.IntegerField(default=0)),
                    ],
                    options={"db_table": "orders_viewcount", "default_permissions": ()},
                ),
            ],
        ),
        migrations.RunPython(hand_over, give_back),
    ]
