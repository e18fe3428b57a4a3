"""SQLite for pages that share one thread: files stay open between requests, and other pages run while one waits for a lock.

SQLite waits in C code, which blocks the whole process. So its own timeout is short (`cdpviewer.databases`), and the waiting is done here.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.signals import request_started
from django.db import OperationalError, connections
from django.db.backends.sqlite3 import base
from django.dispatch import receiver

from cdpviewer import awaited

T = TypeVar("T")

PATIENCE = 20.0  # seconds; `orders.storage.lock_timeout` makes it shorter for pages, which must not wait so long
BETWEEN_TRIES = (0.002, 0.02)
MOST_IDLE = 16

# Opening a file takes a fifth of a page's time. The key includes the process, because an open file must not cross a fork.
_idle: defaultdict[tuple[int, str], list[sqlite3.Connection]] = defaultdict(list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A database connection that retries while the file is locked and, when closed, usually keeps the file open for a later request."""

    patience = PATIENCE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_execute)

    @awaited.reported()
    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        idle = _idle[self._file()]
        opened = partial(super().get_new_connection, conn_params)
        return idle.pop() if idle else _patiently(opened, self.patience)

    def _close(self) -> None:
        idle = _idle[self._file()]
        clean = not self.in_atomic_block and not self.connection.in_transaction
        # A connection to a read-only file would stay read-only even after the file became writable.
        if clean and os.access(self.settings_dict["NAME"], os.W_OK) and len(idle) < MOST_IDLE:
            idle.append(self.connection)
        else:
            super()._close()  # type: ignore[misc]  # unknown to the stubs

    def _file(self) -> tuple[int, str]:
        return os.getpid(), str(self.settings_dict["NAME"])


def _execute(execute: Callable[..., T], *args: Any) -> T:
    return _patiently(partial(execute, *args), args[-1]["connection"].patience)


def _patiently(attempt: Callable[[], T], patience: float) -> T:
    """The result of `attempt`, which is called again and again while the file is locked. After `patience` seconds, the error is raised."""
    ends = time.monotonic() + patience
    while True:
        try:
            return attempt()
        except (OperationalError, sqlite3.OperationalError) as error:
            code = getattr(error.__cause__ or error, "sqlite_errorcode", 0)
            if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
        time.sleep(random.uniform(*BETWEEN_TRIES))  # noqa: S311 (so that two waiting pages do not collide again)


@receiver(request_started, dispatch_uid="cdpviewer.sqlite.patient_again")
def _patient_again(**_kwargs: Any) -> None:
    """Reset the patience of this thread's SQLite connections: an earlier request may have changed it."""
    for connection in connections.all(initialized_only=True):
        if isinstance(connection, DatabaseWrapper):
            connection.patience = PATIENCE
