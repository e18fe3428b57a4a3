"""Copy the SQLite database to an empty PostgreSQL database: `manage.py move_to URL`."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cdpviewer import moving, served


class Command(BaseCommand):
    help = "Copy the SQLite database to an empty PostgreSQL database, and compare every row. Stop all servers first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url", help="postgres://owner:password@host:5432/name of the new database; - reads it from standard input"
        )
        parser.add_argument(
            "--rehearsal",
            action="store_true",
            help="while servers are running: what they write meanwhile is missing from the new database, which must be dropped afterwards",
        )

    def handle(self, *, url: str, rehearsal: bool, **_options: Any) -> None:
        began = time.monotonic()
        address = sys.stdin.readline().strip() if url == "-" else url
        try:
            rows = moving.move(address, while_served=rehearsal, report=self._report)
        except moving.Unfit as problem:
            raise CommandError(f"Nothing was moved. {problem}") from None
        except served.Served:
            raise CommandError("Nothing was moved. A server has the database open: stop all servers first.") from None
        self.stdout.write(f"Moved and compared: {rows} rows in {time.monotonic() - began:.1f} s.")
        self.stdout.write(
            "A rehearsal: drop the new database."
            if rehearsal
            else "Now: DATABASE_URL of the new one, manage.py migrate, manage.py check_credentials, manage.py check_records."
        )

    def _report(self, table: str, rows: int) -> None:
        if rows:
            self.stdout.write(f"{table}: {rows}")
