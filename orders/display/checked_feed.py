"""A feed's table with a verdict on each row that could be checked and, in words, the reason for the verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orders.display import feed_file
from orders.display.notices import evidence_words
from orders.itinerary.clock_check.feed import BadRow, Checked, check
from orders.itinerary.clock_check.local_or_utc import flight_minutes
from orders.itinerary.codes import Reading, Verdict

ADDED = ("verdict", "flight_minutes", "reason")
CLOCKS: tuple[str, ...] = tuple(Reading)


class NotChecked(ValueError):
    """The file cannot be checked; `str(error)` gives the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """The result of a check.

    `table` holds the checked rows as CSV, with the `ADDED` columns; `bad` has a line about each bad row; `summary` gives the counts.
    """

    table: str
    bad: tuple[str, ...]
    summary: str


def checked_feed(data: bytes, name: str, clock: str) -> CheckedFeed:
    """Check whether the times in the table `data` are local or UTC; `clock` (one of CLOCKS) is what they are documented to be.

    `name` is the file's name in error messages. Bad rows are listed in the result and do not stop the check. Raises NotChecked if `data`
    is not a CSV table or its header lacks a required column.
    """
    try:
        text, delimiter, passed_over = feed_file.delimited(feed_file.text_of(data))
    except feed_file.NoTable as error:
        raise NotChecked(f"{name} is not a CSV table. It is {error}.") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    unreadable: list[tuple[int, str]] = []
    header = list(next(_rows(reader, unreadable, passed_over), (1, []))[1])
    try:
        checked = check(header, _rows(reader, unreadable, passed_over), Reading(clock))
    except BadRow as error:
        raise NotChecked(f"{error}. {feed_file.lacking(header)}") from error
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, lineterminator="\n").writerows(_table(header, checked))
    bad = tuple(f"line {line}: {problem}" for line, problem in sorted(checked.bad + unreadable))
    counts = ", ".join(f"{checked.counts[verdict]:,} {verdict}" for verdict in Verdict if checked.counts[verdict])
    return CheckedFeed(
        table.getvalue(), bad, f"{len(checked.rows):,} rows judged: {counts or 'none'}; {len(bad):,} bad rows"
    )


def _table(header: Sequence[str], checked: Checked) -> Iterator[Sequence[str]]:
    """The header with the `ADDED` columns, then the checked rows, each with its verdict, its flight time in minutes and the reason."""
    yield [*header, *ADDED]
    for cells, evidence in checked.rows:
        minutes = flight_minutes(evidence)
        yield [*cells, evidence.verdict, "" if minutes is None else str(minutes), evidence_words(evidence)]


def _rows(reader: Any, unreadable: list[tuple[int, str]], above: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows, each as (number of its last line, cells); `above` is the number of lines in the file before those that `reader` reads.

    A row that is not valid CSV is noted in `unreadable` and skipped.
    """
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unreadable.append((reader.line_num + above, f"not CSV: {error}"))
            continue
        yield reader.line_num + above, row
