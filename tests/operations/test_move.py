"""From SQLite to PostgreSQL: a rehearsal while agents work, the move itself while they do not, and serving from the new database."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from orders.models import AccessRecord
from tests.live import App, wait_until_it_answers
from tests.operations.test_backup import agents_at_work, copied, manage, served
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

pytestmark = pytest.mark.operations


def rows(postgres: Server, database: str, table: str) -> int:
    with postgres.connect(database) as connection:
        count: int = connection.execute(
            f"SELECT count(*) FROM {table}".encode()  # noqa: S608  (a name of ours)
        ).fetchone()[0]  # type: ignore[index]
        return count


def processes(app: App) -> set[int]:
    main = app.process.pid
    return {int(pid) for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split()}


def begin_new_chains(app: App) -> None:
    """Replace the server's processes, whose chains continue records that were removed at the end of another test."""
    before = processes(app)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    while processes(app) & before or not processes(app):
        threading.Event().wait(0.05)
    wait_until_it_answers(app.process, int(app.url.rpartition(":")[2]), app.log)


def test_a_rehearsal_under_load_and_the_move(live_app: App, tmp_path: Path, postgres: Server) -> None:
    rehearsed, moved = postgres.new_database("rehearsed"), postgres.new_database("moved")
    begin_new_chains(live_app)
    with agents_at_work(live_app) as seen:
        while AccessRecord.objects.count() < 40:
            threading.Event().wait(0.05)
        before = AccessRecord.objects.count()
        refused = manage(live_app, "move_to", moved)
        done = manage(live_app, "move_to", "--rehearsal", rehearsed)
        after = AccessRecord.objects.count()
    assert set(seen) == {200}
    assert refused.returncode == 1 and "stop all servers first" in refused.stderr
    assert rows_made(postgres, "moved") == 0
    assert done.returncode == 0, done.stderr
    assert before <= rows(postgres, "rehearsed", "orders_accessrecord") <= after

    own = copied(live_app, tmp_path)
    backup = tmp_path / "own.sqlite3"
    assert manage(live_app, "backup", str(backup)).returncode == 0
    done = manage(own, "move_to", moved)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(backup)) as source:
        tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in tables if not name.startswith("sqlite_")]
        for table in tables:
            (count,) = source.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  (a name of the schema)
            assert rows(postgres, "moved", table) == count, table
    assert len(tables) > 15 and rows(postgres, "moved", "orders_accessrecord") >= before

    again = manage(own, "move_to", moved)
    assert again.returncode == 1 and "not empty: there are rows in" in again.stderr, again.stderr
    there = replace(own, environment={**own.environment, "DATABASE_URL": moved})
    for command in ("migrate", "check_credentials", "check_records"):
        checked = manage(there, command)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    with served(there), there.signed_in("agent0") as session:
        assert session.get(f"{there.url}/orders/B94TXY/", timeout=20).status_code == 200
        assert session.get(f"{there.url}/activity/", timeout=20).status_code == 200
    with postgres.connect("moved") as connection, pytest.raises(Exception, match="append-only"):
        connection.execute("DELETE FROM orders_accessrecord")


def rows_made(postgres: Server, database: str) -> int:
    """The number of tables: zero before the first move."""
    with postgres.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert row is not None
        return int(row[0])


def test_what_cannot_be_moved_changes_nothing(live_app: App, tmp_path: Path, postgres: Server) -> None:
    live_app.person()
    own = copied(live_app, tmp_path)
    assert manage(live_app, "backup", str(tmp_path / "own.sqlite3")).returncode == 0
    target = postgres.new_database("refusing")
    missing = f"{target.removesuffix('refusing')}not-there"
    for url, reason in (
        (f"sqlite:///{tmp_path}/other.sqlite3", "names no PostgreSQL database"),
        ("mysql://u:secret@127.0.0.1/other", "names no PostgreSQL database"),
        ("nonsense", "names no PostgreSQL database"),
        (missing, "is not responding"),
    ):
        done = manage(own, "move_to", url)
        assert done.returncode == 1 and reason in done.stderr and "Traceback" not in done.stderr, done.stderr
    # A value that SQLite accepts and PostgreSQL does not: none of it is shown, and the tables stay empty.
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as broken, broken:
        broken.execute("UPDATE auth_user SET last_name = 'secret' || char(0)")
    done = manage(own, "move_to", target)
    assert done.returncode == 1 and "Nothing was moved." in done.stderr and "secret" not in done.stderr, done.stderr
    assert rows(postgres, "refusing", "auth_user") == 0
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as database, database:
        database.execute("UPDATE auth_user SET last_name = ''")
    done = manage(own, "move_to", target)
    assert done.returncode == 0, done.stderr
    there = replace(own, environment={**own.environment, "DATABASE_URL": target})
    done = manage(there, "move_to", target)
    assert done.returncode == 1 and "is not SQLite" in done.stderr
