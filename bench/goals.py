"""A goal and whether it was reached; a table of Markdown. Needs none of the benchmark's own packages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach: `measured` against `limit`, from above or from below. NaN is never reached."""

    what: str
    measured: float
    limit: float
    at_least: bool = False
    shown: str = "{:.2f}"

    @property
    def reached(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its first column left, the others right."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join([":--"] + ["--:"] * (len(head) - 1)) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
