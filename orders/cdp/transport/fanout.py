"""Several calls of one page side by side, on threads all pages share."""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from typing import TypeVar

from orders.cdp.errors import CdpError, TimedOut
from orders.cdp.limits import Limits
from orders.cdp.transport.deadline import Deadline

T = TypeVar("T")

_GRACE = 0.5  # calls end by their own deadline; this covers the way back


def run_side_by_side(
    tasks: Sequence[Callable[[], T]], deadline: Deadline, limits: Limits, threads: Executor
) -> list[T | CdpError]:
    """Results in the order of `tasks`; a CdpError stands where one was raised, TimedOut where none came in time.

    The calling thread works too, so a crowded pool makes a page slower and never stuck. Anything but a CdpError is raised.
    """
    results: list[T | CdpError] = [TimedOut("not loaded in time") for _ in tasks]
    crashes: list[BaseException] = []
    turns = itertools.count()  # next() on it is one step, so no two workers take the same task

    def work() -> None:
        while not crashes and (turn := next(turns)) < len(tasks):
            if deadline.left() <= 0:
                return
            try:
                results[turn] = tasks[turn]()
            except CdpError as error:
                results[turn] = error
            except BaseException as error:  # noqa: BLE001 - raised again in the page's own thread
                crashes.append(error)

    others = min(limits.side_by_side, len(tasks)) - 1
    running = [threads.submit(contextvars.copy_context().run, work) for _ in range(others)]
    work()
    # What never started has nothing left to do: its tasks are taken by now.
    wait([future for future in running if not future.cancel()], timeout=max(0.0, deadline.left()) + _GRACE)
    if crashes:
        raise crashes[0]
    return results.copy()  # whoever is late writes into a list that nobody reads any more
