"""A simulation of agents and servers, event by event: who waits for whom.

Programs share the processors of one machine in equal parts, as under an operating system. A request takes turns in one of the servers'
processes. Each process works on one request at a time, and the others wait in line. A turn includes the work of the database and the
shared cache. Between two turns, the request waits for the CDP and needs no processor. The work of the balancer, the stand-in and the
agents' machines is outside these turns.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

SPREAD = 0.7  # standard deviation of what requests cost, as a share of the mean: with it p99s are as measured, in several runs


class Took(NamedTuple):
    """Requests per second, the number of busy processors, and the seconds that the requests of each kind took."""

    rate: float
    busy: float
    times: list[list[float]]


@dataclass(frozen=True, slots=True)
class Work:
    """Pattern of the agents' work.

    `waits` says how often each request of a visit waits for the CDP, which takes `answer` seconds each time. `pause` has the least and
    the most seconds between two visits, and `reading` those between the first two requests of a visit.
    """

    waits: tuple[int, ...]
    pause: tuple[float, float]
    reading: tuple[float, float]
    answer: float

    @property
    def cdp(self) -> float:
        """Seconds for which a visit waits for the CDP."""
        return sum(self.waits) * self.answer

    def rate(self, agents: int, own: float) -> float:
        """Requests per second of `agents` agents, if each request takes `own` seconds besides the CDP's time."""
        visit = (sum(self.pause) + sum(self.reading)) / 2 + self.cdp + len(self.waits) * own
        return agents * len(self.waits) / visit


@dataclass(slots=True)
class _Request:
    kind: int
    began: float
    process: int
    size: float  # of the mean cost
    turns: int


@dataclass
class Machine:
    """Agents at work on a machine with `cores` cores. Each instance can run only once.

    An average request takes `turn` seconds of processor time in all its turns, and `outside` seconds outside them.
    """

    work: Work
    cores: int
    processes: int
    turn: float
    outside: float
    chance: random.Random = field(default_factory=lambda: random.Random(17))
    _now: float = field(default=0.0, init=False)
    _number: int = field(default=0, init=False)  # of events and computations, so that equal times keep their order
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list, init=False)
    # What is being computed, by when it is done; that clock shows what each computation has got, had it been there from the start.
    _computing: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list, init=False)
    _got: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._lines: list[deque[_Request]] = [deque() for _ in range(self.processes)]
        self._taken = [False] * self.processes
        self._ended: list[tuple[float, _Request]] = []

    def run(self, agents: int, warm: float, seconds: float) -> Took:
        """Let `agents` agents work for `warm` seconds, and then for `seconds` seconds that count."""
        for _agent in range(agents):
            self._later(self.chance.uniform(0, self.work.pause[1]), lambda: self._start(0))
        self._go_on(warm)
        self._ended.clear()
        busy = self._go_on(warm + seconds)
        times: list[list[float]] = [[] for _ in self.work.waits]
        for at, request in self._ended:
            times[request.kind].append(at - request.began)
        return Took(len(self._ended) / seconds, busy / seconds, times)

    def _go_on(self, until: float) -> float:
        """Follow all events up to the time `until`, and return the processor time used, in seconds."""
        spent = 0.0
        while self._now < until:
            share = min(1.0, self.cores / max(1, len(self._computing)))
            done = self._now + (self._computing[0][0] - self._got) / share if self._computing else math.inf
            next_event = self._events[0][0] if self._events else math.inf
            passed = min(done, next_event, until) - self._now
            self._now += passed
            self._got += passed * share
            spent += passed * share * len(self._computing)
            if min(done, next_event) <= until:
                heapq.heappop(self._computing if done <= next_event else self._events)[2]()
        return spent

    def _later(self, seconds: float, then: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self._now + seconds, self._number, then))

    def _compute(self, seconds: float, then: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._computing, (self._got + seconds, self._number, then))

    def _start(self, kind: int) -> None:
        size = self.chance.gammavariate(1 / SPREAD**2, SPREAD**2)
        request = _Request(kind, self._now, self.chance.randrange(self.processes), size, self.work.waits[kind] + 1)
        self._queue(request)

    def _queue(self, request: _Request) -> None:
        if self._taken[request.process]:
            self._lines[request.process].append(request)
        else:
            self._take_turn(request)

    def _take_turn(self, request: _Request) -> None:
        self._taken[request.process] = True
        turns = self.work.waits[request.kind] + 1
        self._compute(self.turn * request.size / turns, lambda: self._end_turn(request))

    def _end_turn(self, request: _Request) -> None:
        turns = self.work.waits[request.kind] + 1
        self._taken[request.process] = False
        if line := self._lines[request.process]:
            self._take_turn(line.popleft())
        request.turns -= 1
        self._compute(self.outside * request.size / turns, lambda: self._answer(request))

    def _answer(self, request: _Request) -> None:
        if request.turns:
            self._later(self.work.answer, lambda: self._queue(request))
            return
        self._ended.append((self._now, request))
        if request.kind == 0 and len(self.work.waits) > 1:
            self._later(self.chance.uniform(*self.work.reading), lambda: self._start(1))
        elif request.kind + 1 < len(self.work.waits):
            self._start(request.kind + 1)
        else:
            self._later(self.chance.uniform(*self.work.pause), lambda: self._start(0))
