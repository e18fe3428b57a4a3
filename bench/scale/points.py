"""Measurements of a run, as stored in bench/reports/scale.json."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.model import Cost
from bench.simulation import Work
from bench.tally import percentile

QUIET = 0.2  # cores
KINDS = ("order", "contacts", "trips")
ROUNDS = {"order": 1, "contacts": 1, "trips": 2}  # answers of the CDP that a request needs one after the other


@dataclass(frozen=True, slots=True)
class Times:
    """Times of one kind of request in milliseconds, and the number of requests."""

    count: int
    mean: float
    median: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: list[float]) -> Times:
        values = [1000 * took for took in seconds] or [float("nan")]
        p50, p95, p99 = (percentile(values, share) for share in (50, 95, 99))
        return cls(len(seconds), statistics.mean(values), p50, p95, p99, max(values))


@dataclass(frozen=True, slots=True)
class Idle:
    """Cost of the programs while nobody is at work: CPU milliseconds per second by program, and statements per second."""

    cpu: dict[str, float]
    statements: float


@dataclass(frozen=True, slots=True)
class Point:
    """Measurements at one load.

    `cpu` is in milliseconds per request, by program, without the cost of an idle company. `busy` is in cores, by program, and includes
    that cost. `others` is the number of cores that anything else on the machine kept busy. `memory` is in MB.
    """

    agents: int
    seconds: float
    requests_per_second: float
    errors: dict[str, int]
    times: dict[str, Times]
    cpu: dict[str, float]
    busy: dict[str, float]
    others: float
    calls_per_visit: float
    statements_per_request: float
    records_per_visit: float
    client_connections: int
    database_connections: int
    memory: float

    @property
    def requests(self) -> int:
        return sum(of_kind.count for of_kind in self.times.values())

    def above_the_cdp(self, kind: str, latency: int) -> float:
        """The p99 of a kind of request without the time the CDP took, in milliseconds."""
        return self.times[kind].p99 - ROUNDS[kind] * latency


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run.

    `latency` is the CDP's, in milliseconds. `calls` has the calls of a visit for each set of servers. `points` has one entry for each
    load.
    """

    command: str
    day: str
    machine: str
    cores: int
    latency: int
    pause: tuple[float, float]
    reading: tuple[float, float]
    calls: dict[str, float]
    idle: Idle
    points: tuple[Point, ...]

    @property
    def quiet(self) -> bool:
        """Whether the machine had hardly anything else to do."""
        return max(point.others for point in self.points) < QUIET

    @property
    def work(self) -> Work:
        """The work of the agents, for the model."""
        return Work(tuple(ROUNDS[kind] for kind in KINDS), self.pause, self.reading, self.latency / 1000)

    def cost(self, point: Point) -> Cost:
        """The cost of a request at one of the points."""
        return Cost(
            cpu={name: spent / 1000 for name, spent in point.cpu.items()},
            idle={name: spent / 1000 for name, spent in self.idle.cpu.items()},
            statements=point.statements_per_request,
            calls=point.calls_per_visit / len(KINDS),
            records=point.records_per_visit / len(KINDS),
        )

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(_rounded(asdict(self)), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Run:
        stored = json.loads(file.read_text(encoding="utf-8"))
        points = [
            point | {"times": {kind: Times(**times) for kind, times in point["times"].items()}}
            for point in stored["points"]
        ]
        return cls(
            **stored
            | {
                "pause": tuple(stored["pause"]),
                "reading": tuple(stored["reading"]),
                "idle": Idle(**stored["idle"]),
                "points": tuple(Point(**point) for point in points),
            }
        )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value
