"""The database keeps access records as they are, and the three groups of people exist."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from orders.privacy import append_only

PERMISSIONS = {
    "view_accessrecord": "Can view access record",
    "reveal_personal_data": "May reveal masked personal data",
    "view_all_activity": "May see everybody’s activity",
}
GROUPS = {
    "Agents": (),
    "Supervisors": ("reveal_personal_data",),
    "Auditors": ("view_all_activity", "view_accessrecord"),
}


def keep_append_only(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.install(schema_editor.connection)


def let_go(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(schema_editor.connection)


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Permissions are made by Django only after all migrations have run, so the ones the groups need are made here."""
    alias = schema_editor.connection.alias
    content_type, _ = (
        apps.get_model("contenttypes", "ContentType")
        .objects.using(alias)
        .get_or_create(app_label="orders", model="accessrecord")
    )
    permissions = {
        codename: apps.get_model("auth", "Permission")
        .objects.using(alias)
        .get_or_create(codename=codename, content_type=content_type, defaults={"name": name})[0]
        for codename, name in PERMISSIONS.items()
    }
    for name, codenames in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=name)
        group.permissions.add(*(permissions[codename] for codename in codenames))


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("orders", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations: ClassVar = [
        migrations.RunPython(keep_append_only, let_go),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
