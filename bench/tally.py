"""Results of a load, and statistics on them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Results of a load. `times` holds the seconds taken by each page that was received within the measured window.

    `waiting` is how long each unanswered request had waited when the window ended.
    """

    times: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    reconnects: int = 0
    seconds: float = 0.0
    own_cpu: float = 0.0
    body: int = 0
    waiting: list[float] = field(default_factory=list)

    def failed(self, why: str) -> None:
        self.errors[why] = self.errors.get(why, 0) + 1

    def add(self, other: Tally) -> None:
        """Add another round of the same measurement."""
        self.times += other.times
        self.waiting += other.waiting
        self.reconnects += other.reconnects
        self.seconds += other.seconds
        self.own_cpu += other.own_cpu
        self.body = other.body or self.body
        for why, count in other.errors.items():
            self.errors[why] = self.errors.get(why, 0) + count

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def median(self) -> float:
        return percentile(self.times, 50)

    @property
    def p99(self) -> float:
        """The 99th percentile, including unanswered requests that have waited for longer than the median.

        Otherwise, a server would appear faster by dropping requests.
        """
        return percentile([*self.times, *(waited for waited in self.waiting if waited > self.median)], 99)

    @property
    def error_count(self) -> int:
        return sum(self.errors.values())


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of a figure over the rounds, with its least and greatest values."""

    median: float
    least: float
    most: float

    @classmethod
    def over(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def shown(self, digits: int) -> str:
        """The spread as text, such as "5.4 (5.2–5.9)"; only the median if all rounds agree."""
        if self.least == self.most:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}–{self.most:.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` percent of the values do not exceed (nearest rank); NaN if there are none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)]
