"""Make a page's calls to the CDP concurrently, on threads that all pages share."""

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

_GRACE = 0.5  # seconds; calls end at their own deadline, and this covers the handover


def run_side_by_side(
    tasks: Sequence[Callable[[], T]], deadline: Deadline, limits: Limits, threads: Executor
) -> list[T | CdpError]:
    """Run `tasks` concurrently, at most `limits.side_by_side` at a time, and return their results in order.

    The result of a failed task is its CdpError; the result of a late task is a TimedOut. An error that is not a CdpError is raised. The
    calling thread runs tasks too, so a busy pool slows a page down but never blocks it.
    """
    results: list[T | CdpError] = [TimedOut("not loaded in time") for _ in tasks]
    crashes: list[BaseException] = []
    turns = itertools.count()  # next() on it is atomic, so no two workers take the same task

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
    # Workers that never started are not needed: their tasks are taken by now.
    wait([future for future in running if not future.cancel()], timeout=max(0.0, deadline.left()) + _GRACE)
    if crashes:
        raise crashes[0]
    return results.copy()  # late workers write into a list that is no longer read
