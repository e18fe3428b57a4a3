"""Pages take turns at computing: never two at once, others while one waits, and nobody is held up for long."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

from orders.cdp.transport.turns import Turns

SOON = 5.0


@contextmanager
def holding(turns: Turns) -> Iterator[threading.Event]:
    """Another thread has the turn; it waits aside as soon as the event is set, and ends with the block."""
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


def test_two_never_compute_at_once() -> None:
    turns, inside, most = Turns(patience=SOON), 0, 0
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
    assert most == 1


def test_whoever_waits_lets_the_next_one_go_on() -> None:
    turns = Turns(patience=SOON)
    with holding(turns) as waits:
        waits.set()
        began = monotonic()
        with turns.take():
            assert turns._holder == threading.get_ident()
        assert monotonic() - began < SOON / 2


def test_patience_has_an_end_and_a_turn_that_was_not_taken_is_not_given_up() -> None:
    turns = Turns(patience=0.05)
    with holding(turns):
        with turns.take():
            assert turns._holder != threading.get_ident()
            with turns.aside():
                """Nothing to give up."""
        assert turns._turn.locked()  # still the other's
    assert not turns._turn.locked()


def test_a_queue_that_moves_is_waited_for() -> None:
    turns, out_of_turn = Turns(patience=0.2), []

    def page(_number: int) -> None:
        with turns.take():
            if turns._holder != threading.get_ident():
                out_of_turn.append(1)
            threading.Event().wait(0.05)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(page, range(16)))  # 0.8 s in all, four times anybody's patience
    assert not out_of_turn


def test_a_thread_without_a_turn_waits_as_it_likes() -> None:
    turns = Turns()
    with turns.aside():
        assert not turns._turn.locked()


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns()
    for block in (turns.take, turns.aside):
        try:
            with turns.take(), block():
                raise ValueError
        except ValueError:
            assert not turns._turn.locked()


def test_a_forked_worker_starts_with_nobodys_turn() -> None:
    turns = Turns()
    with turns.take():
        child = os.fork()
        if not child:
            os._exit(turns._turn.locked())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
