"""Backup while agents work and restore while they do not: the real server's database, with everything in it."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from orders.models import AccessRecord, Connection
from tests.canary import CANARY
from tests.live import PROJECT, App, environment, free_port, wait_until_it_answers
from tests.operations.agents import opening_orders

pytestmark = pytest.mark.operations


def manage(app: App, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        env=app.environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def counted(file: Path) -> int:
    with closing(sqlite3.connect(file)) as copy:
        count: int = copy.execute("SELECT count(*) FROM orders_accessrecord").fetchone()[0]
        return count


@contextmanager
def agents_at_work(app: App) -> Iterator[list[int]]:
    """Four people who open order after order. Yields the statuses they saw."""
    names = [f"agent{number}" for number in range(4)]
    for name in names:
        app.person(name)
    with opening_orders(app.url, names) as seen:
        yield seen


def copied(live_app: App, folder: Path) -> App:
    """The settings of a server whose database is a file of its own in `folder`."""
    env = live_app.environment | environment(
        CDPVIEWER_BIND=f"127.0.0.1:{free_port()}", DATABASE_URL=f"sqlite:///{folder}/own.sqlite3", CDPVIEWER_WORKERS="1"
    )
    return App("http://" + env["CDPVIEWER_BIND"], folder / "own.log", live_app.process, live_app.sandbox, env)


@contextmanager
def served(app: App) -> Iterator[subprocess.Popen[bytes]]:
    with app.log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"], env=app.environment, cwd=PROJECT, stdout=out, stderr=out
        )
    try:
        wait_until_it_answers(process, int(app.url.rpartition(":")[2]), app.log)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def test_a_backup_under_load_is_one_whole_state_and_serves_again(live_app: App, tmp_path: Path) -> None:
    backup = tmp_path / "one.backup"
    with agents_at_work(live_app) as seen:
        while len(seen) < 8:
            threading.Event().wait(0.05)
        before = AccessRecord.objects.count()
        done = manage(live_app, "backup", str(backup))
        after = AccessRecord.objects.count()
    print(f"\nbackup: {dict(Counter(seen))}, {after - before} records meanwhile")
    assert done.returncode == 0, done.stderr
    assert set(seen) == {200}
    assert before <= counted(backup) <= after
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["one.backup"]
    assert not CANARY.found_in(backup.read_bytes())

    own = copied(live_app, tmp_path)
    (tmp_path / "own.sqlite3").write_bytes(b"the disk was damaged, and this is what is left of the database")
    (tmp_path / "own.sqlite3-wal").write_bytes(b"what was still to be written into it")
    restored = manage(own, "restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert counted(tmp_path / "own.sqlite3") == counted(backup)
    assert not (tmp_path / "own.sqlite3-wal").exists()
    for command in ("check_credentials", "check_records"):
        assert manage(own, command).returncode == 0
    with served(own):
        with own.signed_in("agent0") as session:
            assert session.get(f"{own.url}/orders/B94TXY/", timeout=20).status_code == 200
        refused = manage(own, "restore", str(backup))
        assert refused.returncode == 1 and "stop all servers" in refused.stderr
    # What was viewed since is in the former file, and not in the restored one.
    since = counted(tmp_path / "own.sqlite3")
    again = manage(own, "restore", str(backup))
    (former,) = re.findall(r"previous database is (\S+):", again.stdout)
    assert since == counted(Path(former)) > counted(tmp_path / "own.sqlite3") == counted(backup)
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as copy, pytest.raises(sqlite3.IntegrityError):
        copy.execute("DELETE FROM orders_accessrecord")


def test_old_backups_are_removed(live_app: App, tmp_path: Path) -> None:
    by_hand = {
        f"{name}.backup" for name in ("another", "daily-before-2", "daily-20260103", "daily-20260104T000000Z-kept")
    }
    made = {f"daily-2026010{day}T000000Z.backup" for day in (1, 2, 3)}
    for name in by_hand | made:
        (tmp_path / name).touch()
    done = manage(live_app, "backup", str(tmp_path / "daily-{date}.backup"), "--keep", "2")
    assert done.returncode == 0, done.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert by_hand <= names
    third, new = sorted(names - by_hand)
    assert third == max(made) and re.fullmatch(r"daily-\d{8}T\d{6}Z\.backup", new)


def test_what_is_no_backup_is_refused_and_nothing_changes(live_app: App, tmp_path: Path) -> None:
    live_app.person()
    whole = tmp_path / "whole"
    assert manage(live_app, "backup", str(whole)).returncode == 0
    content = whole.read_bytes()
    own = copied(live_app, tmp_path)
    database = tmp_path / "own.sqlite3"
    database.write_bytes(content)
    cases = {"text": b"no database", "empty": b"", "cut": content[: len(content) // 2], "postgres": b"PGDMP and more"}
    newer = tmp_path / "newer"
    newer.write_bytes(content)
    with closing(sqlite3.connect(newer)) as copy, copy:
        copy.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('orders', '9999_later', '2026-01-01')")
    for name, damaged in cases.items():
        (tmp_path / name).write_bytes(damaged)
    for name in (*cases, "newer", "not-there"):
        done = manage(own, "restore", str(tmp_path / name))
        assert done.returncode == 1, name
        assert done.stderr.startswith("CommandError: Nothing was changed."), done.stderr
        assert database.read_bytes() == content, name
    assert "9999_later" in manage(own, "restore", str(newer)).stderr
    assert "already exists" in manage(own, "backup", str(whole)).stderr
    assert "cannot be written" in manage(own, "backup", str(tmp_path / "no-such-folder" / "file")).stderr
    assert Connection.objects.count() == 1
