"""Write the whole database to a new file, even while servers are running: `manage.py backup FILE`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cdpviewer import backups


class Command(BaseCommand):
    help = "Write the whole database into a new file, while it is served. Keep the keys apart from it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file; {date} in its name becomes the time (UTC)")
        parser.add_argument(
            "--keep", type=int, metavar="N", help="remove the oldest files of that name but N, which is at least 1"
        )

    def handle(self, *, file: Path, keep: int | None, **_options: Any) -> None:
        if keep is not None:
            if keep < 1:
                raise CommandError("Nothing was written. --keep must be at least 1.")
            if "{date}" not in file.name:
                raise CommandError("--keep goes with {date} in the file's name.")
        target = file.parent / file.name.replace("{date}", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        began = time.monotonic()
        try:
            size = backups.take(target)
        except backups.Unfit as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{target}: {size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s.")
        if keep is not None:
            self._remove(file, keep)

    def _remove(self, file: Path, keep: int) -> None:
        """Remove all but the newest `keep` of the files that `_dated` finds. Raises CommandError if that fails."""
        try:
            for old in _dated(file)[:-keep]:
                old.unlink()
                self.stdout.write(f"Removed: {old}")
        except OSError as error:
            raise CommandError(
                f"The backup is written, but {error.filename} could not be removed ({type(error).__name__})."
            ) from None


def _dated(file: Path) -> list[Path]:
    """The existing files whose names match that of `file`, with a time in place of {date}; oldest first."""
    name = re.compile(re.escape(file.name).replace(re.escape("{date}"), r"\d{8}T\d{6}Z"))
    return sorted(path for path in file.parent.iterdir() if name.fullmatch(path.name))
