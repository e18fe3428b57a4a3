"""What a person has just read, kept for a minute in this process, so that the panels of a page do not ask again.

Best effort: another worker process simply asks the CDP anew. Never on disk. An entry belongs to one session and to one state
of one connection, so nobody else can reach it and a changed credential forgets it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

SECONDS = 60.0
MOST_BYTES = 32 * 1024 * 1024  # per process; an order is 1 to 100 kB


class AnswerMemory:
    """Answers by key, forgotten after `seconds` or when `most_bytes` are held. Safe to use from many threads."""

    def __init__(self, seconds: float = SECONDS, most_bytes: int = MOST_BYTES) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, ...], tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[str, ...]) -> bytes | None:
        """The answer under `key`, or None when there is none or it is too old."""
        with self._lock:
            held = self._answers.get(key)
            if held is None:
                return None
            if time.monotonic() - held[0] > self._seconds:
                self._drop(key)
                return None
            return held[1]

    def put(self, key: tuple[str, ...], answer: bytes) -> None:
        """Keep `answer` under `key`; the oldest go when there is too much."""
        with self._lock:
            self._drop(key)
            self._answers[key] = (time.monotonic(), answer)
            self._bytes += len(answer)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._answers)))
            self._drop_old()

    def forget(self, owner: str) -> None:
        """Drop all that one session has read (its keys start with `owner`)."""
        with self._lock:
            for key in [key for key in self._answers if key[0] == owner]:
                self._drop(key)

    def _drop(self, key: tuple[str, ...]) -> None:
        held = self._answers.pop(key, None)
        if held is not None:
            self._bytes -= len(held[1])

    def _drop_old(self) -> None:
        # Oldest first, so personal data does not outlive its minute just because nobody asks for it again.
        now = time.monotonic()
        while self._answers:
            key, (at, _answer) = next(iter(self._answers.items()))
            if now - at <= self._seconds:
                return
            self._drop(key)


ANSWERS = AnswerMemory()


class Reader:
    """The part of the memory that one session and one state of one connection may use; what `CdpClient` takes as `memory`.

    With `fresh` it forgets before it reads: the page always asks anew, and leaves its answers for the panels.
    """

    def __init__(self, owner: str, connection: str, *, fresh: bool, memory: AnswerMemory = ANSWERS) -> None:
        self._owner, self._connection, self._fresh, self._memory = owner, connection, fresh, memory

    def get(self, key: str) -> bytes | None:
        return None if self._fresh else self._memory.get((self._owner, self._connection, key))

    def put(self, key: str, answer: bytes) -> None:
        if self._owner:
            self._memory.put((self._owner, self._connection, key), answer)
