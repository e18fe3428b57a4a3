"""A database that accepts no writes: a SQLite file or folder without write permission, and a PostgreSQL that is a standby."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres
from tests.faults.test_postgresql import ORDER, wait_until
from tests.live import PROJECT, free_port, wait_until_it_answers
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

# Root may write to anything, unless it drops that right.
AS_OTHERS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


@contextmanager
def migrated(env: dict[str, str], folder: Path) -> Iterator[on_postgres.Served]:
    """A server on a new database, which has shown an order."""
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT)):
        done = on_postgres.run(env, *arguments)
        assert done.returncode == 0, done.stderr
    with on_postgres.serving(env, folder) as served:
        assert served.get(ORDER).status_code == 200
        yield served


@contextmanager
def another(env: dict[str, str], log: Path, session: requests.Session) -> Iterator[on_postgres.Served]:
    """A server that needs no write to start, used with the earlier `session`."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*AS_OTHERS, sys.executable, "-m", "gunicorn"],
            env={**env, "CDPVIEWER_BIND": f"127.0.0.1:{port}"}, cwd=PROJECT, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_until_it_answers(process, port, log)
        yield on_postgres.Served(f"http://127.0.0.1:{port}", session, log, process)
    finally:
        process.terminate()
        process.wait(20)


def shows_no_order(served: on_postgres.Served) -> None:
    """Assert that the page and both probes report it, twice: the second page uses what the first one has opened."""
    for _view in range(2):
        page, alive, probe = (served.get(path) for path in (ORDER, "/livez", "/readyz"))
        print(f"\nread-only: page {page.elapsed.total_seconds():.2f} s, /readyz {probe.elapsed.total_seconds():.2f} s")
        assert (page.status_code, page.headers.get("Retry-After")) == (503, "5"), page.text
        assert "on our side" not in page.text
        assert alive.status_code == 200
        assert (probe.status_code, probe.json()["database"]) == (503, "is read-only")


def is_well(served: on_postgres.Served) -> None:
    began = time.monotonic()
    assert served.get_when_well(ORDER).status_code == 200, "the person is still signed in"
    wait_until(lambda: served.get("/readyz").status_code == 200)
    print(f"well again after {time.monotonic() - began:.2f} s")


@pytest.mark.parametrize("kept", ["file", "folder"])
def test_a_file_or_a_folder_that_may_not_be_written(
    running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path, kept: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "own.sqlite3"
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=f"sqlite:///{file}")
    with migrated(env, tmp_path) as before:
        pass
    if kept == "file":
        file.chmod(0o444)
    else:
        folder.chmod(0o555)
    with another(env, tmp_path / "again.log", before.session) as served:
        shows_no_order(served)
        folder.chmod(0o755)
        file.chmod(0o644)
        if kept == "file":  # SQLite has created its log with the mode of the file
            assert served.get("/readyz").json()["database"] == "is read-only"
        for made in folder.glob("own.sqlite3-*"):
            made.chmod(0o644)
        is_well(served)
    on_postgres.check_recorded(env, before.shown | served.shown)


def test_a_standby_until_it_is_promoted(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=postgres.new_database("replicated"))
    with migrated(env, tmp_path) as before, postgres.standby() as standby:
        behind = {**env, "DATABASE_URL": standby.url("replicated")}
        with another(behind, tmp_path / "again.log", before.session) as served:
            shows_no_order(served)
            with standby.connect() as owner:
                owner.execute("SELECT pg_promote()")
            is_well(served)
        on_postgres.check_recorded(behind, before.shown | served.shown)
