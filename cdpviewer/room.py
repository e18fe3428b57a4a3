"""Check, when the server starts, whether its processes can open as many files and database connections as they may need."""

from __future__ import annotations

import resource

import gevent  # type: ignore[import-untyped]
import structlog
from django.db import DatabaseError, connections

from cdpviewer.postgresql.checks import room_for_all_processes

log = structlog.stdlib.get_logger("cdpviewer.room")


def compare_later(files: int) -> None:
    """Check in the background, so that neither the server's start nor any page has to wait.

    `files` is the number of files that one process may need to have open.
    """
    gevent.spawn(_compare, files)


def _compare(files: int) -> None:
    allowed, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != allowed < files:
        log.warning(
            "a process may open fewer files than its pages may need",
            needed=files,
            allowed=allowed,
            hint="Raise the hard limit (LimitNOFILE of the unit, ulimit -Hn).",
        )
    try:
        for problem in room_for_all_processes(databases=["default"]):
            log.warning(problem.msg, hint=problem.hint)
    except DatabaseError:
        return  # the database is unavailable, which the pages and /readyz report
    finally:
        connections.close_all()
