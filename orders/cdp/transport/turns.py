"""One page at a time computes in this process; a page that waits for the CDP lets the others go on.

Python's threads share one interpreter. A hundred pages that all want it take it from each other at every read of a row or a
socket, a hundred times a page, and each handing over costs as much as a query. Taken in turns, a page runs until it has to wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from orders.cdp.transport.forking import renew_in_child

LONGEST_TURN = (
    0.25  # seconds; a page computes for a few milliseconds, so one that takes this long waits for something else
)
LONGEST_QUEUE = 0.75  # seconds a page waits for its turns in all; then it goes on beside the others


class _Turn:
    """A page's turn: `came` is locked until it has come; `left` are the seconds its page may still wait for turns."""

    __slots__ = ("came", "left", "since")

    def __init__(self, left: float) -> None:
        self.came = threading.Lock()
        self.left = left
        self.since = 0.0


class Turns:
    """A queue: first come, first served. A turn is a courtesy and guards nothing: what runs out of turn is only slower for all."""

    def __init__(self, longest_turn: float = LONGEST_TURN, longest_queue: float = LONGEST_QUEUE) -> None:
        self._longest_turn, self._longest_queue = longest_turn, longest_queue
        self._renew()
        renew_in_child(self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()  # held for a few instructions
        self._waiting: deque[_Turn] = deque()
        self._current: _Turn | None = None
        self._own = threading.local()  # `.turn`: the one this thread computes in

    @contextmanager
    def take(self) -> Iterator[None]:
        """Compute when it is this thread's turn."""
        self._begin(self._longest_queue)
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Wait for something while others compute. Nothing at all for a thread that takes no turns."""
        turn: _Turn | None = getattr(self._own, "turn", None)
        if turn is None:
            yield
            return
        self._end()
        try:
            yield
        finally:
            self._begin(turn.left)

    def _begin(self, left: float) -> None:
        turn = self._own.turn = _Turn(left)
        with self._lock:
            if self._current is None:
                self._give(turn)
                return
            turn.came.acquire()
            self._waiting.append(turn)
        began = now = monotonic()
        while now - began < left:
            if turn.came.acquire(timeout=min(self._longest_turn, left - (now - began))):
                break
            now = monotonic()
            self._pass_by_a_stuck_one(now)
        turn.left = max(0.0, left - (monotonic() - began))
        with self._lock:
            if turn in self._waiting:  # the queue is too long: out of turn
                self._waiting.remove(turn)

    def _end(self) -> None:
        turn, self._own.turn = self._own.turn, None
        with self._lock:
            if self._current is turn:
                self._next()

    def _pass_by_a_stuck_one(self, now: float) -> None:
        """Its turn is over for everybody who comes, too: nobody is held up by it twice."""
        with self._lock:
            if self._current is not None and now - self._current.since >= self._longest_turn:
                self._next()

    def _next(self) -> None:
        self._current = None
        if self._waiting:
            turn = self._waiting.popleft()
            self._give(turn)
            turn.came.release()

    def _give(self, turn: _Turn) -> None:
        self._current = turn
        turn.since = monotonic()


TURNS = Turns()
