"""Checks of the PostgreSQL server, run when cdpviewer starts and by `manage.py check --database default` and `manage.py migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  (Django's name for it)
from django.db import DEFAULT_DB_ALIAS, connections

from cdpviewer import environment
from cdpviewer.databases import page_limits

BESIDE_PAGES = 3  # connections for probes and commands


@register(Tags.database)
def room_for_all_processes(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn if PostgreSQL allows fewer connections than this host may open or, behind an external pooler, if statements have no timeout."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not databases or connection.vendor != "postgresql":
        return []
    if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
        return _limits_of_the_role(_shown("statement_timeout"))
    most = connection.settings_dict["OPTIONS"].get("pool", {}).get("max_size", 0)
    wanted = most * environment.find(settings.BASE_DIR).number("CDPVIEWER_WORKERS", 2, least=1) + BESIDE_PAGES
    allowed = int(_shown("max_connections")) - int(_shown("superuser_reserved_connections"))
    if wanted <= allowed:
        return []
    return [
        Warning(
            f"The processes of one host may open {wanted} connections to PostgreSQL, which allows {allowed} to all hosts together.",
            hint="Raise max_connections, lower CDPVIEWER_DB_CONNECTIONS, or put a pooler between (docs/operating.md).",
            id="cdpviewer.W008",
        )
    ]


def _limits_of_the_role(statement_timeout: str) -> list[CheckMessage]:
    if statement_timeout != "0":
        return []
    limits = " ".join(f"ALTER ROLE … SET {name} = '{value}';" for name, value in page_limits().items())
    return [
        Warning(
            "Behind a pooler the limits of statements belong to the role, and it has none.",
            hint=limits,
            id="cdpviewer.W009",
        )
    ]


def _shown(name: str) -> str:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        (value,) = cursor.fetchone()
    return str(value)
