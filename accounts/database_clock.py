"""The time by the database's clock, which all hosts share, so that a wrong clock on one of them cannot end anybody's session.

On SQLite, this is the host's own clock. On PostgreSQL, the database's clock is read by statements that are sent anyway (see `STATEMENT`);
between these readings, the time advances with the process's monotonic clock, which cannot be set.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from django.db import connection

from orders.storage.combined_statement import RowStatement

NOW = "clock_timestamp()"
STATEMENT = RowStatement(f"SELECT {NOW}", ())  # sent together with other queries
MOST_OFF = 60.0  # seconds between the clocks of a host and of the database

# The database's time minus this process's monotonic clock, in seconds; None until it is read.
_ahead: float | None = None


def learn(now: datetime) -> float:
    """Set the clock to `now` (aware), which the database has just returned. Return how many seconds it is ahead of the monotonic clock."""
    global _ahead  # noqa: PLW0603  (one clock for the process)
    _ahead = now.timestamp() - time.monotonic()
    return _ahead


def seconds() -> float:
    """Seconds since 1970 (UTC). On PostgreSQL, reads the database's clock if this process has not read it before."""
    if connection.vendor != "postgresql":
        return time.time()
    ahead = learn(*STATEMENT.run(connection)) if _ahead is None else _ahead
    return ahead + time.monotonic()


def now() -> datetime:
    """The time as an aware datetime (UTC); see `seconds`."""
    return datetime.fromtimestamp(seconds(), UTC)


def host_offset(now: datetime) -> float:
    """Seconds by which the clock of this host is ahead of `now` (aware), which the database has just returned."""
    return time.time() - now.timestamp()
