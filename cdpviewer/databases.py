"""The database: one SQLite file by default, Postgres by address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

DJANGOS_SQLITE = "django.db.backends.sqlite3"
SQLITE = "cdpviewer.sqlite"  # ours, which keeps files open and waits for locks with patience
OWN_PATIENCE = (
    0.01  # seconds SQLite waits by itself, and all pages with it; most locks are held for less than one millisecond
)
MOST_CONNECTIONS = 20  # to PostgreSQL, of one process: each is held for the milliseconds of a statement


def database(url: str, folder: Path) -> dict[str, Any]:
    """The entry for Django's DATABASES from an address, or a file in `folder` where `url` is empty.

    A connection belongs to a request and is given back before a page waits on the CDP: to psycopg's pool, or to our own of open
    SQLite files. There is no transaction around a request, because no transaction may be open during that wait.
    """
    if not url:
        settings: dict[str, Any] = {"ENGINE": DJANGOS_SQLITE, "NAME": folder / "cdpviewer.sqlite3"}
    else:
        try:
            settings = {**dj_database_url.parse(url)}
        except ValueError:
            # The address may hold a password, so neither it nor the parser's own message is repeated.
            raise ImproperlyConfigured(
                "DATABASE_URL cannot be read: write it as sqlite:////full/path/file.sqlite3 or postgres://user:password@host:5432/name."
            ) from None
    settings["ATOMIC_REQUESTS"] = False
    settings["CONN_MAX_AGE"] = 0
    if settings["ENGINE"] == DJANGOS_SQLITE:
        settings["ENGINE"] = SQLITE
        # All three together: with any one missing, writes from eight threads end in "database is locked".
        settings["OPTIONS"] = {
            **settings.get("OPTIONS", {}),
            "transaction_mode": "IMMEDIATE",
            "timeout": OWN_PATIENCE,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        settings["CONN_HEALTH_CHECKS"] = True
        settings["OPTIONS"] = {"pool": {"min_size": 1, "max_size": MOST_CONNECTIONS}, **settings.get("OPTIONS", {})}
    return settings
