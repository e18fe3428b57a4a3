"""A limit on how many pages of a process may wait for the CDP at once, and the order in which they resume.

The limit keeps the memory used and the number of open files within bounds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from orders.cdp.errors import TooBusy
from orders.cdp.watching import watchers

_line = threading.Lock()  # first come, first served
_held: ContextVar[bool] = ContextVar("cdp_place_held", default=False)


class Bulkhead:
    """A fixed number of slots for waiting pages. A page's concurrent calls share one slot: their threads inherit `_held`."""

    def __init__(self, places: int) -> None:
        self._free = threading.BoundedSemaphore(places)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a slot during the `with` block; nested blocks share it. Raises TooBusy at once if no slot is free."""
        if _held.get():
            yield
            return
        if not self._free.acquire(blocking=False):
            for watcher in watchers:
                watcher.refused()
            raise TooBusy("every slot for waiting on the CDP is taken")
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


def wait_in_line() -> None:
    """Let other work run first if it is ready: new connections, and pages that are already in line.

    Under gevent, a page runs until it has to wait. Without this call, if a thousand pages got their answers together, a health check or a
    sign-in would have to wait until all of them had run.
    """
    with _line:
        time.sleep(0)
