"""The model: textbook queues, a simulated one, and companies whose needs are plain."""

from __future__ import annotations

import heapq
import math
import random

import pytest

from bench.model import FULL, Cost, Queue, Work, full_at, needs, predict

WORK = Work(requests=3, pause=25, reading=2, cdp=0.8)
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


@pytest.mark.parametrize(
    ("servers", "offered", "waits"),
    [
        (1, 0.5, 0.5),
        (2, 1.0, 1 / 3),
        (2, 1.5, 0.6428571),
        (3, 2.0, 0.4444444),
        (5, 4.0, 0.5541132),
        (10, 8.0, 0.4091819),
    ],
)
def test_erlangs_formula_as_in_its_tables(servers: int, offered: float, waits: float) -> None:
    assert Queue(servers, 1.0).waits(offered) == pytest.approx(waits, rel=1e-5)


def test_one_server_is_the_textbook_queue() -> None:
    queue = Queue(1, 0.01)
    assert queue.response(50) == pytest.approx(0.01 / (1 - 0.5))
    assert queue.beyond(50, 0.05) == pytest.approx(math.exp(-0.05 / 0.02))
    assert queue.percentile(50, 99) == pytest.approx(0.02 * math.log(100))


def test_a_load_that_never_ends_never_answers() -> None:
    queue = Queue(2, 0.01)
    assert (queue.response(200), queue.percentile(250, 99)) == (math.inf, math.inf)


@pytest.mark.parametrize(("servers", "rate"), [(1, 40.0), (2, 120.0), (4, 300.0)])
def test_the_formulas_are_those_of_a_simulated_queue(servers: int, rate: float) -> None:
    chance, service, now = random.Random(17), 0.01, 0.0
    free, took = [0.0] * servers, []
    for _ in range(200_000):
        now += chance.expovariate(rate)
        begins = max(now, heapq.heappop(free))
        ends = begins + chance.expovariate(1 / service)
        heapq.heappush(free, ends)
        took.append(ends - now)
    queue = Queue(servers, service)
    assert queue.response(rate) == pytest.approx(sum(took) / len(took), rel=0.03)
    assert queue.percentile(rate, 99) == pytest.approx(sorted(took)[round(len(took) * 0.99)], rel=0.05)


def test_few_agents_get_what_they_request_and_many_what_there_is() -> None:
    few, many = predict(10, WORK, COST, cores=2), predict(100_000, WORK, COST, cores=2)
    each = sum(COST.cpu.values())
    assert few.rate == pytest.approx(10 * 3 / 27.8, rel=0.01)
    assert few.mean == pytest.approx(each, rel=0.01)
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
