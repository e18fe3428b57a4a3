"""Goals and whether they were reached, and the report's tables and notes. Needs none of the benchmark's own packages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach.

    `measured` must not exceed `limit` or, with `at_least`, must not fall below it. NaN misses the goal. `why` is shown if the goal
    is missed.
    """

    what: str
    measured: float
    limit: float
    at_least: bool = False
    shown: str = "{:.2f}"
    why: str = ""

    @property
    def reached(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def verdict(self) -> str:
        """The word "reached", or "not reached" and why."""
        return "reached" if self.reached else "**not reached**" + (f": {self.why}" if self.why else "")

    def row(self) -> list[str]:
        """The goal as a row of a table: what, measured, limit, verdict."""
        return [
            self.what,
            self.shown.format(self.measured),
            ("at least " if self.at_least else "at most ") + f"{self.limit:g}",
            self.verdict,
        ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with the first column aligned left and the others aligned right."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join([":--"] + ["--:"] * (len(head) - 1)) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


NOTES = "\n## Notes\n"


def with_notes(report: str, former: str) -> str:
    """The report, followed by the notes that people wrote under the heading "Notes" in the previous report (`former`)."""
    _made, heading, notes = former.partition(NOTES)
    return f"{report.rstrip()}\n{heading}{notes}"
