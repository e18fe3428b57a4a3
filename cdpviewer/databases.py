"""The database: one SQLite file by default, PostgreSQL by address."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from cdpviewer.environment import Environment
from orders.storage.lock_timeout import LONGEST_WAIT

if TYPE_CHECKING:  # the settings import this module, and load before Django's database layer may
    from django.db.backends.base.base import BaseDatabaseWrapper

DJANGOS_SQLITE = "django.db.backends.sqlite3"
SQLITE = "cdpviewer.sqlite"  # ours, which keeps files open and waits for locks with patience
POSTGRESQL = "cdpviewer.postgresql"  # ours, which gives up in time
OWNER = "owner"  # the alias of the role that migrates and prunes, where it is another than the pages' role
OWN_PATIENCE = (
    0.01  # seconds SQLite waits by itself, and all pages with it; most locks are held for less than one millisecond
)

POOLS = ("psycopg", "external", "none")
MOST_CONNECTIONS = 20  # of one process: each is held for the milliseconds of a statement
# What a page waits for at most: a free connection, and the answer to a statement. Together they stay under 3 s.
FREE_CONNECTION = 0.7
STATEMENT = 2.0
ANSWER = 2.2  # later than the server's own limit, so that this one means a server that hangs
CONNECT = 2  # the least that libpq and psycopg take
IDLE_IN_TRANSACTION = 10.0


def database(
    url: str, folder: Path, *, pool: str = "psycopg", most_connections: int = MOST_CONNECTIONS
) -> dict[str, Any]:
    """The entry for Django's DATABASES from an address, or a file in `folder` where `url` is empty.

    A connection belongs to a request and is given back before a page waits on the CDP: to psycopg's pool, or to our own of open
    SQLite files. There is no transaction around a request, because no transaction may be open during that wait.

    `pool` is one of POOLS. With `external` a pooler stands between that gives a connection to each transaction, such as pgbouncer:
    nothing may then outlive its transaction on the server, neither cursors nor prepared statements nor settings.
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
        return settings
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise ImproperlyConfigured(
            "DATABASE_URL names PostgreSQL, whose driver is not installed: make setup LOCK=prod."
        )
    if pool not in POOLS:
        raise ImproperlyConfigured(f"CDPVIEWER_DB_POOL must be one of {', '.join(POOLS)}.")
    settings["ENGINE"] = POSTGRESQL
    settings["CONN_HEALTH_CHECKS"] = False  # they cost a round trip; the pool notices ended connections without
    settings["DISABLE_SERVER_SIDE_CURSORS"] = pool == "external"
    ours: dict[str, Any] = {"application_name": "cdpviewer", "connect_timeout": CONNECT, "prepare_threshold": None}
    if pool != "none":
        ours["pool"] = {
            "min_size": 1,
            "max_size": most_connections,
            "timeout": FREE_CONNECTION,
            "reconnect_timeout": 1.0,  # then the next page tries: a server that is back is found at once, not after minutes
        }
    settings["OPTIONS"] = {**ours, **settings.get("OPTIONS", {})}
    return settings


def databases(env: Environment, folder: Path) -> dict[str, dict[str, Any]]:
    """The setting DATABASES. `owner` is in it where CDPVIEWER_OWNER_DATABASE_URL names a role of its own for `migrate` and prunes."""
    pool = env.text("CDPVIEWER_DB_POOL", POOLS[0])
    most = env.number("CDPVIEWER_DB_CONNECTIONS", MOST_CONNECTIONS, least=1)
    found = {"default": database(env.text("DATABASE_URL"), folder, pool=pool, most_connections=most)}
    if url := env.text("CDPVIEWER_OWNER_DATABASE_URL"):
        # One connection straight to the server: what it locks belongs to the session, which a pooler would share.
        found[OWNER] = {**database(url, folder, pool="none"), "TEST": {"MIRROR": "default"}}
    return found


def wait_like_pages(settings: dict[str, Any]) -> None:
    """Put the limits of pages on an entry of DATABASES: for the server, and not for commands, which may take their time.

    An external pooler takes no settings with a connection; there the server's limits belong to the role (docs/operating.md).
    """
    if settings["ENGINE"] != POSTGRESQL:
        return
    options = settings["OPTIONS"]
    options["patience"] = ANSWER
    # A host that is gone is noticed by the kernel as soon, instead of after 15 minutes.
    options.setdefault("tcp_user_timeout", round(STATEMENT * 1000))
    if not settings["DISABLE_SERVER_SIDE_CURSORS"]:
        options.setdefault("options", " ".join(f"-c {name}={value}" for name, value in page_limits().items()))


def past_the_pool(connection: BaseDatabaseWrapper, alias: str) -> BaseDatabaseWrapper:
    """A further connection to the same database, of its own and of no pool. The caller closes it."""
    own = connection.copy(alias)
    own.settings_dict["OPTIONS"].pop("pool", None)
    return own


def page_limits() -> dict[str, str]:
    """PostgreSQL's own limits for the connections of pages."""
    seconds = {
        "statement_timeout": STATEMENT,
        "lock_timeout": LONGEST_WAIT,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
    }
    return {name: f"{round(value * 1000)}ms" for name, value in seconds.items()}
