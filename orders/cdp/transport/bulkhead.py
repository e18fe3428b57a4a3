"""How many pages of a process may wait on the CDP at a time, a bound for memory and open files; and in which order they go on."""

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


def wait_in_line() -> None:
    """Let what has come meanwhile go first: new connections, and pages that stood in line before.

    Under gevent a page computes until it waits. A thousand whose answers come together would compute one after the other, and a
    health check or a sign-in that comes meanwhile would be heard after the last of them.
    """
    with _line:
        time.sleep(0)
