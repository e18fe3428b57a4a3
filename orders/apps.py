"""The app: orders of a CDP tenant, connections to it, and access records."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    default = True
    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the start-up checks, the receivers for shared connections, and the triggers of the append-only table."""
        from orders.models import receivers  # noqa: F401  (importing registers)
        from orders.privacy import checks  # noqa: F401

        post_migrate.connect(_keep_append_only, sender=self)


def _keep_append_only(*, using: str, **_kwargs: Any) -> None:
    """Reinstall the triggers after every migrate: on SQLite a migration that alters the table rebuilds it without them."""
    from orders.privacy import append_only

    connection = connections[using]
    if append_only.TABLE in connection.introspection.table_names():
        append_only.install(connection)
