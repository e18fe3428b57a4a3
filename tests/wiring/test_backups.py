"""Backups as far as one process shows them; those of real servers are in tests/operations."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections

from cdpviewer import backups


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SQLite file of its own as the default database, of this version as far as a backup is checked."""
    file = tmp_path / "own.sqlite3"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE django_migrations (app, name)")
    monkeypatch.setitem(connections.databases, "default", connections.databases["default"] | {
        "ENGINE": "cdpviewer.sqlite", "NAME": str(file), "OPTIONS": {},
    })  # fmt: skip
    own = connections.create_connection("default")
    monkeypatch.setattr(backups, "connections", {"default": own})
    return file


def test_a_backup_has_its_name_before_the_folder_is_written_to_the_disk(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, sync = tmp_path / "one.backup", os.fsync
    seen: list[tuple[str, bool]] = []

    def noted(opened: int) -> None:
        seen.append((Path(f"/proc/self/fd/{opened}").readlink().name, target.exists()))
        sync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    backups.take(target)
    assert seen == [(".one.backup.part", False), (tmp_path.name, True)]
