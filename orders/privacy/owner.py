"""The choice of database connection for commands whose statements take long."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

OWNER = "owner"  # as in the settings


def alias() -> str:
    """The alias of the tables' owner if there is one, otherwise the default.

    The owner may prune, is not subject to the time limits of pages, which would end long statements, and bypasses any connection pooler.
    """
    return OWNER if OWNER in connections else DEFAULT_DB_ALIAS
