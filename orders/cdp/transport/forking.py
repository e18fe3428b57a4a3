"""What must start afresh in a forked worker: threads are not there, and a connection shared with the parent mixes up answers."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable


def renew_in_child(renew: Callable[[], None]) -> None:
    """Call the bound method `renew` in every child process, for as long as its object lives."""
    method = weakref.WeakMethod(renew)

    def run() -> None:
        alive = method()
        if alive is not None:
            alive()

    os.register_at_fork(after_in_child=run)
