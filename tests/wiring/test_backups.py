"""Backups as far as one process shows them; those of real servers are in tests/operations."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from cdpviewer import backups
from cdpviewer.databases import database
from tests.live import free_port


@pytest.fixture
def choose(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Make a URL the default database, until the test ends."""
    former, settings = connections["default"], connections.databases["default"]

    def chosen(url: str) -> None:
        connections.databases["default"] = settings | database(url, tmp_path)
        connections["default"] = connections.create_connection("default")

    yield chosen
    connections.databases["default"], connections["default"] = settings, former


@pytest.fixture
def own(choose: Callable[[str], None], tmp_path: Path) -> None:
    """A SQLite file of its own as the default database, of this version as far as a backup is checked."""
    file = tmp_path / "own.sqlite3"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE django_migrations (app, name)")
    choose(f"sqlite:///{file}")


def test_a_backup_has_its_name_before_the_folder_is_written_to_the_disk(
    own: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, sync = tmp_path / "one.backup", os.fsync
    seen: list[tuple[str, bool]] = []

    def noted(opened: int) -> None:
        seen.append((Path(f"/proc/self/fd/{opened}").readlink().name, target.exists()))
        sync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    backups.take(target)
    assert seen == [(".one.backup.part", False), (tmp_path.name, True)]


@pytest.mark.parametrize(
    "command",
    [("restore", "one.backup"), ("move_to", "postgres://u:secret@127.0.0.1:1/new")],
    ids=["restore", "move_to"],
)
def test_a_folder_that_cannot_be_written_is_a_sentence_and_nothing_changes(
    command: tuple[str, str], own: None, choose: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    backups.take(tmp_path / "one.backup")
    choose(f"sqlite:///{tmp_path}/no-such-folder/own.sqlite3")
    with pytest.raises(CommandError, match=r"Nothing was (changed|moved)\. .* folder cannot be written"):
        call_command(*command)


def test_a_postgresql_that_is_down_is_a_sentence_and_nothing_changes(
    choose: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    (tmp_path / "one.backup").write_bytes(b"PGDMP and more")
    program = tmp_path / "pg_restore"  # which lists the content without a server
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    choose(f"postgres://u:secret@127.0.0.1:{free_port()}/cdpviewer")
    with django_db_blocker.unblock(), pytest.raises(CommandError) as caught:
        call_command("restore", str(tmp_path / "one.backup"))
    assert str(caught.value).startswith("Nothing was changed. The database is not responding")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("keep", ["0", "-1", "-2"])
def test_a_number_of_backups_below_one_is_refused_and_none_is_removed(keep: str, own: None, tmp_path: Path) -> None:
    for day in ("20260101T000000Z", "20260102T000000Z"):
        (tmp_path / f"daily-{day}.backup").touch()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CommandError, match="--keep must be at least 1"):
        call_command("backup", str(tmp_path / "daily-{date}.backup"), f"--keep={keep}")
    assert sorted(tmp_path.iterdir()) == before
