"""Backups of the whole database in one file. Servers may run during a backup; none may have the database open during a restore.

SQLite is copied by VACUUM INTO. The copy is consistent even if the database is written to meanwhile. PostgreSQL is copied by
pg_dump and restored by pg_restore. The keys to encrypted data are never in a backup: keep them separately.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from cdpviewer import served
from orders.privacy import owner

HEADS = {b"SQLite format 3\x00": "sqlite", b"PGDMP": "postgresql"}
OURS = "orders"  # an app that has migrations in every backup of ours
PASSED_ON = ("sslmode", "sslrootcert", "sslcert", "sslkey")


class Unfit(Exception):
    """A backup cannot be taken or restored, or may not last; `str(error)` gives the reason. The database is unchanged."""


class Unsettled(Exception):
    """A restore failed after it had begun to rename files; `str(error)` describes the state that it left."""


def take(target: Path) -> int:
    """Write the database to the new file `target`, readable only by its owner, and return its size in bytes. Raises Unfit if this fails.

    The file appears only when it is complete and has passed `check`. It stays if only its name cannot be written to the disk; the message
    of Unfit then says so.
    """
    if not target.name:
        raise Unfit(f"{target} is a folder: name a new file.")
    part = target.with_name(f".{target.name}.part")
    connection = connections["default"]
    try:
        if target.exists():
            raise Unfit(f"{target} already exists: name a new file.")
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as source:
                source.execute("VACUUM INTO ?", (str(part),))
        else:
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        check(part)
        _keep(part, target)
    except OSError as error:
        raise Unfit(f"{target} cannot be written ({type(error).__name__}).") from None
    except sqlite3.Error as error:
        raise Unfit(f"The database could not be copied ({type(error).__name__}): is there room for it?") from None
    finally:
        _discard(part)
    return target.stat().st_size


def put_back(source: Path) -> Path | None:
    """Replace the database with the backup `source`. Raises Unfit, Unsettled or served.Served.

    Return the path that the previous SQLite file was moved to; None if there was no such file, or for PostgreSQL.
    """
    if newer := check(source) - set(MigrationLoader(None).disk_migrations):
        app, name = min(newer)
        raise Unfit(
            f"{source} was made by a newer version, which has the migration {app}.{name}: install that one first."
        )
    lock = None
    connection = connections["default"]
    try:
        lock = served.alone()
        if connection.vendor == "sqlite":
            return _replace(source, Path(connection.settings_dict["NAME"]))
        connection.close()
        _run(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--exit-on-error",
            str(source),
        )
    except OSError as error:
        raise Unfit(f"The database's folder cannot be written ({type(error).__name__}).") from None
    except DatabaseError as error:
        raise Unfit(f"The database is not responding ({type(error.__cause__ or error).__name__}).") from None
    finally:
        if lock is not None:
            os.close(lock)
    return None


def check(file: Path) -> set[tuple[str, str]]:
    """The migrations applied in a backup, as (app, name). Raises Unfit if `file` is unreadable, damaged or of the wrong kind.

    A SQLite file is read in full; of a PostgreSQL dump, only the table of contents and one table are read.
    """
    vendor = connections["default"].vendor
    try:
        with file.open("rb") as opened:
            head = opened.read(16)
    except OSError as error:
        raise Unfit(f"{file} cannot be read ({type(error).__name__}).") from None
    kind = next((kind for start, kind in HEADS.items() if head.startswith(start)), "")
    if kind != vendor:
        raise Unfit(f"{file} is not a backup of {'SQLite' if vendor == 'sqlite' else 'PostgreSQL'}.")
    applied = _applied_in_sqlite(file) if vendor == "sqlite" else _applied_in_dump(file)
    if not any(app == OURS for app, _name in applied):
        raise Unfit(f"{file} is not a backup of cdpviewer: it has none of its tables.")
    return applied


def _applied_in_sqlite(file: Path) -> set[tuple[str, str]]:
    """The migrations applied in a SQLite file, as (app, name). Raises Unfit if the file is damaged or has no table of migrations."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            applied = set(copy.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        raise Unfit(f"{file} is damaged, or is not a cdpviewer backup ({type(error).__name__}).") from None
    if verdict != "ok":
        raise Unfit(f"{file} is damaged.")
    return applied


