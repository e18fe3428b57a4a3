"""One page at a time computes in this process; a page that waits for the CDP lets the others go on.

Python's threads share one interpreter. A hundred pages that all want it take it from each other at every read of a row or a
socket, a hundred times a page, and each handing over costs as much as a query. Taken in turns, a page runs until it has to wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from orders.cdp.transport.forking import renew_in_child

PATIENCE = 0.25  # seconds; a page computes for a few milliseconds: one that takes longer waits for something, and is not waited for


class Turns:
    """Whose turn it is. A turn is a courtesy and guards nothing: what runs out of turn is only slower for all."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._renew()
        renew_in_child(self._renew)

    def _renew(self) -> None:
        self._turn = threading.Lock()
        self._holder = 0  # the thread that computes
        self._taken = 0  # how many turns there were

    @contextmanager
    def take(self) -> Iterator[None]:
        """Compute when it is this thread's turn."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Wait for something while others compute. Nothing at all for a thread without a turn."""
        if self._holder != get_ident():
            yield
            return
        self._end()
        try:
            yield
        finally:
            self._begin()

    def _begin(self) -> None:
        seen = self._taken
        while not self._turn.acquire(timeout=self._patience):
            if self._taken == seen:
                return  # the same one all the time
            seen = self._taken
        self._holder = get_ident()
        self._taken += 1

    def _end(self) -> None:
        if self._holder == get_ident():
            self._holder = 0
            self._turn.release()


TURNS = Turns()
