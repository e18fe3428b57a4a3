"""The database: a SQLite file by default, or the SQLite or PostgreSQL database at a URL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from cdpviewer.environment import Environment

DJANGOS_SQLITE = "django.db.backends.sqlite3"
DJANGOS_POSTGRESQL = "django.db.backends.postgresql"
SQLITE = "cdpviewer.sqlite"  # ours: keeps files open, and waits for locks outside C
POSTGRESQL = "cdpviewer.postgresql"  # ours: a limit on every wait
WRITTEN = "write it as sqlite:////full/path/file.sqlite3 or postgres://user:password@host:5432/name."
OWNER = "owner"  # the alias for the role that migrates, prunes and takes backups, if it is not the pages' role
OWN_PATIENCE = (
    0.01  # seconds that SQLite waits in C, and all pages with it; most locks are held for less than one millisecond
)
LARGEST_LOG = 32 * 1024 * 1024  # bytes that SQLite's log keeps on the disk once its content is in the file

POOLS = ("psycopg", "external", "none")
MOST_CONNECTIONS = 20  # per process: a page holds one for a few milliseconds, and none while it waits for the CDP
LONGEST_WAIT = (
    0.75  # seconds a page waits for another writer; 0.1 ms is usual; with 10 s for the CDP, a page stays under 12 s
)
# Seconds a page waits at most for a free connection, and for the answer to a statement. Together they stay under 3 s.
FREE_CONNECTION = 0.7
STATEMENT = 2.0
ANSWER = 2.2  # longer than the server's own limit, so that reaching this one means that the server hangs
CONNECT = 2  # the least that libpq and psycopg accept
IDLE_IN_TRANSACTION = 10.0
PATIENT_CONNECTION = 5.0  # seconds a command waits for its first connection, which a busy machine may hold up


def database(
    url: str,
    folder: Path,
    *,
    pool: str = "psycopg",
    most_connections: int = MOST_CONNECTIONS,
    setting: str = "DATABASE_URL",
) -> dict[str, Any]:
    """A DATABASES entry for the database at `url`, or for a SQLite file in `folder` if `url` is empty.

    Raises ImproperlyConfigured if the URL cannot be read or is for another kind of database, or, for PostgreSQL, if `pool` is unknown or
    the driver is not installed. The message names `setting`, the setting that holds the URL.

    A page gives up its database connection before it waits for the CDP. No transaction may be open during that wait, so requests are
    not wrapped in one.

    `pool` is one of POOLS. `external` means a pooler such as pgbouncer, which assigns a server connection to each transaction: no
    cursor, prepared statement or setting may then outlive its transaction.
    """
    if not url:
        settings: dict[str, Any] = {"ENGINE": DJANGOS_SQLITE, "NAME": folder / "cdpviewer.sqlite3"}
    else:
        # The URL may contain a password, so neither it nor the parser's message is repeated.
        try:
            settings = {**dj_database_url.parse(url)}
        except ValueError:
            raise ImproperlyConfigured(f"{setting} cannot be read: {WRITTEN}") from None
        if settings["ENGINE"] not in (DJANGOS_SQLITE, DJANGOS_POSTGRESQL):
            raise ImproperlyConfigured(f"{setting} names neither SQLite nor PostgreSQL: {WRITTEN}")
    settings["ATOMIC_REQUESTS"] = False
    settings["CONN_MAX_AGE"] = 0
    if settings["ENGINE"] == DJANGOS_SQLITE:
        settings["ENGINE"] = SQLITE
        # All three are needed: if any one is missing, writes from eight threads fail with "database is locked".
        settings["OPTIONS"] = {
            **settings.get("OPTIONS", {}),
            "transaction_mode": "IMMEDIATE",
            "timeout": OWN_PATIENCE,
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit={LARGEST_LOG};",
        }
        return settings
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise ImproperlyConfigured(f"{setting} names PostgreSQL, whose driver is not installed: make setup LOCK=prod.")
    if pool not in POOLS:
        raise ImproperlyConfigured(f"CDPVIEWER_DB_POOL must be one of {', '.join(POOLS)}.")
    settings["ENGINE"] = POSTGRESQL
    settings["CONN_HEALTH_CHECKS"] = False  # they cost a round trip; the pool notices closed connections without one
    settings["DISABLE_SERVER_SIDE_CURSORS"] = pool == "external"
    ours: dict[str, Any] = {"application_name": "cdpviewer", "connect_timeout": CONNECT, "prepare_threshold": None}
    if pool != "none":
        ours["pool"] = {
            "min_size": 1,
            "max_size": most_connections,
            "timeout": PATIENT_CONNECTION,
            "reconnect_timeout": 1.0,  # then the next page tries again, so that a restarted server is found at once
        }
    settings["OPTIONS"] = {**ours, **settings.get("OPTIONS", {})}
    return settings


def databases(env: Environment, folder: Path) -> dict[str, dict[str, Any]]:
    """The DATABASES setting. It has an entry `owner`, for `migrate` and long-running commands, if CDPVIEWER_OWNER_DATABASE_URL is set.

    Raises ImproperlyConfigured if a setting is unusable.
    """
    pool = env.text("CDPVIEWER_DB_POOL", POOLS[0])
    most = env.number("CDPVIEWER_DB_CONNECTIONS", MOST_CONNECTIONS, least=1)
    entries = {"default": database(env.text("DATABASE_URL"), folder, pool=pool, most_connections=most)}
    if url := env.text("CDPVIEWER_OWNER_DATABASE_URL"):
        # One connection directly to the server: its locks belong to the session, which a pooler would share.
        owner = database(url, folder, pool="none", setting="CDPVIEWER_OWNER_DATABASE_URL")
        entries[OWNER] = {**owner, "TEST": {"MIRROR": "default"}}
    return entries


def wait_like_pages(settings: dict[str, Any]) -> None:
    """Add the pages' time limits to an entry of DATABASES if it is for PostgreSQL. Commands do not call this: they may wait longer.

    The limits in `page_limits` cannot be sent through an external pooler: set them on the database role (docs/operating.md).
    """
    if settings["ENGINE"] != POSTGRESQL:
        return
    options = settings["OPTIONS"]
    options["patience"] = ANSWER
    if "pool" in options:
        options["pool"]["timeout"] = FREE_CONNECTION
    # The kernel then notices an unreachable host just as fast, instead of after 15 minutes.
    options.setdefault("tcp_user_timeout", round(STATEMENT * 1000))
    if not settings["DISABLE_SERVER_SIDE_CURSORS"]:
        options.setdefault("options", " ".join(f"-c {name}={value}" for name, value in page_limits().items()))


def page_limits() -> dict[str, str]:
    """PostgreSQL's time limits for connections that serve pages, by setting name; values include the unit ("2000ms")."""
    seconds = {
        "statement_timeout": STATEMENT,
        "lock_timeout": LONGEST_WAIT,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
    }
    return {name: f"{round(value * 1000)}ms" for name, value in seconds.items()}
