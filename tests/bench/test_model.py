"""The model: its simulation agrees with textbook queues, and its predictions with cases whose answer is obvious."""

from __future__ import annotations

import math

import pytest

from bench.model import FULL, Cost, full_at, needs, predict
from bench.simulation import SPREAD, Machine, Took, Work

WORK = Work(waits=(1, 1, 2), pause=(20, 30), reading=(1, 3), answer=0.2)
COST = Cost(
    cpu={
        "servers": 0.008,
        "postgresql": 0.003,
        "pgbouncer": 0.0003,
        "redis": 0.0004,
        "haproxy": 0.0003,
        "agents": 0.001,
    },
    idle={"servers": 0.01, "postgresql": 0.002},
    statements=5,
    calls=1.7,
    records=1.3,
)


def mean(took: Took) -> float:
    every = [seconds for times in took.times for seconds in times]
    return sum(every) / len(every)


def test_one_request_alone_takes_what_it_costs_and_what_the_cdp_takes() -> None:
    took = Machine(WORK, cores=2, processes=2, turn=0.010, outside=0.002).run(1, 100, 50_000)
    for times, waits in zip(took.times, WORK.waits, strict=True):
        assert sum(times) / len(times) == pytest.approx(waits * WORK.answer + 0.012, abs=0.001)
    assert took.rate == pytest.approx(WORK.rate(1, 0.012), rel=0.01)
    assert took.busy == pytest.approx(took.rate * 0.012, rel=0.01)


@pytest.mark.parametrize("busy", [0.3, 0.5, 0.7])
def test_one_process_is_the_textbook_line(busy: float) -> None:
    """Many agents at random, without the CDP: a wait of busy x cost x (1 + spread²) / 2 (1 - busy), by Pollaczek and Khinchine."""
    work = Work(waits=(0,), pause=(0, 200), reading=(0, 0), answer=0)
    took = Machine(work, cores=1, processes=1, turn=0.1, outside=0).run(round(1000 * busy), 400, 8_000)
    assert took.busy == pytest.approx(busy, rel=0.03)
    waits = took.busy * 0.1 * (1 + SPREAD**2) / 2 / (1 - took.busy)
    assert mean(took) == pytest.approx(0.1 + waits, rel=0.05)


@pytest.mark.parametrize("busy", [0.3, 0.6])
def test_what_shares_a_processor_waits_as_in_the_textbook(busy: float) -> None:
    """Without turns, a request takes cost / (1 - busy), regardless of the spread of costs."""
    work = Work(waits=(0,), pause=(0, 200), reading=(0, 0), answer=0)
    took = Machine(work, cores=1, processes=1, turn=0, outside=0.1).run(round(1000 * busy), 400, 8_000)
    assert mean(took) == pytest.approx(0.1 / (1 - took.busy), rel=0.06)


def test_few_agents_get_what_they_request_and_many_what_there_is() -> None:
    few, many = predict(10, WORK, COST, cores=2), predict(6_000, WORK, COST, cores=2)
    each = sum(COST.cpu.values())
    assert few.rate == pytest.approx(10 * 3 / 27.8, rel=0.02)
    assert few.mean == pytest.approx(0.8 / 3 + each, rel=0.01)
    assert many.rate == pytest.approx(2 / each, rel=0.01)
    assert many.busy == pytest.approx(2, rel=0.02)


def test_ten_times_the_agents_need_ten_times_as_much() -> None:
    some, more = needs(5_000, WORK, COST), needs(50_000, WORK, COST)
    assert some.rate == pytest.approx(5_000 * 3 / 27.8, rel=0.01)
    assert some.processes == math.ceil(some.rate * 0.008 / FULL)
    assert more.calls == pytest.approx(10 * some.calls)
    assert more.records_a_day == pytest.approx(10 * some.records_a_day)
    assert some.waiting == pytest.approx(some.rate * 0.8 / 3)


def test_a_program_of_one_thread_gains_nothing_from_more_cores() -> None:
    assert full_at("redis", 1, WORK, COST) == full_at("redis", 16, WORK, COST)
    assert full_at("servers", 4, WORK, COST) == pytest.approx(2 * full_at("servers", 2, WORK, COST), abs=1)
    agents = full_at("postgresql", 16, WORK, COST)
    assert needs(agents, WORK, COST).cores["postgresql"] == pytest.approx(16 * FULL, rel=0.01)
