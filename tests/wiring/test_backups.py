"""Backups, as far as a single process shows them; those of real servers are in tests/operations."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoDbBlocker
from structlog.testing import capture_logs

from cdpviewer import backups, moving
from cdpviewer.databases import LARGEST_LOG, database
from tests.live import free_port
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]


@pytest.fixture
def choose(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Make a URL the default database until the test ends."""
    former, settings = connections["default"], connections.databases["default"]

    def chosen(url: str) -> None:
        connections.databases["default"] = settings | database(url, tmp_path)
        connections["default"] = connections.create_connection("default")

    yield chosen
    connections.databases["default"], connections["default"] = settings, former


@pytest.fixture
def own(choose: Callable[[str], None], tmp_path: Path) -> None:
    """A SQLite file of its own as the default database; to a backup's checks, it is of this version."""
    file = tmp_path / "own.sqlite3"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE django_migrations (app, name)")
        made.execute("INSERT INTO django_migrations VALUES ('orders', '0001_initial')")
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
    ("failing", "sentence"),
    [
        ("file", "cannot be written (OSError)."),
        ("folder", "is complete, but its name could not be written to the disk"),
    ],
)
def test_a_backup_that_is_not_on_the_disk_is_said_to_be_there_or_not(
    failing: str, sentence: str, own: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, sync = tmp_path / "one.backup", os.fsync

    def of_the_others(opened: int) -> None:
        if Path(f"/proc/self/fd/{opened}").readlink().is_dir() is (failing == "folder"):
            raise OSError
        sync(opened)

    monkeypatch.setattr(os, "fsync", of_the_others)
    with pytest.raises(CommandError, match=re.escape(f"{target} {sentence}")):
        call_command("backup", str(target))
    names = {path.name for path in tmp_path.iterdir()}
    if failing == "folder":
        assert names == {"own.sqlite3", "one.backup"} and ("orders", "0001_initial") in backups.check(target)
    else:
        assert names == {"own.sqlite3"}


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


# Paths that cannot be a file, and the message with which a new backup at them is refused.
NOWHERE = {
    "below a file": ("one.backup/two", r"cannot be written \(NotADirectoryError\)"),
    "below a file below a file": ("one.backup/two/three", r"cannot be written \(NotADirectoryError\)"),
    "in no folder": ("no-such-folder/two", r"cannot be written \(FileNotFoundError\)"),
    "in a link to itself": ("loop/two", r"cannot be written \(OSError\)"),
    "too long a name": ("n" * 300, r"cannot be written \(OSError\)"),
    "too long a name until it is complete": ("n" * 252, r"cannot be written \(OSError\)"),
    "a folder": ("folder", "already exists"),
    "the folder itself": (".", "is a folder"),
    "no name": ("", "is a folder"),
    "the root": ("/", "is a folder"),
    "the unfinished file is a folder": ("taken", r"cannot be written \((IsADirectoryError|PermissionError)\)"),
}


@pytest.mark.parametrize(("path", "sentence"), NOWHERE.values(), ids=NOWHERE)
def test_a_path_that_cannot_be_a_file_is_a_sentence(
    path: str, sentence: str, own: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    backups.take(tmp_path / "one.backup")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    (tmp_path / ".taken.part").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandError, match=sentence):
        call_command("backup", path)
    with pytest.raises(CommandError, match=r"^Nothing was changed\. .* cannot be read"):
        call_command("restore", path)
    with pytest.raises(backups.Unfit, match="cannot be read"):
        backups.check(Path(path))
    for command in ("check_feed", "import_people"):
        with pytest.raises(CommandError, match=r"cannot be read|can't open"):
            call_command(command, path)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_old_backup_that_cannot_be_removed_is_named_and_the_new_one_stands(own: None, tmp_path: Path) -> None:
    old = tmp_path / "daily-20260101T000000Z.backup"
    old.mkdir()
    with pytest.raises(CommandError, match=rf"^The backup is written, but {old} could not be removed"):
        call_command("backup", str(tmp_path / "daily-{date}.backup"), "--keep=1", stdout=StringIO())
    (new,) = set(tmp_path.glob("daily-*")) - {old}
    assert backups.check(new)


def test_a_postgresql_that_is_down_is_a_sentence_and_nothing_changes(
    choose: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    (tmp_path / "one.backup").write_bytes(b"PGDMP and more")
    program = tmp_path / "pg_restore"  # which lists the content without a server
    program.write_text("#!/bin/sh\nprintf '1\\torders\\t0001_initial\\tnow\\n'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    choose(f"postgres://u:secret@127.0.0.1:{free_port()}/cdpviewer")
    with django_db_blocker.unblock(), pytest.raises(CommandError) as caught:
        call_command("restore", str(tmp_path / "one.backup"))
    assert str(caught.value).startswith("Nothing was changed. The database is not responding")
    assert "secret" not in str(caught.value)


ELSEWHERE = {
    "without migrations": [],
    "another Django program": [("auth", "0001_initial"), ("shop", "0001_initial")],
}


@pytest.mark.parametrize("applied", ELSEWHERE.values(), ids=ELSEWHERE)
def test_another_programs_sqlite_file_is_refused(applied: list[tuple[str, str]], own: None, tmp_path: Path) -> None:
    backup = tmp_path / "other.backup"
    with closing(sqlite3.connect(backup)) as made, made:
        made.execute("CREATE TABLE django_migrations (app, name)")
        made.executemany("INSERT INTO django_migrations VALUES (?, ?)", applied)
    before = contents(tmp_path)
    with pytest.raises(CommandError, match=r"Nothing was changed\. .* is not a backup of cdpviewer"):
        call_command("restore", str(backup))
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("applied", "accepted"),
    [*((rows, False) for rows in ELSEWHERE.values()), ([("auth", "0001_initial"), ("orders", "0001_initial")], True)],
    ids=[*ELSEWHERE, "ours"],
)
def test_a_dump_is_ours_if_it_has_our_migrations(
    applied: list[tuple[str, str]], accepted: bool, choose: Callable[[str], None], tmp_path: Path, postgres: Server
) -> None:
    name = f"dumped_{len(applied)}_{accepted}".lower()
    url = postgres.new_database(name)
    with postgres.connect(name) as owner:
        owner.execute("CREATE TABLE other (id integer)")
        if applied:
            owner.execute("CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz)")
        for row in applied:
            owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", row)
    choose(url)
    if accepted:
        assert backups.take(tmp_path / "one.backup") > 0
        assert backups.check(tmp_path / "one.backup") == set(applied)
    else:
        with pytest.raises(backups.Unfit, match="is not a backup of cdpviewer"):
            backups.take(tmp_path / "one.backup")
        assert not list(tmp_path.glob("*one*"))


def test_a_copy_that_cannot_be_removed_after_a_move_is_named_and_the_move_stands(
    own: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = os.rmdir

    def rmdir(path: str, **options: int) -> None:
        if ".move-" in str(path):
            raise OSError
        removed(path, **options)

    monkeypatch.setattr(os, "rmdir", rmdir)
    monkeypatch.setattr(moving, "_prepare", lambda *_between: None)
    monkeypatch.setattr(moving, "_copy_all", lambda *_between: 7)
    output = StringIO()
    with capture_logs() as logged:
        call_command("move_to", "postgres://u:secret@127.0.0.1:1/new", stdout=output)
    assert output.getvalue().startswith("Moved and compared: 7 rows")
    (left,) = tmp_path.glob(".move-*")
    assert [(entry["log_level"], entry["folder"]) for entry in logged] == [("warning", str(left))]


def test_the_log_of_sqlite_gives_its_room_back(own: None, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> None:
    log = tmp_path / "own.sqlite3-wal"
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE large (text)")
        cursor.execute("INSERT INTO large VALUES (randomblob(%s))", [LARGEST_LOG + 1])
        assert log.stat().st_size > LARGEST_LOG
        cursor.execute("INSERT INTO large VALUES (1)")
        assert log.stat().st_size <= LARGEST_LOG
    connections["default"].close()


DAMAGED = b"damaged" * 1000


@pytest.fixture
def damaged(own: None, tmp_path: Path) -> Path:
    """A backup of a database that was damaged afterwards."""
    backups.take(tmp_path / "one.backup")
    (tmp_path / "own.sqlite3").write_bytes(DAMAGED)
    return tmp_path / "one.backup"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith((".backup", ".served"))}


def let_renames_fail(monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    """Make a rename fail if the regular expression `which` matches its `old > new` names."""
    rename = Path.rename

    def renamed(self: Path, target: str | Path) -> Path:
        if re.search(which, f"{self.name} > {Path(target).name}"):
            raise OSError
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", renamed)


@pytest.mark.parametrize("which", ["> .*before-", "part >"], ids=["first", "last"])
def test_a_restore_that_fails_has_changed_nothing(
    which: str, damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_renames_fail(monkeypatch, which)
    with pytest.raises(CommandError, match=r"^Nothing was changed\. .* folder cannot be written"):
        call_command("restore", str(damaged))
    assert contents(tmp_path) == {"own.sqlite3": DAMAGED}


def test_a_restore_that_cannot_be_undone_names_the_file_to_rename(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_renames_fail(monkeypatch, r"part >|before.* > own\.sqlite3$")
    with pytest.raises(CommandError, match=r"^The backup was not restored") as caught:
        call_command("restore", str(damaged))
    (present, name) = re.findall(r"(/\S+) could not be renamed back to (/\S+) ", str(caught.value))[0]
    assert name == str(tmp_path / "own.sqlite3") and Path(present).read_bytes() == DAMAGED


def test_a_copy_that_cannot_be_removed_either_does_not_hide_that_a_restore_was_not_undone(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlink(_self: Path, *, missing_ok: bool = False) -> None:
        raise OSError

    let_renames_fail(monkeypatch, r"part >|before.* > own\.sqlite3$")
    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(CommandError, match=r"^The backup was not restored, and .* could not be renamed back to"):
        call_command("restore", str(damaged))


def test_a_restored_file_whose_name_is_not_on_the_disk_is_reported_as_restored(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def of_files_only(opened: int) -> None:
        if Path(f"/proc/self/fd/{opened}").readlink().is_dir():
            raise OSError
        sync(opened)

    monkeypatch.setattr(os, "fsync", of_files_only)
    with pytest.raises(
        CommandError, match=r"own\.sqlite3 is the backup now, but its name could not be written"
    ) as caught:
        call_command("restore", str(damaged))
    previous = Path(re.findall(r"previous database is (\S+)\.$", str(caught.value))[0])
    assert contents(tmp_path) == {"own.sqlite3": damaged.read_bytes(), previous.name: DAMAGED}


def test_a_log_that_was_left_behind_does_not_pass_for_that_of_the_restored_file(damaged: Path, tmp_path: Path) -> None:
    (tmp_path / "own.sqlite3").rename(tmp_path / "moved.backup")
    (tmp_path / "own.sqlite3-wal").write_bytes(b"left behind")
    call_command("restore", str(damaged))
    names = contents(tmp_path)
    assert names.pop("own.sqlite3") == damaged.read_bytes()
    assert list(names.values()) == [b"left behind"] and "own.sqlite3-wal" not in names


@pytest.mark.parametrize("keep", ["0", "-1", "-2"])
def test_a_number_of_backups_below_one_is_refused_and_none_is_removed(keep: str, own: None, tmp_path: Path) -> None:
    for day in ("20260101T000000Z", "20260102T000000Z"):
        (tmp_path / f"daily-{day}.backup").touch()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CommandError, match="--keep must be at least 1"):
        call_command("backup", str(tmp_path / "daily-{date}.backup"), f"--keep={keep}")
    assert sorted(tmp_path.iterdir()) == before
