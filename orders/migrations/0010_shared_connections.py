"""Connections shared with groups, integrations, and the group of those who administer both and people."""

from __future__ import annotations

import uuid
from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUP = "Administrators"
PERMISSIONS = {
    "manage_people": "May add people and give them roles",
    "manage_shared_connections": "May share connections and set up integrations",
    "view_all_activity": "May see everybody’s activity",
    "view_accessrecord": "Can view access record",
}


def make_administrators(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Permissions are made by Django only after all migrations have run, so the ones the group needs are made here."""
    alias = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    content_type, _ = kinds.get_or_create(app_label="orders", model="accessrecord")
    group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=GROUP)
    for codename, name in PERMISSIONS.items():
        permissions = apps.get_model("auth", "Permission").objects.using(alias)
        group.permissions.add(
            permissions.get_or_create(codename=codename, content_type=content_type, defaults={"name": name})[0]
        )


def remove_administrators(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("orders", "0009_account_events_of_sign_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AlterModelOptions(
            name="accessrecord",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("reveal_personal_data", "May reveal masked personal data"),
                    ("view_all_activity", "May see everybody’s activity"),
                    ("manage_people", "May add people and give them roles"),
                    ("manage_shared_connections", "May share connections and set up integrations"),
                ],
                "verbose_name": "access record",
                "verbose_name_plural": "access records",
            },
        ),
        migrations.CreateModel(
            name="SharedConnection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("region", models.CharField(max_length=40, verbose_name="region")),
                (
                    "version",
                    models.CharField(
                        choices=[("v2", "v2"), ("v2.1", "v2.1")], default="v2", max_length=8, verbose_name="API version"
                    ),
                ),
                (
                    "clock",
                    models.CharField(
                        choices=[("local", "local times, as documented"), ("utc", "UTC times")],
                        default="local",
                        max_length=8,
                        verbose_name="segment times",
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        blank=True, default="", max_length=2, verbose_name="country of national phone numbers"
                    ),
                ),
                ("sealed_client_key", models.TextField(editable=False)),
                ("sealed_token", models.TextField(editable=False)),
                ("set_at", models.DateTimeField(editable=False, verbose_name="credential set")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                ("last_used_at", models.DateTimeField(editable=False, null=True, verbose_name="last used")),
                (
                    "last_result",
                    models.CharField(blank=True, default="", editable=False, max_length=20, verbose_name="last result"),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("sealed_key", models.TextField(editable=False)),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "set_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Integration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("key_id", models.CharField(editable=False, max_length=8, unique=True)),
                ("key_sha256", models.CharField(editable=False, max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="integrations",
                        to="orders.sharedconnection",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("name",),
                        name="integration_name_once_while_valid",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConnectionMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed_key", models.TextField(editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="connection_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="orders.sharedconnection",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("shared", "user"), name="connection_member_once")],
            },
        ),
        migrations.CreateModel(
            name="ConnectionGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "given_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="connection_grants", to="auth.group"
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="orders.sharedconnection"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("shared", "group"), name="connection_granted_once_per_group")
                ],
            },
        ),
        migrations.RunPython(make_administrators, remove_administrators),
    ]
