"""Replace the database, which no server may have open, with a backup: `manage.py restore FILE`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from cdpviewer import backups, served


class Command(BaseCommand):
    help = "Replace the database with a backup. Refuses while a server has it open."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:
        began = time.monotonic()
        try:
            aside = backups.put_back(file)
        except backups.Unfit as problem:
            raise CommandError(f"Nothing was changed. {problem}") from None
        except backups.Unsettled as problem:
            raise CommandError(str(problem)) from None
        except served.Served:
            pooler = connections["default"].settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
            first = "stop all servers, and then the pooler, which keeps connections," if pooler else "stop all servers"
            raise CommandError(f"Nothing was changed. A server has the database open: {first} first.") from None
        self.stdout.write(f"Restored in {time.monotonic() - began:.1f} s.")
        if aside is not None:
            self.stdout.write(f"The previous database is {aside}: remove it once everything works.")
        self.stdout.write(
            "Now: manage.py migrate, manage.py check_credentials, manage.py check_records --since the last saved line."
        )
