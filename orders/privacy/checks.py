"""Start-up checks of the app itself: a database that can keep access records, and a region for every connection page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def database_keeps_records(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Access records are append-only by triggers, which are written for SQLite and PostgreSQL."""
    return [
        Error(
            f"The database {alias!r} is neither SQLite nor PostgreSQL, so access records cannot be made append-only.",
            hint="Point DATABASE_URL at SQLite or PostgreSQL.",
            id="orders.E001",
        )
        for alias in databases or []
        if connections[alias].vendor not in {"sqlite", "postgresql"}
    ]
