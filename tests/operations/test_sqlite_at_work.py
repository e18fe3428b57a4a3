"""SQLite under stress: its disk is full, and half of its records are removed while agents work."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from django.db import connection

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import PROJECT, App, free_port, sign_in, wait_until_it_answers
from tests.operations.test_backup import agents_at_work, manage
from tests.pages.conftest import SEED

pytestmark = pytest.mark.operations

ROOM = 48  # MB; with less than 16 left the server says that it is not ready
OWN_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]
SERVE = """
mount -t tmpfs -o size="$ROOM"m none "$FOLDER" && "$PYTHON" manage.py migrate --verbosity=0 && "$PYTHON" -c "$AGENT" &&
exec "$PYTHON" -m gunicorn
"""
MOST_PAGES = 3_000  # SQLite first uses up the room that its log has already
OLD_RECORDS = 100_000


@dataclass
class OnSmallDisk:
    """A server whose database has a small disk of its own; `folder` is its path in this process."""

    url: str
    folder: Path
    env: dict[str, str]

    def copied(self, to: Path) -> Path:
        """Copy the database while it is at rest. SQLite itself would follow the path to a place where this process sees no disk."""
        for end in ("", "-wal"):
            shutil.copyfile(self.folder / f"own.sqlite3{end}", to / f"copy.sqlite3{end}")
        return to / "copy.sqlite3"

    @contextmanager
    def full(self) -> Iterator[None]:
        """Within the block, the disk has no free byte."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue
        try:
            yield
        finally:
            filler.unlink()


@pytest.fixture
def small_disk(running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path) -> Iterator[OnSmallDisk]:
    if subprocess.run([*OWN_MOUNTS, "true"], capture_output=True, check=False).returncode:
        reason = "NO MOUNTS OF ONE'S OWN: this machine does not allow `unshare --user --mount`, so no disk is filled"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    port, log, folder = free_port(), tmp_path / "app.log", tmp_path / "disk"
    folder.mkdir()
    env = on_postgres.settings(
        running_sandbox,
        gathered_static,
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        DATABASE_URL=f"sqlite:///{folder}/own.sqlite3",
    )
    variables = {"FOLDER": str(folder), "ROOM": str(ROOM), "PYTHON": sys.executable, "AGENT": on_postgres.AGENT}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*OWN_MOUNTS, "sh", "-c", SERVE], env=env | variables, cwd=PROJECT, stdout=out, stderr=out
        )
    try:
        wait_until_it_answers(process, port, log)
        yield OnSmallDisk(f"http://127.0.0.1:{port}", Path(f"/proc/{process.pid}/root{folder}"), env)
    finally:
        process.terminate()
        process.wait(40)


def test_with_a_full_disk_nothing_is_shown_unrecorded_and_nothing_is_lost(
    small_disk: OnSmallDisk, tmp_path: Path
) -> None:
    shown: set[str] = set()

    def open_an_order() -> int:
        answer = session.get(f"{small_disk.url}/orders/{SEED}/", timeout=20, allow_redirects=False)
        if answer.status_code == 200:
            shown.add(answer.headers["X-Request-ID"])
        return answer.status_code

    with requests.Session() as session:
        session.trust_env = False
        sign_in(session, small_disk.url, "agent")
        assert open_an_order() == 200
        with small_disk.full():
            first = next(number for number in range(MOST_PAGES) if open_an_order() == 503)
            attempts = [session.get(f"{small_disk.url}/orders/{SEED}/", timeout=20) for _ in range(3)]
            refused = min(attempts, key=lambda answer: answer.elapsed)
            probe = session.get(f"{small_disk.url}/readyz", timeout=20)
            assert session.get(f"{small_disk.url}/livez", timeout=20).status_code == 200
        assert open_an_order() == 200, "the person is still signed in"
        assert session.get(f"{small_disk.url}/readyz", timeout=20).status_code == 200
    print(
        f"\nfull disk: {first} orders shown and recorded before the first 503 ({refused.elapsed.total_seconds():.2f} s)"
    )
    assert refused.status_code == 503 and refused.headers["Retry-After"] == "5"
    assert refused.elapsed.total_seconds() <= 3
    assert (probe.status_code, probe.json()["database"]) == (503, "is on a disk that is full")
    copy = small_disk.copied(tmp_path)
    with closing(sqlite3.connect(copy)) as database:
        recorded = {request_id for (request_id,) in database.execute("SELECT request_id FROM orders_accessrecord")}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert shown <= recorded
    checked = on_postgres.run(small_disk.env | {"DATABASE_URL": f"sqlite:///{copy}"}, "manage.py", "check_records")
    assert checked.returncode == 0, checked.stderr


def test_a_prune_removes_what_is_old_and_holds_nobody_up(live_app: App) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_accessrecord (at, user_name, what, order_ref, reference, route, connection_name, outcome, request_id,"
            " ticket, subject, about_name, detail, chain, seal, via)"
            " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
            " SELECT datetime('now', '-500 days'), 'x', 'order_opened', '', '', '', '', '', 'old', '', '', '', '', '', '', '' FROM n",
            [OLD_RECORDS],
        )
    log, largest, over = Path(f"{connection.settings_dict['NAME']}-wal"), 0, threading.Event()

    def watch() -> None:
        nonlocal largest
        while not over.wait(0.05):
            largest = max(largest, log.stat().st_size)

    watching = threading.Thread(target=watch)
    with agents_at_work(live_app) as seen:
        wait_for(lambda: len(seen) >= 8)
        watching.start()
        done = manage(live_app, "prune_access_records", "--older-than", "400d")
        over.set()
        wait_for(lambda: len(seen) >= 16)
    watching.join(20)
    print(
        f"\nprune: {done.stdout.strip()}, {Path(log).name.rpartition('-')[2]} of {largest / 1e6:.1f} MB, {len(seen)} pages"
    )
    assert f"removed: {OLD_RECORDS}" in done.stdout, done.stderr
    assert set(seen) == {200}
    assert not AccessRecord.objects.filter(request_id="old").exists()
    assert AccessRecord.objects.filter(what="order_opened").count() >= len(seen)
    assert largest < 32_000_000


def test_two_migrations_at_once_do_it_once(running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path) -> None:
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=f"sqlite:///{tmp_path}/own.sqlite3")
    both = [
        subprocess.Popen(
            [sys.executable, "manage.py", "migrate"], env=env, cwd=PROJECT, text=True, stdout=subprocess.PIPE
        )
        for _number in range(2)
    ]
    began = time.monotonic()
    outputs = [each.communicate(timeout=240)[0] for each in both]
    print(f"\ntwo migrations at once: {time.monotonic() - began:.1f} s")
    assert [each.returncode for each in both] == [0, 0]
    assert sorted("Applying orders.0001_initial" in out for out in outputs) == [False, True]


def wait_for(enough: Callable[[], bool]) -> None:
    for _ in range(2_400):
        if enough():
            return
        threading.Event().wait(0.05)
    raise AssertionError("too few pages")
