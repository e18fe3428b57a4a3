"""`manage.py check_feed FILE.csv`: are the times of a feed local, as documented, or UTC? Needs no database and no network."""

from __future__ import annotations

import csv
import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.display.notices import evidence_words
from orders.itinerary.clock_check import feed_file
from orders.itinerary.clock_check.feed import BadRow, Checked, check
from orders.itinerary.clock_check.local_or_utc import flight_minutes
from orders.itinerary.codes import Reading, Verdict

ADDED = ("verdict", "flight_minutes", "reason")


class Command(BaseCommand):
    """Writes the same rows with `verdict`, `flight_minutes` and `reason` to standard output, a summary to standard error."""

    help = (
        "Judge whether the times of a feed are local (as documented) or UTC. Columns: origin, destination, departure, arrival as sent,"
        " and optionally order: rows of one order are judged together. Cells are parted by commas, semicolons, tabs or vertical bars."
        " A row that cannot be read is named on standard error"
        " with its line number and left out of the table."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="the table, or - for standard input")
        parser.add_argument(
            "--clock",
            choices=[*Reading],
            default=Reading.LOCAL,
            help="how the feed sends its times, as set on a connection: local as documented (default), or utc",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, judge, write. Bad rows are named with their line numbers and do not stop the rest."""
        name = options["file"]
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}") from error
        try:
            self._check(*feed_file.delimited(feed_file.text_of(data)), Reading(options["clock"]))
        except feed_file.NoTable as error:
            raise CommandError(
                f"{'Standard input' if name == '-' else name} is not a CSV table. It is {error}."
            ) from error

    def _check(self, text: str, delimiter: str, passed_over: int, documented: Reading) -> None:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        unreadable: list[tuple[int, str]] = []
        header = list(next(_rows(reader, unreadable, passed_over), (1, []))[1])
        try:
            checked = check(header, _rows(reader, unreadable, passed_over), documented)
        except BadRow as error:
            raise CommandError(f"{error}. {feed_file.lacking(header)}") from error
        table = io.StringIO()
        csv.writer(table, delimiter=delimiter, lineterminator="\n").writerows(_table(header, checked))
        try:
            self.stdout.write(table.getvalue(), ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # The reader has closed the pipe (| head). Flushing the rest at exit must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        self._summary(checked, sorted(checked.bad + unreadable))

    def _summary(self, checked: Checked, bad: list[tuple[int, str]]) -> None:
        for line, problem in bad:
            self.stderr.write(f"line {line}: {problem}")
        counts = ", ".join(f"{checked.counts[verdict]:,} {verdict}" for verdict in Verdict if checked.counts[verdict])
        self.stderr.write(f"{len(checked.rows):,} rows judged: {counts or 'none'}; {len(bad):,} bad rows")


def _table(header: Sequence[str], checked: Checked) -> Iterator[Sequence[str]]:
    """The rows as read, each with its verdict, flight time in minutes and reason; the header first."""
    yield [*header, *ADDED]
    for cells, evidence in checked.rows:
        minutes = flight_minutes(evidence)
        yield [*cells, evidence.verdict, "" if minutes is None else str(minutes), evidence_words(evidence)]


def _rows(reader: Any, unreadable: list[tuple[int, str]], above: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows with the number of the line they end on, `above` lines counted too; one that is not CSV is noted and skipped."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unreadable.append((reader.line_num + above, f"not CSV: {error}"))
            continue
        yield reader.line_num + above, row
