"""Records get a chain, events of accounts and the people they concern; connections the mark of the password they were confirmed under."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from orders.privacy import password_mark, record_rows
from orders.privacy.chain import Chain
from orders.privacy.record_kinds import Action


def text(length: int, label: str, *, editable: bool = True) -> models.CharField[str, str]:
    return models.CharField(blank=True, default="", editable=editable, max_length=length, verbose_name=label)


def mark_the_beginning(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """State in the first chained record how many records without a chain there are: later ones are forged."""
    records = apps.get_model("orders", "AccessRecord")
    alias = schema_editor.connection.alias
    count, last = records.objects.using(alias).aggregate(count=models.Count("pk"), last=models.Max("pk")).values()
    if not count:
        return
    fields = records._meta.concrete_fields  # noqa: SLF001  (Django's own name for it)
    columns = {field.attname: field.get_default() for field in fields if field.attname != "id"}
    now = timezone.now()
    begun = {"at": now, "what": Action.CHAINS_BEGUN.value, "outcome": "", "detail": f"{count} records up to {last}"}
    record_rows.insert(schema_editor.connection, Chain.open(now).extend({**columns, **begun}))


def confirm_what_is_there(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now every connection could be used: those that exist are confirmed under the present password."""
    connections = apps.get_model("orders", "Connection").objects.using(schema_editor.connection.alias)
    for connection in connections.select_related("user"):
        connections.filter(pk=connection.pk).update(confirmed=password_mark.mark(connection.user))


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("orders", "0003_orders_listed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SetPassword",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_by", models.CharField(max_length=150)),
                ("set_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(null=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddField(
            "accessrecord",
            "about_id",
            models.BigIntegerField(null=True, verbose_name="number of the person concerned"),
        ),
        migrations.AddField("accessrecord", "about_name", text(150, "person concerned")),
        migrations.AddField("accessrecord", "detail", text(200, "detail")),
        migrations.AddField("accessrecord", "chain", text(24, "chain", editable=False)),
        migrations.AddField(
            "accessrecord", "link", models.IntegerField(editable=False, null=True, verbose_name="link")
        ),
        migrations.AddField("accessrecord", "seal", text(64, "seal", editable=False)),
        # Choices are not stored in the table, so the current ones will do.
        migrations.AlterField(
            "accessrecord", "what", models.CharField(choices=Action.choices, max_length=24, verbose_name="what")
        ),
        migrations.AddIndex(
            "accessrecord",
            models.Index(
                fields=["about_id", "-at"], condition=models.Q(about_id__isnull=False), name="access_record_about"
            ),
        ),
        migrations.AddIndex(
            "accessrecord",
            models.Index(fields=["id"], condition=models.Q(what="chain_seen"), name="access_record_chain_seen"),
        ),
        migrations.AddConstraint(
            "accessrecord", models.UniqueConstraint(fields=["chain", "link"], name="access_record_link_once")
        ),
        migrations.AddField(
            "connection", "confirmed", models.CharField(blank=True, default="", editable=False, max_length=64)
        ),
        migrations.AlterField(
            "connection",
            "user",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cdp_connections",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(mark_the_beginning, migrations.RunPython.noop),
        migrations.RunPython(confirm_what_is_there, migrations.RunPython.noop),
    ]
