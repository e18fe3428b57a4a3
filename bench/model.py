"""A model of a company: agents who pause between visits, servers as a queue, and what a request costs each program.

From the cost of a request at one load it predicts other loads (`predict`), and the size of companies that were never measured
(`needs`). All times are in seconds, costs in seconds of processor time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

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
class Queue:
    """Requests that come by chance wait for one of `servers`, each of which takes `service` seconds on average (M/M/c)."""

    servers: int
    service: float

    def utilization(self, rate: float) -> float:
        """The share of time in which a server is busy, at so many requests a second."""
        return rate * self.service / self.servers

    def waits(self, rate: float) -> float:
        """The probability that a request finds all servers busy (Erlang C); 1 for a load that never ends."""
        if self.utilization(rate) >= 1:
            return 1.0
        offered = rate * self.service
        blocked = 1.0
        for number in range(1, self.servers + 1):  # Erlang B, by its recursion
            blocked = offered * blocked / (number + offered * blocked)
        return blocked / (1 - self.utilization(rate) * (1 - blocked))

    def response(self, rate: float) -> float:
        """Mean seconds of waiting and service."""
        if self.utilization(rate) >= 1:
            return math.inf
        return self.service + self.waits(rate) / (self.servers / self.service - rate)

    def beyond(self, rate: float, seconds: float) -> float:
        """The share of requests that take longer than `seconds`."""
        if self.utilization(rate) >= 1:
            return 1.0
        served, free = 1 / self.service, self.servers / self.service - rate
        waits = self.waits(rate)
        if math.isclose(served, free):
            return (1 + waits * served * seconds) * math.exp(-served * seconds)
        share = waits * served / (free - served)  # of the sum of a wait and a service, both exponential
        return (1 + share) * math.exp(-served * seconds) - share * math.exp(-free * seconds)

    def percentile(self, rate: float, share: float) -> float:
        """The seconds that `share` percent of the requests do not exceed."""
        if self.utilization(rate) >= 1:
            return math.inf
        low, high = 0.0, self.service
        while self.beyond(rate, high) > 1 - share / 100:
            low, high = high, 2 * high
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.beyond(rate, middle) > 1 - share / 100 else (low, middle)
        return high


@dataclass(frozen=True, slots=True)
class Work:
    """How agents work: requests of a visit, seconds between two visits and within one, seconds the CDP takes for a visit's requests."""

    requests: int
    pause: float
    reading: float
    cdp: float

    def rate(self, agents: int, own: float) -> float:
        """Requests a second of so many agents, where each takes `own` seconds beside the CDP."""
        return agents * self.requests / (self.pause + self.reading + self.cdp + self.requests * own)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request costs: processor time by program, statements, calls, access records.

    `idle` is the share of a core that each program takes without any request.
    """

    cpu: Mapping[str, float]
    idle: Mapping[str, float]
    statements: float
    calls: float
    records: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Requests a second, cores that are busy, and seconds a request takes beside the CDP: the mean and the 99th percentile."""

    rate: float
    busy: float
    mean: float
    p99: float


def predict(agents: int, work: Work, cost: Cost, cores: int) -> Prediction:
    """So many agents where all programs share the cores of one machine."""
    queue = Queue(cores, sum(cost.cpu.values()))
    rate = work.rate(agents, queue.service)
    for _ in range(200):  # the slower the pages, the fewer are requested: halving the step finds where both agree
        own = queue.response(min(rate, 0.999 * cores / queue.service))
        rate = (rate + work.rate(agents, own)) / 2
    rate = min(rate, 0.999 * cores / queue.service)
    return Prediction(
        rate=rate,
        busy=rate * queue.service + sum(cost.idle.values()),
        mean=queue.response(rate),
        p99=queue.percentile(rate, 99),
    )


@dataclass(frozen=True, slots=True)
class Needs:
    """What a company needs whose programs have cores of their own, each full to FULL."""

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
    """The size of a company with so many agents, who work so many hours a day."""
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
        waiting=rate * work.cdp / work.requests,
        records_a_day=rate * cost.records * hours * 3600,
    )


def full_at(program: str, cores: int, work: Work, cost: Cost) -> int:
    """The agents with which a program reaches FULL of so many cores (one, where it has a single thread)."""
    usable = FULL * (1 if program in ONE_THREAD else cores)
    each = work.rate(1, sum(cost.cpu[name] for name in OWN))
    return math.floor(usable / (each * cost.cpu[program]))
