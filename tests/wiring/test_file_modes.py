"""Files that hold people's records, sessions and keys are for their owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cdpviewer import modes
from tests.live import PROJECT, environment


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command under a umask that lets everybody read new files."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment(**env), cwd=PROJECT, umask=0o000, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `migrate` creates it."""
    file = tmp_path_factory.mktemp("data") / "cdpviewer.sqlite3"
    done = run("manage.py", "migrate", "--verbosity=0", DATABASE_URL=f"sqlite:///{file}")
    assert done.returncode == 0, done.stderr
    return file


OPEN = """
import django; django.setup()
from django.db import connection
connection.cursor().execute("CREATE TABLE more (id integer)")
import os, sys
print(*(f"{name}={os.stat(sys.argv[1] + name).st_mode & 0o777:o}" for name in ("", "-wal", "-shm")))
"""


def test_the_database_is_made_for_its_owner_alone_and_so_are_its_journals(served: Path) -> None:
    assert mode(served) == 0o600
    # Whatever opens it later, under any umask: SQLite gives the journals the mode of the database.
    done = run("-c", OPEN, str(served), DJANGO_SETTINGS_MODULE="cdpviewer.settings", DATABASE_URL=f"sqlite:///{served}")
    assert done.stdout.split() == ["=600", "-wal=600", "-shm=600"], done.stderr


def test_migrate_closes_a_database_that_stood_open(served: Path) -> None:
    served.chmod(0o644)
    run("manage.py", "migrate", "--verbosity=0", DATABASE_URL=f"sqlite:///{served}")
    assert mode(served) == 0o600


def test_the_server_makes_its_files_for_its_owner_alone() -> None:
    before = os.umask(0o022)
    try:
        modes.for_the_owner_alone()
        assert os.umask(0o022) == 0o077
    finally:
        os.umask(before)
    for file in ("manage.py", "gunicorn.conf.py", "cdpviewer/wsgi.py", "cdpviewer/run.py", "cdpviewer/demo/demo.py"):
        assert "for_the_owner_alone()" in (PROJECT / file).read_text()


def deployed(folder: Path) -> tuple[tuple[Path, ...], Callable[[], subprocess.CompletedProcess[str]]]:
    """A database, a settings file and a key file, all for their owner alone, and a function that runs `check --deploy` with them."""
    database, settings, key = folder / "data.sqlite3", folder / "settings.env", folder / "secret-key"
    database.touch(0o600)
    settings.touch(0o600)
    key.write_text("a key for the check of modes that is long enough: Wn4vQ0cJt8uZr2yXe6Ls")
    key.chmod(0o600)
    env = {
        "CDPVIEWER_ALLOWED_HOSTS": "orders.example.com",
        "CDPVIEWER_TRUSTED_PROXIES": "1",
        "CDPVIEWER_ENV_FILE": str(settings),
        "CDPVIEWER_RECORD_KEYS_FILE": str(key),
        "DATABASE_URL": f"sqlite:///{database}",
    }
    return (database, settings, key), partial(run, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **env)


@pytest.mark.parametrize(
    "modes_of_files",  # of the database, the settings file and the key file: each has each mode once
    [(0o644, 0o640, 0o660), (0o640, 0o660, 0o604), (0o660, 0o604, 0o644), (0o604, 0o644, 0o640)],
    ids=["644 640 660", "640 660 604", "660 604 644", "604 644 640"],
)
def test_the_deploy_check_names_what_others_can_read(modes_of_files: tuple[int, ...], tmp_path: Path) -> None:
    files, check = deployed(tmp_path)
    for file, readable in zip(files, modes_of_files, strict=True):
        file.chmod(readable)
    done = check()
    assert done.returncode == 1
    for file, readable in zip(files, modes_of_files, strict=True):
        assert f"{file.name} can be read or written by others than its owner ({readable:04o})" in done.stderr
        assert f"chmod 600 {file}" in done.stderr


def test_the_deploy_check_has_nothing_to_say_of_files_for_their_owner_alone(tmp_path: Path) -> None:
    _files, check = deployed(tmp_path)
    assert check().returncode == 0


def test_a_short_record_key_stops_the_start() -> None:
    done = run("manage.py", "check", "--tag", "keys", CDPVIEWER_RECORD_KEYS="short")
    assert done.returncode == 1
    assert "CDPVIEWER_RECORD_KEYS is too short (5 of 32 characters)" in done.stderr
