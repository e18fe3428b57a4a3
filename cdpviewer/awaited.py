"""Report each wait for a database connection, whether it ends with a free connection, a new one or an error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.dispatch import Signal

connection_awaited = Signal()  # after each wait, with `seconds` and `error`: the exception that ended it, or None


@contextmanager
def reported() -> Iterator[None]:
    """Send `connection_awaited` at the end of the block or, as a decorator, at the end of each call."""
    began, error = time.perf_counter(), None
    try:
        yield
    except BaseException as raised:  # gevent's Timeout is not an Exception
        error = raised
        raise
    finally:
        connection_awaited.send(None, seconds=time.perf_counter() - began, error=error)
