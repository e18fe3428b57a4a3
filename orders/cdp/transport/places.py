"""The bulkhead: how many pages may wait on the CDP at a time, so that a slow CDP never takes every thread of the server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from orders.cdp.errors import TooBusy
from orders.cdp.transport.forking import renew_in_child
from orders.cdp.transport.limits import Limits

QUEUE = 2  # wait for a place at a time; all others hear at once that the CDP is slow, or the queue would take the threads kept free

_held: ContextVar[bool] = ContextVar("cdp_place_held", default=False)


class Places:
    """A page holds one place however many calls it makes side by side: its threads carry the context variable."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._renew()
        renew_in_child(self._renew)

    def _renew(self) -> None:
        self._free = threading.BoundedSemaphore(self._limits.places)
        self._queue = threading.Semaphore(QUEUE)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a place for the block; raises TooBusy when none comes free in time. Nested blocks share one."""
        if _held.get():
            yield
            return
        if not self._free.acquire(blocking=False) and not self._wait():
            raise TooBusy("every place for waiting on the CDP is taken")
        token = _held.set(True)
        try:
            yield
        finally:
            _held.reset(token)
            self._free.release()

    def _wait(self) -> bool:
        if not self._queue.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=self._limits.place_wait)
        finally:
            self._queue.release()
