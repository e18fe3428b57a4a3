"""The disk with PostgreSQL's tables is really full: a small file system of its own, filled to the last block."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests import on_postgres
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

pytestmark = pytest.mark.operations

ORDER = "/orders/d680c9be-4c07-4731-857e-9602034b15f2/"
LIMIT = 3.0  # seconds until a page reports the fault, in the best of three attempts on a busy machine
ROWS_OF_A_BLOCK = 60  # and more: then the table must grow


@pytest.fixture
def small_disk(tmp_path: Path, postgres: Server) -> Iterator[Path]:
    """A file system of 16 MB that belongs to PostgreSQL. Only root can mount it.

    For other users, the test is skipped with a notice; under CI=true it fails.
    """
    mount, unmount = (shutil.which(name, path="/bin:/sbin:/usr/bin") or "" for name in ("mount", "umount"))
    folder = postgres.folder / "small"
    folder.mkdir()
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=False)
    if done.returncode:
        reason = "NOT ROOT: nobody else may mount a file system; a full disk of PostgreSQL is not tried"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    if postgres.user:
        account = pwd.getpwnam(postgres.user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        yield folder
    finally:
        postgres.stop()
        subprocess.run([unmount, str(folder)], check=True)
        folder.rmdir()


def test_pages_are_503_and_no_record_is_lost(
    postgres: Server, small_disk: Path, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=postgres.new_database("full"))
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT)):
        done = on_postgres.run(env, *arguments)
        assert done.returncode == 0, done.stderr
    with postgres.connect() as owner:
        owner.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'".encode())
    with on_postgres.serving(env, tmp_path) as served, postgres.connect("full") as owner:
        owner.execute("ALTER TABLE orders_accessrecord_first SET TABLESPACE small")
        assert served.get(ORDER).status_code == 200
        filler = small_disk / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 4096)
        except OSError:
            pass
        seen, refused = [], []
        for _ in range(ROWS_OF_A_BLOCK):
            answer = served.get(ORDER)
            seen.append(answer.status_code)
            if answer.status_code == 503:
                refused.append(answer.elapsed.total_seconds())
        probes = {path: served.get(path).status_code for path in ("/livez", "/readyz")}
        filler.unlink()
        began = time.monotonic()
        well = served.get_when_well(ORDER)
        print(
            f"{seen.count(503)} of {len(seen)} pages are 503, the slowest {max(refused):.2f} s; probes {probes}; well after {time.monotonic() - began:.1f} s"
        )
    assert set(seen) == {200, 503}
    assert seen[-1] == 503
    assert min(refused[-3:]) <= LIMIT
    assert probes == {"/livez": 200, "/readyz": 200}
    assert well.status_code == 200
    on_postgres.check_recorded(env, served.shown)
