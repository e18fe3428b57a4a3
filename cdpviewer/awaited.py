"""Reports each wait for a database connection, whether it ends with one from the pool, with a newly opened one or with an error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.dispatch import Signal

connection_awaited = Signal()  # after each wait, with `seconds` and `error`: the exception that ended it, or None


@contextmanager
def reported() -> Iterator[None]:
    """Send `connection_awaited` at the end of the block, or of each call of the function that this decorates."""
    began, error = time.perf_counter(), None
    try:
        yield
    except BaseException as raised:  # not all are Exceptions: gevent's Timeout is none
        error = raised
        raise
    finally:
        connection_awaited.send(None, seconds=time.perf_counter() - began, error=error)
