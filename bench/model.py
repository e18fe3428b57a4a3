"""A model of a company: agents who pause between visits, servers as a queue, and what a request costs each program.

From the cost of a request at one load, it predicts response times at other loads (`predict`, by simulation) and what companies of other
sizes need (`needs`). All times are in seconds, and costs are in seconds of processor time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.simulation import Machine, Work
from bench.tally import percentile

WARM, SECONDS = 60.0, 300.0  # of simulated time
PROCESSES = 2
IN_TURN = (
    "servers",
    "postgresql",
    "pgbouncer",
    "redis",
)  # what a request waits for while others of its process cannot go on
FULL = 0.7  # of a program's processors: above, waiting grows faster than the load
ONE_THREAD = ("redis", "pgbouncer")  # a program of these uses one processor, whatever the machine has
OWN = (
    "servers",
    "postgresql",
    "pgbouncer",
    "redis",
    "haproxy",
)  # what a company runs; the CDP and the agents' machines are not


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a request: processor time by program, statements, calls, access records.

    `idle` is the share of a core that each program uses when there are no requests.
    """

    cpu: Mapping[str, float]
    idle: Mapping[str, float]
    statements: float
    calls: float
    records: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Requests per second, the number of busy cores, the mean time of a request, and the 99th percentile for each kind of request."""

    rate: float
    busy: float
    mean: float
    p99: tuple[float, ...]


def predict(agents: int, work: Work, cost: Cost, cores: int) -> Prediction:
    """The prediction for `agents` agents if all programs, including two server processes, share the cores of one machine."""
    turn = sum(cost.cpu[name] for name in IN_TURN)
    machine = Machine(work, cores, PROCESSES, turn, sum(cost.cpu.values()) - turn)
    took = machine.run(agents, WARM, SECONDS)
    every = [seconds for times in took.times for seconds in times]
    return Prediction(
        rate=took.rate,
        busy=took.busy + sum(cost.idle.values()),
        mean=sum(every) / len(every),
        p99=tuple(percentile(times, 99) for times in took.times),
    )


@dataclass(frozen=True, slots=True)
class Needs:
    """What a company needs if each program has its own cores, which may be busy up to FULL."""

    agents: int
    rate: float
    processes: int  # of the servers, a core each
    cores: Mapping[str, float]  # busy, by program
    statements: float  # a second
    database_connections: float  # busy at a time
    calls: float  # a second
    waiting: float  # pages at a time that wait for the CDP
    records_a_day: float


def needs(agents: int, work: Work, cost: Cost, hours: float = 8) -> Needs:
    """The needs of a company with `agents` agents, who work `hours` hours a day."""
    rate = work.rate(agents, sum(cost.cpu[name] for name in OWN))
    cores = {name: rate * cost.cpu[name] for name in OWN}
    return Needs(
        agents=agents,
        rate=rate,
        processes=max(2, math.ceil(cores["servers"] / FULL)),
        cores=cores,
        statements=rate * cost.statements,
        # By Little's law. A connection is held for the statements and for the server's own work between them: at most its whole time.
        database_connections=rate * (cost.cpu["postgresql"] + cost.cpu["pgbouncer"] + cost.cpu["servers"]) / FULL,
        calls=rate * cost.calls,
        waiting=rate * work.cdp / len(work.waits),
        records_a_day=rate * cost.records * hours * 3600,
    )


def full_at(program: str, cores: int, work: Work, cost: Cost) -> int:
    """The number of agents at which a program uses the share FULL of `cores` cores, or of one core if it has a single thread."""
    usable = FULL * (1 if program in ONE_THREAD else cores)
    each = work.rate(1, sum(cost.cpu[name] for name in OWN))
    return math.floor(usable / (each * cost.cpu[program]))
