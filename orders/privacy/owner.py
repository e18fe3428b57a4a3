"""The choice of database connection for commands whose statements take a long time."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

OWNER = "owner"  # as in the settings


def alias() -> str:
    """The alias of the connection that acts as the tables' owner, if one is configured; otherwise, the default alias.

    The owner is allowed to delete old records. Its connection bypasses any pooler and has none of the pages' time limits, which would end
    long statements.
    """
    return OWNER if OWNER in connections else DEFAULT_DB_ALIAS
