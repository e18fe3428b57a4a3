"""A limit on how many pages of a process wait for the CDP, and the order in which they resume.

The limit bounds memory and open files.
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
    """A fixed number of slots. A page holds one slot for all its concurrent calls: its threads share the context variable."""

    def __init__(self, places: int) -> None:
        self._free = threading.BoundedSemaphore(places)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a slot for the block. Raises TooBusy at once if none is free. Nested blocks share the slot."""
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
    """Yield to other work that is ready: new connections, and pages that queued earlier.

    Under gevent a page computes until it waits. If a thousand answers arrive together, their pages compute one after the other, and a
    health check or a sign-in that arrives meanwhile would otherwise wait for the last of them.
    """
    with _line:
        time.sleep(0)
