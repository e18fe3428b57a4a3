"""How many pages of this process may wait on the CDP at a time: a bound for its memory and its open files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from orders.cdp.errors import TooBusy
from orders.cdp.transport.fairness import wait_in_line
from orders.cdp.watching import watchers

_held: ContextVar[bool] = ContextVar("cdp_place_held", default=False)


class Bulkhead:
    """A page holds one place however many calls it makes side by side: its threads carry the context variable."""

    def __init__(self, places: int) -> None:
        self._free = threading.BoundedSemaphore(places)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a place for the block; raises TooBusy at once when none is free. Nested blocks share one."""
        if _held.get():
            yield
            return
        if not self._free.acquire(blocking=False):
            for watcher in watchers:
                watcher.refused()
            raise TooBusy("every place for waiting on the CDP is taken")
        token = _held.set(True)
        for watcher in watchers:
            watcher.place(1)
        try:
            yield
        finally:
            _held.reset(token)
            self._free.release()
            for watcher in watchers:
                watcher.place(-1)
            wait_in_line()
