"""File modes: only the owner may access the database, its journal files, and the files with settings and keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdpviewer.databases import SQLITE

OWNER_ALONE = 0o600


def for_the_owner_alone() -> None:
    """Set the umask so that new files are private. Call this before anything is written."""
    os.umask(0o077)


def database_files(database: dict[str, Any]) -> list[Path]:
    """The existing files of the SQLite database in an entry of DATABASES; [] for PostgreSQL.

    They are the database itself, its write-ahead log, the log's index, and the rollback journal.
    """
    if database["ENGINE"] != SQLITE:
        return []
    name = str(database["NAME"])
    return [path for path in (Path(name + end) for end in ("", "-wal", "-shm", "-journal")) if path.is_file()]


def close(database: dict[str, Any]) -> None:
    """Make the files of a SQLite database private; files that another user owns are left alone."""
    for path in open_to_others(database_files(database)):
        if path.stat().st_uid == os.geteuid():
            path.chmod(OWNER_ALONE)


def open_to_others(paths: list[Path]) -> Iterator[Path]:
    """The regular files in `paths` whose mode lets users other than the owner access them. Files whose mode cannot be read are skipped."""
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and stat.S_IMODE(mode) & 0o077:
            yield path