def _applied_in_dump(file: Path) -> set[tuple[str, str]]:
    """The migrations applied in a file written by pg_dump, as (app, name). Raises Unfit if pg_restore cannot read it."""
    rows = _run("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file))
    return set(re.findall(r"^\d+\t(\S+)\t(\S+)\t", rows, re.MULTILINE))


def _replace(source: Path, database: Path) -> Path | None:
    """Copy the backup next to the database, move the database aside, and rename the copy to the database's name.

    A crash at any point loses neither the database nor the backup. Return the new path of the previous database; None if there was none.

    A write-ahead log is moved aside too, so that SQLite does not mistake it for the restored file's log. A failure that leaves the
    previous database in place raises Served or OSError; any other failure raises Unsettled.
    """
    part = database.with_name(f".{database.name}.part")
    aside = database.with_name(f"{database.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    renamed: list[tuple[Path, Path]] = []
    try:
        part.touch(mode=0o600)
        part.chmod(0o600)
        shutil.copyfile(source, part)
        _sync(part)
        if database.exists():
            _close_log(database)
        for end in ("-wal", "-shm", ""):
            name = Path(f"{database}{end}")
            if name.exists():
                present = name.rename(f"{aside}{end}")
                renamed.append((name, present))
        part.rename(database)
    except OSError:
        _rename_back(renamed)
        raise
    finally:
        _discard(part)
    previous = aside if aside.exists() else None
    try:
        _sync(database.parent)
    except OSError as error:
        sentence = f" The previous database is {previous}." if previous else ""
        raise Unsettled(
            f"{database} is the backup now, but its name could not be written to the disk ({type(error).__name__}).{sentence}"
        ) from None
    return previous


def _rename_back(renamed: list[tuple[Path, Path]]) -> None:
    """Undo the renaming of files, each given as (original path, current path). Raises Unsettled if that fails."""
    for name, present in reversed(renamed):
        try:
            present.rename(name)
        except OSError as error:
            raise Unsettled(
                f"The backup was not restored, and {present} could not be renamed back to {name} ({type(error).__name__}): do that first."
            ) from None


def _close_log(database: Path) -> None:
    """Merge the write-ahead log into the database file, unless the file is damaged. Raises Served if SQLite cannot use the file now."""
    connections["default"].close()
    try:
        with closing(sqlite3.connect(database, timeout=2)) as last:
            last.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise served.Served from None
    except sqlite3.DatabaseError:  # damaged, which may be why a backup is being restored
        pass


def _keep(part: Path, target: Path) -> None:
    """Flush a finished file to disk, rename it to `target`, then flush the new name too. Raises Unfit if only the last step fails."""
    _sync(part)
    part.rename(target)
    try:
        _sync(target.parent)
    except OSError as error:
        reason = type(error).__name__
        raise Unfit(f"{target} is complete, but its name could not be written to the disk ({reason}).") from None


def _discard(part: Path) -> None:
    """Remove an unfinished file if there is one. Errors in doing so are ignored: they would hide the error that says what went wrong."""
    with suppress(OSError):
        part.unlink()


def _sync(path: Path) -> None:
    """Flush a file's content, or the names in a folder, to disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _run(program: str, *options: str) -> str:
    """Run pg_dump or pg_restore; return its output. Raises Unfit on failure, without the program's messages: they may quote data."""
    settings: dict[str, Any] = connections[owner.alias()].settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = {name: str(settings[key]) for name, key in names.items() if settings.get(key)}
    env |= {f"PG{name.upper()}": str(value) for name, value in settings.get("OPTIONS", {}).items() if name in PASSED_ON}
    goal = [f"--dbname={settings['NAME']}"] if program == "pg_restore" and "--file=-" not in options else []
    try:
        done = subprocess.run(
            [program, *options, *goal],
            env={**os.environ, **env},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise Unfit(f"{program} is not installed (Debian: apt-get install postgresql-client).") from None
    if done.returncode:
        raise Unfit(f"{program} failed with exit status {done.returncode}: run it by hand to see why.")
    return done.stdout
