"""The project as a Django app, so that Django finds its system checks and commands."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from cdpviewer import modes


class WiringConfig(AppConfig):
    """App for system checks, commands and metrics; it has no models or templates."""

    name = "cdpviewer"
    verbose_name = "cdpviewer"

    def ready(self) -> None:
        """Register the checks, start the metrics if they are on, and arrange for database files to be made private after each `migrate`."""
        from cdpviewer import checks  # noqa: F401  (importing registers)
        from cdpviewer.postgresql import checks as of_postgresql  # noqa: F401

        if settings.METERED:
            from cdpviewer.metrics import series

            series.begin()
        # Without a sender: Django does not send this signal for an app that has no models.
        post_migrate.connect(_close, dispatch_uid="cdpviewer.close_database_files")


def _close(*, using: str, **_kwargs: Any) -> None:
    modes.close(connections[using].settings_dict)
