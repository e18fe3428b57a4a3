"""The database: one SQLite file by default, Postgres by address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def database(url: str, folder: Path) -> dict[str, Any]:
    """The entry for Django's DATABASES from an address, or a file in `folder` where `url` is empty.

    Connections stay open: each server thread keeps its own. There is no transaction around a request, because no
    transaction may be open while a page waits on the CDP.
    """
    if not url:
        settings: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "cdpviewer.sqlite3"}
    else:
        try:
            settings = {**dj_database_url.parse(url)}
        except ValueError:
            # The address may hold a password, so neither it nor the parser's own message is repeated.
            raise ImproperlyConfigured(
                "DATABASE_URL cannot be read: write it as sqlite:////full/path/file.sqlite3 or postgres://user:password@host:5432/name."
            ) from None
    settings["ATOMIC_REQUESTS"] = False
    settings["CONN_MAX_AGE"] = None
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        # All three together: with any one missing, writes from eight threads end in "database is locked".
        settings["OPTIONS"] = {
            **settings.get("OPTIONS", {}),
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        settings["CONN_HEALTH_CHECKS"] = True
    return settings
