"""Pages take turns at computing: never two at once, first come first served, and nobody is held up for long."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

import pytest

from orders.cdp.errors import CdpError
from orders.cdp.transport import Deadline, Limits, Transport
from orders.cdp.transport.turns import TURNS, Turns
from tests.cdp.servers import serving
from tests.cdp.test_wire import SLOW

SOON = 10.0


@contextmanager
def holding(turns: Turns) -> Iterator[threading.Event]:
    """Another thread has the turn; it waits aside once the event is set, and ends with the block."""
    has, waits, ends = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with turns.take():
            has.set()
            waits.wait(SOON)
            with turns.aside():
                ends.wait(SOON)

    other = threading.Thread(target=hold)
    other.start()
    assert has.wait(SOON)
    try:
        yield waits
    finally:
        waits.set()
        ends.set()
        other.join(SOON)


def mine(turns: Turns) -> bool:
    """Whether this thread computes in its turn."""
    return turns._current is not None and turns._current is turns._own.turn


def test_two_never_compute_at_once() -> None:
    turns, inside, most = Turns(SOON, SOON), 0, 0
    counting = threading.Lock()

    def page(_number: int) -> None:
        nonlocal inside, most
        for _ in range(20):
            with turns.take():
                with counting:
                    inside += 1
                    most = max(most, inside)
                os.sched_yield()
                with counting:
                    inside -= 1
                with turns.aside():
                    os.sched_yield()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(page, range(8)))
    assert most == 1 and turns._current is None and not turns._waiting


def test_first_come_first_served() -> None:
    turns, served = Turns(SOON, SOON), list[int]()

    def page(number: int) -> None:
        with turns.take():
            served.append(number)

    with ThreadPoolExecutor(10) as pool, holding(turns) as waits:
        pages = []
        for number in range(10):
            pages.append(pool.submit(page, number))
            while len(turns._waiting) <= number:
                os.sched_yield()
        waits.set()
        for one in pages:
            one.result(SOON)
    assert served == list(range(10))


def test_whoever_waits_lets_the_next_one_go_on() -> None:
    turns = Turns(SOON, SOON)
    with holding(turns) as waits:
        waits.set()
        began = monotonic()
        with turns.take():
            assert mine(turns)
        assert monotonic() - began < SOON / 2


def test_one_that_is_stuck_holds_up_the_first_and_nobody_after() -> None:
    turns = Turns(longest_turn=0.2, longest_queue=SOON)
    with holding(turns) as waits:
        began = monotonic()
        with turns.take():
            assert mine(turns) and monotonic() - began >= 0.15
        again = monotonic()
        with turns.take():
            assert mine(turns)
        assert monotonic() - again < 0.15
        with turns.take():
            waits.set()  # the stuck one goes on, out of turn: that ends nobody else's
            assert mine(turns)


def test_a_page_waits_only_so_long_in_all() -> None:
    turns = Turns(longest_turn=SOON, longest_queue=0.2)
    with holding(turns) as waits:
        with turns.take():
            assert not mine(turns) and turns._own.turn.left == 0
            again = monotonic()
            with turns.aside():
                """The turn is still the other's, and there is no patience left."""
            assert not mine(turns) and monotonic() - again < 0.15
            waits.set()
        assert not turns._waiting


def test_a_thread_without_a_turn_waits_as_it_likes() -> None:
    turns = Turns()
    with turns.aside():
        assert turns._current is None


@pytest.mark.parametrize("block", ["take", "aside"])
def test_an_error_gives_the_turn_back(block: str) -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="odd"), turns.take(), getattr(turns, block)():
        raise ValueError("odd")
    assert turns._current is None


def test_a_forked_worker_starts_with_nobodys_turn() -> None:
    turns = Turns()
    with turns.take():
        child = os.fork()
        if not child:
            os._exit(turns._current is not None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_call_and_a_fan_out_are_waited_for_aside() -> None:
    transport = Transport(Limits(call=0.6, retries=0))

    def page(url: str) -> None:
        with TURNS.take():
            with pytest.raises(CdpError):
                transport.get(url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)
            transport.side_by_side([lambda: threading.Event().wait(0.6)] * 2, Deadline.after(5))

    with serving(SLOW["headers without end"]) as slow, ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(page, slow.url)
        turns_of_others = 0
        while not under_way.done():
            began = monotonic()
            with TURNS.take():
                turns_of_others += monotonic() - began < 0.1
            threading.Event().wait(0.05)
        under_way.result()
    assert turns_of_others >= 10
    transport.close()
