"""Thread pools that start with their first task and start afresh in a forked child, which inherits no threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from orders.cdp.transport.forking import renew_in_child

P = ParamSpec("P")
R = TypeVar("R")


class Threads:
    """At most `most` threads named `name-…`, for the life of the process."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        renew_in_child(self._reset)

    def submit(self, task: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        if self._pool is None:
            with self._lock:
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(self._most, thread_name_prefix=self._name)
        return self._pool.submit(task, *args, **kwargs)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._pool = None
