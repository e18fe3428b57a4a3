"""Files for their owner alone: the database with its journal files, and the files that hold settings and keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdpviewer.databases import SQLITE

OWNER_ALONE = 0o600


def for_the_owner_alone() -> None:
    """From now on, files that this process makes can be read by their owner only. Called before anything is written."""
    os.umask(0o077)


def database_files(database: dict[str, Any]) -> list[Path]:
    """The SQLite file of an entry of DATABASES, with its write-ahead log and index, as far as they exist; none for PostgreSQL."""
    if database["ENGINE"] != SQLITE:
        return []
    name = str(database["NAME"])
    return [path for path in (Path(name + end) for end in ("", "-wal", "-shm", "-journal")) if path.is_file()]


def close(database: dict[str, Any]) -> None:
    """Take the database's files away from everybody but their owner, as far as this process may."""
    for path in open_to_others(database_files(database)):
        if path.stat().st_uid == os.geteuid():
            path.chmod(OWNER_ALONE)


def open_to_others(paths: list[Path]) -> Iterator[Path]:
    """Those of the files that somebody besides their owner may read or write."""
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and stat.S_IMODE(mode) & 0o077:
            yield path
