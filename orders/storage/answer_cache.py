"""Answers from the CDP, cached for a minute, so that the panels of a page need not request them again.

They are kept in this process's memory, or in Redis for all processes (`shared_answer_cache`). Without Redis, another worker process
requests them again, or uses its own answers from the last minute. An answer is cached for one session and one state of one connection,
so no other session can read it, and a changed credential invalidates it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple, Protocol

SECONDS = 60.0
MOST_BYTES = 32 * 1024 * 1024  # per process; an order is 1 to 100 kB
SWEEP = 1.0  # minimum seconds between two sweeps


Owner = tuple[str, str]  # a session and a state of a connection
Key = tuple[str, str, str]  # the same two, and the name of an answer


class Held(NamedTuple):
    """A cached answer, received at `read_at` (seconds since 1970). AnswerCache computes its age from `at` (monotonic clock)."""

    at: float
    read_at: float
    answer: bytes


class AnswerCache:
    """A cache of answers by (session, connection, name), each kept for `seconds`; `most_bytes` limits their total size. Thread-safe."""

    def __init__(self, seconds: float = SECONDS, most_bytes: int = MOST_BYTES) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, str, str], Held] = OrderedDict()
        self._of: dict[Owner, set[str]] = {}
        self._bytes = 0
        self._sweeping = False

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Key) -> Held | None:
        """The answer under `key`, or None if it is missing or too old."""
        with self._lock:
            self._drop_old()
            return self._answers.get(key)

    def take(self, key: Key) -> bool:
        """Delete the answer under `key`, and return whether there was one."""
        with self._lock:
            self._drop_old()
            there = key in self._answers
            self._drop(key)
            return there

    def put(self, key: Key, answer: bytes) -> None:
        """Store `answer` under `key`. If there is no room, the oldest answers are dropped.

        An answer of more than `most_bytes` is not stored, but the previous answer under `key` is dropped.
        """
        with self._lock:
            self._drop_old()
            self._drop(key)
            if len(answer) > self._most_bytes:
                return
            self._answers[key] = Held(time.monotonic(), time.time(), answer)
            self._of.setdefault(key[:2], set()).add(key[2])
            self._bytes += len(answer)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._answers)))
            if not self._sweeping:
                self._sweeping = True
                threading.Thread(target=self._sweep, name="memory-sweep", daemon=True).start()

    def put_all(self, answers: Mapping[Key, bytes]) -> None:
        """Store answers, each under its key."""
        for key, answer in answers.items():
            self.put(key, answer)

    def for_request(self) -> AnswerCache:
        """The cache itself: unlike the shared one, it has nothing to remember for a single request."""
        return self

    def forget(self, session: str, connection: str | None = None) -> None:
        """Drop all answers of `session` or, if `connection` is given, only its answers from that connection."""
        with self._lock:
            owners = (
                [owner for owner in self._of if owner[0] == session] if connection is None else [(session, connection)]
            )
            for owner in owners:
                for key in list(self._of.get(owner, ())):
                    self._drop((*owner, key))

    def _drop(self, key: Key) -> None:
        held = self._answers.pop(key, None)
        if held is None:
            return
        self._bytes -= len(held.answer)
        keys = self._of[key[:2]]
        keys.discard(key[2])
        if not keys:
            del self._of[key[:2]]

    def _drop_old(self) -> None:
        # All old answers are dropped, so that personal data does not outlive its minute if it is not requested again.
        oldest = time.monotonic() - self._seconds
        while self._answers:
            key, held = next(iter(self._answers.items()))
            if held.at >= oldest:
                return
            self._drop(key)

    def _sweep(self) -> None:
        """Drop answers as they grow old, until the cache is empty. Runs in a thread: on an idle server nothing else would drop them."""
        while True:
            with self._lock:
                self._drop_old()
                if not self._answers:
                    self._sweeping = False
                    return
                first = next(iter(self._answers.values())).at
            time.sleep(max(SWEEP, first + self._seconds - time.monotonic()))


class Memory(Protocol):
    """The interface of a cache of answers by (session, connection, name)."""

    def get(self, key: Key) -> Held | None: ...

    def put(self, key: Key, answer: bytes) -> None: ...

    def put_all(self, answers: Mapping[Key, bytes]) -> None: ...

    def take(self, key: Key) -> bool: ...

    def forget(self, session: str, connection: str | None = None) -> None: ...

    def for_request(self) -> Memory: ...
