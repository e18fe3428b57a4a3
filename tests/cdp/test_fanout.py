from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic

import pytest

from orders.cdp.errors import Broken, TimedOut
from orders.cdp.transport import Deadline, Limits, Transport

Transports = Callable[..., Transport]
request_id: ContextVar[str] = ContextVar("request_id", default="none")


def test_results_keep_the_order_of_the_tasks(transports: Transports) -> None:
    tasks = [lambda n=n: n * n for n in range(200)]
    assert transports().side_by_side(tasks, Deadline.after(5)) == [n * n for n in range(200)]


def test_at_most_25_run_at_a_time_and_25_do(transports: Transports) -> None:
    together = threading.Barrier(25)
    lock = threading.Lock()
    now, most = 0, 0

    def task() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait(5)  # breaks unless exactly 25 arrive
        with lock:
            now -= 1

    transports().side_by_side([task] * 100, Deadline.after(10))
    assert most == 25


def test_context_variables_come_along(transports: Transports) -> None:
    request_id.set("r-1")
    meet = threading.Barrier(5)

    def task() -> str:
        meet.wait(5)
        return request_id.get()

    assert transports().side_by_side([task] * 5, Deadline.after(5)) == ["r-1"] * 5


def test_an_error_stands_in_its_place_and_a_bug_is_raised(transports: Transports) -> None:
    def broken() -> int:
        raise Broken("HTTP 500")

    def wrong() -> int:
        raise ZeroDivisionError

    first, second = transports().side_by_side([lambda: 1, broken], Deadline.after(5))
    assert first == 1 and isinstance(second, Broken)
    with pytest.raises(ZeroDivisionError):
        transports().side_by_side([wrong, lambda: 1], Deadline.after(5))


def test_what_has_no_time_left_is_not_begun(transports: Transports) -> None:
    begun: list[int] = []
    answers = transports().side_by_side([lambda: begun.append(1)] * 10, Deadline.after(-1))
    assert not begun and all(isinstance(answer, TimedOut) for answer in answers)


def test_a_task_that_overstays_does_not_hold_the_page(transports: Transports) -> None:
    go = threading.Event()
    here = threading.current_thread()

    def task() -> str:
        if threading.current_thread() is not here:
            go.wait(10)
        return "done"

    began = monotonic()
    answers = transports().side_by_side([task] * 3, Deadline.after(0.2))
    assert monotonic() - began < 2
    go.set()
    assert "done" in answers and any(isinstance(answer, TimedOut) for answer in answers)


def test_a_crowded_pool_makes_pages_slower_and_never_stuck(transports: Transports) -> None:
    transport = transports(Limits(pool_threads=1))

    def inner() -> list[object]:
        return list(transport.side_by_side([lambda: 1] * 3, Deadline.after(5)))

    assert transport.side_by_side([inner] * 4, Deadline.after(5)) == [[1, 1, 1]] * 4
