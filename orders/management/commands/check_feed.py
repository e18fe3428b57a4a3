"""Check whether the times of a feed are local (as documented) or UTC: `manage.py check_feed FILE.csv`. Needs no database or network."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.display.checked_feed import CLOCKS, NotChecked, checked_feed


class Command(BaseCommand):
    """Write the rows, with three columns added, to standard output, and errors and a summary to standard error.

    The added columns are `verdict`, `flight_minutes` and `reason`.
    """

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
            choices=CLOCKS,
            default=CLOCKS[0],
            help="how the feed sends its times, as set on a connection: local as documented (default), or utc",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check and write the rows. A bad row is reported with its line number, and the others are still checked.

        Raises CommandError if the file cannot be read, is not a CSV table or lacks a column.
        """
        name = options["file"]
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}") from error
        try:
            checked = checked_feed(data, "Standard input" if name == "-" else name, options["clock"])
        except NotChecked as error:
            raise CommandError(str(error)) from error
        try:
            self.stdout.write(checked.table, ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # The reader has closed the pipe (| head). Flushing the rest at exit must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        for line in (*checked.bad, checked.summary):
            self.stderr.write(line)
