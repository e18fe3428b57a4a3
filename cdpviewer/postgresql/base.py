"""PostgreSQL for pages: a connection is closed if no answer arrives in time, and not reused if the server has closed it.

PostgreSQL's own limits (`cdpviewer.databases`) end slow statements, but do not help if the server hangs or the network drops
packets, so the limit here is on our side. SELECT 1 before each page would cost a round trip; instead, an idle connection is polled:
if there is something to read, the server has most likely closed it.
"""

from __future__ import annotations

import select
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from cdpviewer import awaited

T = TypeVar("T")
REFUSED_FOR = 1.0  # seconds


class Silence:
    """The REFUSED_FOR seconds after the server failed to answer in time, during which every attempt to get a connection fails at once."""

    def __init__(self) -> None:
        self._ends = 0.0

    def begin(self) -> None:
        self._ends = time.monotonic() + REFUSED_FOR

    def is_active(self) -> bool:
        return time.monotonic() < self._ends


SILENCE = Silence()


class Connection(psycopg.Connection[Any]):
    """A connection that is closed if the server takes longer than `patience` seconds to answer; None means no limit."""

    patience: float | None = None

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Complete an exchange with the server; psycopg calls this for each one.

        Raises OperationalError after `timeout` seconds, or after `patience` seconds if `timeout` is not given.
        """
        try:
            return super().wait(gen, interval=interval, timeout=timeout or self.patience)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001  (psycopg has no public name for it)
            # The answer may still arrive and would be taken for that of the next statement.
            self.pgconn.finish()
            SILENCE.begin()
            raise psycopg.OperationalError("the database did not answer in time") from None


def still_open(connection: psycopg.Connection[Any]) -> None:
    """Check a pooled connection: if the server seems to have closed it, drain the pool and raise OperationalError."""
    readable = select.poll()
    readable.register(connection.fileno(), select.POLLIN)
    if not readable.poll(0):
        return
    pool = connection._pool  # noqa: SLF001  (set by the pool itself)
    connection.close()
    if isinstance(pool, ConnectionPool):
        pool.drain()  # the others have most likely been closed too
    raise psycopg.OperationalError("the server has ended the connection")


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper with limits on its waits: OPTIONS may contain `patience` (seconds) and `pool` (arguments for psycopg's pool)."""

    @property
    def pool(self) -> ConnectionPool[Connection] | None:
        """The pool for this alias, created on first use; None if OPTIONS has no `pool`, or if the alias is NO_DB_ALIAS."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools: dict[str, ConnectionPool[Connection]] = self._connection_pools  # type: ignore[attr-defined]  # unknown to the stubs
        if self.alias not in pools:
            pool = ConnectionPool(
                connection_class=self._connection_class(),
                kwargs={
                    **self.get_connection_params(),
                    "autocommit": True,
                },  # as in Django, which sets its own mode later
                open=False,
                configure=self._configure_connection,  # type: ignore[attr-defined]  # as above
                check=still_open,
                **options,
            )
            pools.setdefault(self.alias, pool)  # another thread may have been quicker
        return pools[self.alias]

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params.pop("patience", None)
        return params

    @awaited.reported()
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        if SILENCE.is_active():
            raise psycopg.OperationalError("the database did not answer a moment ago")
        pool = self.pool
        if pool is None:
            return self._connection_class().connect(**conn_params)
        pool.open()
        return pool.getconn()

    def _connection_class(self) -> type[Connection]:
        patience = self.settings_dict["OPTIONS"].get("patience")
        return type("PatientConnection", (Connection,), {"patience": patience})
