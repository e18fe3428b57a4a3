"""The orders app: the orders of a CDP tenant, connections to the CDP, and access records."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    default = True
    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the signal receivers. Importing them also registers the system check for the append-only table."""
        from orders.models import receivers  # importing registers the others

        post_migrate.connect(receivers.migrated, sender=self)
