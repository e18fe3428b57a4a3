"""The project as a Django app, so that its start-up checks are found."""

from __future__ import annotations

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Nothing but wiring: no models, no templates."""

    name = "cdpviewer"
    verbose_name = "cdpviewer"

    def ready(self) -> None:
        """Register the checks."""
        from cdpviewer import checks  # noqa: F401  (importing registers)
