"""The app: orders of a CDP tenant, the people who look at them, and what they looked at."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BrandedAdminConfig(admin_apps.AdminConfig):
    """Django's admin, signed into by the app's own door: the limits on guessing hold there as well."""

    default = False
    default_site = "orders.admin_site.BrandedAdminSite"


class OrdersConfig(AppConfig):
    default = True
    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the start-up checks, the session's clock and the watch over the append-only table."""
        from orders import checks, rights, session  # noqa: F401 (importing them registers their receivers)

        post_migrate.connect(_keep_append_only, sender=self)


def _keep_append_only(*, using: str, **_kwargs: Any) -> None:
    """Put the triggers back after every migrate: a later migration that alters the table rebuilds it on SQLite without them."""
    from orders import append_only

    connection = connections[using]
    if append_only.TABLE in connection.introspection.table_names():
        append_only.install(connection)
