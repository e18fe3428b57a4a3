"""Password hashing with argon2id; under gevent, hashes are computed on system threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher
from gevent import monkey  # type: ignore[import-untyped]
from gevent.threadpool import ThreadPool  # type: ignore[import-untyped]

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _threads(_process: int) -> ThreadPool:
    return ThreadPool(os.cpu_count() or 1)


def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` and return its result. Under gevent, a system thread does this, so that argon2 does not hold up other pages for 30 ms."""
    if not monkey.is_module_patched("threading"):
        return work(*args, **kwargs)
    return _threads(os.getpid()).apply(work, args, kwargs)  # type: ignore[no-any-return]


class Argon2(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes and one lane, the minimum that OWASP recommends.

    Django's default uses 100 MiB and eight lanes per attempt, so a handful of simultaneous attempts would fill the server's memory.
    """

    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return aside(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        return aside(super().verify, password, encoded)
