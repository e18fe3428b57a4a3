"""Months of access records as partitions on PostgreSQL: created, filled, dropped, and as hard to change as the single table before."""

# ruff: noqa: S608  (the statements are put together from names of tables)
from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from orders.privacy import alone, partitions
from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import PROJECT
from tests.operations.test_clock_skew import Clock
from tests.postgres_server import Server, postgres
from tests.wiring.test_postgresql import RECORD

__all__ = ["postgres"]

# A record that was added without the key, to be removed before others are verified.
WRITTEN = RECORD.removesuffix("'', ''") + "'nobody', ''"
PAGES_WAIT = "-c lock_timeout=750ms -c statement_timeout=2s"
TODAY = datetime.now(UTC)
OLD = "360d"  # the first partition of a history of 460 days ends 398 days ago at the latest


def roles(postgres: Server) -> None:
    with postgres.connect() as superuser:
        for role in ("month_keeper", "month_pages"):
            if superuser.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                superuser.execute(f"CREATE ROLE {role} LOGIN".encode())


def database(postgres: Server, name: str, sandbox: Sandbox, static: Path) -> dict[str, str]:
    """Settings for an empty database of the role `month_keeper`, served as `month_pages`."""
    roles(postgres)
    with postgres.connect() as superuser:
        superuser.execute(f"CREATE DATABASE {name} OWNER month_keeper".encode())
    return on_postgres.settings(
        sandbox,
        static,
        DATABASE_URL=postgres.url(name, "month_pages"),
        CDPVIEWER_OWNER_DATABASE_URL=postgres.url(name, "month_keeper"),
    )


def run(env: dict[str, str], *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
    done = on_postgres.run(env, *arguments)
    assert bool(done.returncode) is fails, done.stdout + done.stderr
    return done


def manage(env: dict[str, str], *words: str, fails: bool = False) -> str:
    done = run(env, "manage.py", *words, fails=fails)
    return done.stdout + done.stderr


@contextmanager
def without_triggers(postgres: Server, name: str) -> Iterator[psycopg.Connection]:
    """A connection that bypasses all triggers, within the block."""
    with postgres.connect(name) as superuser:
        superuser.execute("SET session_replication_role = replica")
        yield superuser


TABLES = "SELECT relid::regclass::text FROM pg_partition_tree('orders_accessrecord') WHERE isleaf ORDER BY 1"
FILES = (
    "SELECT array_agg(pg_relation_filenode(indexrelid) ORDER BY indexrelid), max(pg_relation_filenode(indrelid)) FROM pg_index"
    " WHERE indrelid = to_regclass(%s)"
)
# All triggers, on the table and on each partition.
UNGUARDED = """SELECT relid::regclass, name FROM pg_partition_tree('orders_accessrecord'),
unnest(ARRAY['orders_accessrecord_no_change', 'orders_accessrecord_no_truncate']) AS name
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relid AND tgname = name AND tgenabled = 'O')"""

# All tables as they were before there were partitions.
BEFORE = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
call_command("migrate", "orders", "0023", verbosity=0)
for app in sorted(MigrationLoader(connection).migrated_apps - {"orders"}):
    call_command("migrate", app, verbosity=0)
"""

# Runs a command and prints PostgreSQL's messages about partitions that it attaches without reading them.
NOTICED = """
import sys
import django; django.setup()
from django.core.management import call_command
from django.db import connections
owner = connections["owner"]
owner.ensure_connection()
owner.connection.add_notice_handler(lambda notice: "is implied" in notice.message_primary and print(notice.message_primary))
owner.cursor().execute("SET client_min_messages = debug1")
call_command(*sys.argv[1:])
"""
IMPLIED = 'partition constraint for table "{}" is implied by existing constraints'
IMPLIED_IN_DEFAULT = 'updated partition constraint for default partition "orders_accessrecord_default" is implied by existing constraints'

# A partition for each month, and three records each ten days.
HISTORY = (
    on_postgres.WITH_MONTHS
    + """
from orders.privacy import append_only, record_rows
for days in range(460, -1, -10):
    for _record in range(3):
        columns = {"at": today - timedelta(days=days), "what": "order_opened", "order_ref": str(days)}
        append_only.add(connections["default"], {**record_rows.empty_record(), **columns})
"""
)


@pytest.fixture(scope="module")
def history(postgres: Server, running_sandbox: Sandbox, gathered_static: Path) -> dict[str, str]:
    """The settings of a database with a partition for each month of the last year."""
    env = database(postgres, "history", running_sandbox, gathered_static)
    run(env, "-c", HISTORY)
    return env


@pytest.fixture
def copy(
    history: dict[str, str], postgres: Server, request: pytest.FixtureRequest
) -> Iterator[tuple[str, dict[str, str]]]:
    """A copy of that database: its name and its settings."""
    name = "copy"
    with postgres.connect() as superuser:
        superuser.execute(f"CREATE DATABASE {name} TEMPLATE history OWNER month_keeper".encode())
    try:
        yield (
            name,
            history
            | {
                "DATABASE_URL": postgres.url(name, "month_pages"),
                "CDPVIEWER_OWNER_DATABASE_URL": postgres.url(name, "month_keeper"),
            },
        )
    finally:
        with postgres.connect() as superuser:
            superuser.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def answer(connection: psycopg.Connection, statement: str, *values: object) -> object:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


@contextmanager
def writing(postgres: Server, name: str, at: datetime) -> Iterator[list[str]]:
    """Add records and read the newest, as pages do, until the end of the block; yields the messages of failures."""
    failed: list[str] = []
    written, ends = [0], threading.Event()

    def write() -> None:
        with postgres.connect(name, "month_pages", options=PAGES_WAIT) as pages:
            while not ends.wait(0.02):  # a hundred pages a second
                try:
                    pages.execute(WRITTEN, [at])
                    with pages.transaction():  # as when the heads of other chains are noted
                        pages.execute("SELECT id FROM orders_accessrecord ORDER BY at DESC LIMIT 1")
                        pages.execute(WRITTEN, [at])
                    written[0] += 1
                except psycopg.Error as error:
                    failed.append(str(error))

    with ThreadPoolExecutor(2) as writers:
        try:
            for _writer in range(2):
                writers.submit(write)
            yield failed
        finally:
            ends.set()
    assert written[0] > 0


def test_the_table_becomes_a_partition_as_it_is_while_pages_write(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    env = database(postgres, "divided", running_sandbox, gathered_static)
    run(env | {"DATABASE_URL": env["CDPVIEWER_OWNER_DATABASE_URL"]}, "-c", BEFORE)
    with postgres.connect("divided", "month_keeper") as keeper:
        keeper.execute(f"{RECORD} FROM generate_series(1, 20000)", [TODAY - timedelta(days=300)])
        keeper.execute("GRANT SELECT ON orders_accessrecord TO PUBLIC")
        keeper.execute("GRANT INSERT ON orders_accessrecord TO month_pages")
        before = keeper.execute("SELECT * FROM orders_accessrecord ORDER BY id").fetchall()
        files = answer(keeper, FILES, "orders_accessrecord")
        manage(env, "backup", str(tmp_path / "before"))
        with writing(postgres, "divided", TODAY) as failed:
            manage(env, "migrate", "--verbosity=0")
        assert failed == []
        after = keeper.execute("SELECT * FROM orders_accessrecord ORDER BY id").fetchall()
        assert after[: len(before)] == before and len(after) > len(before)
        assert [row[0] for row in after] == sorted({row[0] for row in after})
        assert answer(keeper, FILES, "orders_accessrecord_first") == files, "something was rebuilt"
        assert answer(keeper, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'orders_accessrecord_first'::regclass AND contype = 'c'") == 0  # fmt: skip
        assert keeper.execute(UNGUARDED).fetchall() == []
        assert keeper.execute("SELECT inhrelid FROM pg_inherits JOIN pg_index ON indexrelid = inhparent WHERE NOT indisvalid").fetchall() == []  # fmt: skip
    for _time in range(2):
        manage(env, "migrate", "--verbosity=0")
    # A backup from before is restored over partitions, and divided again, this time by a superuser.
    manage(env, "restore", str(tmp_path / "before"))
    done = run(env | {"CDPVIEWER_OWNER_DATABASE_URL": postgres.url("divided")}, "-c", NOTICED, "migrate")
    assert IMPLIED.format("orders_accessrecord_first") in done.stdout
    with postgres.connect("divided", "month_keeper") as keeper:
        assert answer(keeper, "SELECT array_agg(DISTINCT relowner::regrole::text) FROM pg_class, pg_partition_tree('orders_accessrecord') WHERE oid = relid") == ["month_keeper"]  # fmt: skip
        assert keeper.execute("SELECT * FROM orders_accessrecord ORDER BY id").fetchall() == before
        assert keeper.execute(UNGUARDED).fetchall() == []


def test_each_month_has_a_partition_two_months_ahead(history: dict[str, str], postgres: Server) -> None:
    with postgres.connect("history") as superuser:
        tables = [str(name) for (name,) in superuser.execute(TABLES)]
        assert superuser.execute(UNGUARDED).fetchall() == []
        assert answer(superuser, "SELECT count(*) FROM orders_accessrecord_default") == 0
    months = [name.removeprefix("orders_accessrecord_") for name in tables]
    assert months[-2:] == ["default", "first"] and 14 <= len(months) - 2 <= 17
    ahead = TODAY.replace(day=1)
    for _month in range(2):
        ahead = (ahead + timedelta(days=31)).replace(day=1)
    assert months[-3] == f"{ahead:%Y%m}"
    assert "0 faults" in manage(history, "check_records")


OF_THE_OWNER = (
    "DELETE FROM {}",
    "UPDATE {} SET user_name = 'y'",
    "UPDATE {} SET at = at + interval '1 month'",
    "TRUNCATE {}",
)
OF_ANYBODY = ("SELECT * FROM {}", "INSERT INTO {} SELECT * FROM orders_accessrecord LIMIT 1", "DROP TABLE {}")


def test_no_partition_lets_a_record_go(history: dict[str, str], postgres: Server) -> None:
    with postgres.connect("history") as superuser:
        tables = ["orders_accessrecord", *(str(name) for (name,) in superuser.execute(TABLES))]
        count = answer(superuser, "SELECT count(*) FROM orders_accessrecord")
    with postgres.connect("history", "month_keeper") as keeper, postgres.connect("history", "month_pages") as pages:
        keeper.execute(RECORD, [TODAY + timedelta(days=4000)])
        for table in tables:
            held = answer(keeper, f"SELECT count(*) FROM {table}")
            for statement in OF_THE_OWNER:
                if held or statement.startswith("TRUNCATE"):
                    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                        keeper.execute(statement.format(table).encode())
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    pages.execute(statement.format(table).encode())
            for statement in OF_ANYBODY[2 if table == "orders_accessrecord" else 0 :]:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    pages.execute(statement.format(table).encode())
        assert answer(pages, "SELECT count(*) FROM orders_accessrecord") == int(str(count)) + 1
    with without_triggers(postgres, "history") as superuser:
        superuser.execute("DELETE FROM orders_accessrecord_default")


def test_a_prune_drops_whole_months_and_the_rest_still_proves(
    copy: tuple[str, dict[str, str]], postgres: Server, tmp_path: Path
) -> None:
    name, env = copy
    limit = (TODAY - timedelta(days=360)).replace(hour=0, minute=0, second=0, microsecond=0)
    manage(env, "backup", str(tmp_path / "backup"))
    with postgres.connect(name) as superuser:
        count = answer(superuser, "SELECT count(*) FROM orders_accessrecord")
        older = answer(superuser, "SELECT count(*) FROM orders_accessrecord WHERE at < %s", limit)
    with writing(postgres, name, TODAY) as failed, postgres.connect(name, "month_pages") as reader:
        # A reader that the first attempts have to wait for, and no page with them.
        process = subprocess.Popen(
            [sys.executable, "manage.py", "prune_access_records", "--older-than", OLD],
            env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with reader.transaction():
            reader.execute("SELECT count(*) FROM orders_accessrecord")
            with postgres.connect() as superuser:
                refused = "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'month_keeper' AND wait_event_type = 'Lock'"
                while not (had_to_wait := answer(superuser, refused)) and process.poll() is None:
                    pass
        assert had_to_wait
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert failed == []
    assert out.startswith(f"removed: {older} "), out
    with postgres.connect(name) as superuser:
        tables = [str(table) for (table,) in superuser.execute(TABLES)]
        assert "orders_accessrecord_first" not in tables
        assert min(tables) == f"orders_accessrecord_{limit:%Y%m}"
        assert answer(superuser, "SELECT count(*) FROM orders_accessrecord WHERE at < %s", limit) == 0
        left = "SELECT count(*) FROM orders_accessrecord WHERE chain <> '' AND what = 'order_opened'"
        assert answer(superuser, left) == answer(superuser, f"{left} AND at >= %s", limit)
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM orders_accessrecord WHERE chain = 'nobody'")
    assert "0 faults" in manage(env, "check_records")
    kept = next(table for table in reversed(tables) if table[-6:] == f"{TODAY - timedelta(days=100):%Y%m}")
    with without_triggers(postgres, name) as superuser:
        superuser.execute(f"DELETE FROM {kept} WHERE link = 2".encode())
    assert "is missing before row" in manage(env, "check_records", fails=True)
    with without_triggers(postgres, name) as superuser:
        superuser.execute(f"DROP TABLE {kept}".encode())
    assert "its end was removed" in manage(env, "check_records", fails=True)
    # The backup restores all of it.
    manage(env, "restore", str(tmp_path / "backup"))
    manage(env, "migrate", "--verbosity=0")
    with postgres.connect(name) as superuser:
        assert answer(superuser, "SELECT count(*) FROM orders_accessrecord") == count
        assert superuser.execute(UNGUARDED).fetchall() == []
    assert "0 faults" in manage(env, "check_records")


# Refuses deletes by anybody, in every partition.
NEVER_DELETED = """
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a record was deleted'; END $$;
CREATE TRIGGER never BEFORE DELETE ON orders_accessrecord FOR EACH ROW EXECUTE FUNCTION never();
"""


def test_whole_months_are_dropped_and_no_record_is_deleted(copy: tuple[str, dict[str, str]], postgres: Server) -> None:
    name, env = copy
    month = (TODAY - timedelta(days=360)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with postgres.connect(name) as superuser:
        kept = answer(superuser, "SELECT count(*) FROM orders_accessrecord WHERE at >= %s", month)
        superuser.execute(NEVER_DELETED)
    begun = datetime.now(UTC)
    assert "removed: " in manage(env, "prune_access_records", "--older-than", OLD, "--whole-months")
    with postgres.connect(name) as superuser:
        tables = [str(table) for (table,) in superuser.execute(TABLES)]
        assert min(tables) == f"orders_accessrecord_{month:%Y%m}"
        assert answer(superuser, "SELECT count(*) FROM orders_accessrecord WHERE at < %s", begun) == kept
        count = answer(superuser, "SELECT count(*) FROM orders_accessrecord")
    assert "0 faults" in manage(env, "check_records")
    # The planner's statistics for all months together, which are not collected again the next day.
    gathered = (
        "SELECT last_analyze, reltuples, (SELECT count(*) FROM pg_stats WHERE tablename = 'orders_accessrecord' AND inherited) > 10"
        " FROM pg_class JOIN pg_stat_all_tables ON relid = pg_class.oid WHERE pg_class.oid = 'orders_accessrecord'::regclass"
    )
    with postgres.connect(name) as superuser:
        first = superuser.execute(gathered.encode()).fetchone()
        assert first is not None and first[0] is not None and first[1:] == (count, True)
        manage(env, "prune_access_records", "--older-than", OLD, "--whole-months")
        assert superuser.execute(gathered.encode()).fetchone() == first


@pytest.mark.parametrize("count", [2_500, 6_000], ids=["few", "many"])
def test_records_of_months_that_were_not_prepared_are_moved_if_few_and_hold_up_no_later_month(
    copy: tuple[str, dict[str, str]], postgres: Server, count: int
) -> None:
    name, env = copy
    starts = [partitions.month_of(TODAY)]
    for _month in range(partitions.MONTHS_AHEAD):
        starts.append(partitions.month_after(starts[-1]))
    months = {f"orders_accessrecord_{start:%Y%m}": start for start in starts}
    with postgres.connect(name) as superuser:
        for month in months:
            superuser.execute(f"ALTER TABLE orders_accessrecord DETACH PARTITION {month}".encode())
            superuser.execute(f"INSERT INTO orders_accessrecord SELECT * FROM {month}".encode())
            superuser.execute(f"DROP TABLE {month}".encode())
        superuser.execute(f"{WRITTEN} FROM generate_series(1, {count})", [TODAY])
        stay = [
            month
            for month, start in months.items()
            if count > partitions.MOST_MOVED and start < TODAY + partitions.SPARE
        ]
        with writing(postgres, name, TODAY) as failed:
            done = run(env, "-c", NOTICED, "prune_access_records", "--older-than=400d", fails=bool(stay))
        assert failed == []
        output = done.stdout + done.stderr
        assert (IMPLIED_IN_DEFAULT in output) is (count > partitions.MOST_MOVED)
        assert sorted(set(re.findall(r"_(\d{6})\b", output))) == [month[-6:] for month in stay], output
        assert "\nremoved: " in f"\n{output}" and "\nremoved: 0 " not in f"\n{output}"
        tables = [str(table) for (table,) in superuser.execute(TABLES)]
        assert {month for month in months if month not in tables} == set(stay)
        held = "orders_accessrecord_default" if stay else next(iter(months))
        cursor = superuser.execute(
            "SELECT DISTINCT tableoid::regclass::text FROM orders_accessrecord WHERE at = %s", [TODAY]
        )
        assert cursor.fetchall() == [(held,)]
        assert answer(superuser, f"SELECT count(*) > {count} FROM {held}")
        assert superuser.execute("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = 'orders_accessrecord_default'::regclass").fetchall() == []  # fmt: skip
        assert superuser.execute(UNGUARDED).fetchall() == []
    with without_triggers(postgres, name) as superuser:
        superuser.execute("DELETE FROM orders_accessrecord WHERE chain = 'nobody'")
    assert "0 faults" in manage(env, "check_records")


def test_a_default_partition_that_is_empty_but_large_is_not_read_while_pages_wait(
    copy: tuple[str, dict[str, str]], postgres: Server
) -> None:
    name, env = copy
    latest = TODAY.replace(day=1)
    for _month in range(partitions.MONTHS_AHEAD):
        latest = partitions.month_after(latest)
    with postgres.connect(name) as superuser, without_triggers(postgres, name) as keeper:
        superuser.execute(f"DROP TABLE orders_accessrecord_{latest:%Y%m}".encode())
        superuser.execute("ALTER TABLE orders_accessrecord_default SET (autovacuum_enabled = off)")
        superuser.execute(f"{WRITTEN} FROM generate_series(1, 400000)", [TODAY + timedelta(days=4000)])
        keeper.execute("DELETE FROM orders_accessrecord_default")
        size = answer(superuser, "SELECT pg_relation_size('orders_accessrecord_default')")
        assert isinstance(size, int) and size > partitions.MOST_READ
    done = run(env, "-c", NOTICED, "prune_access_records", "--older-than=400d", "--whole-months")
    assert IMPLIED_IN_DEFAULT in done.stdout
    with postgres.connect(name) as superuser:
        assert (f"orders_accessrecord_{latest:%Y%m}",) in superuser.execute(TABLES).fetchall()


def prune(env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "prune_access_records", "--older-than", OLD, "--whole-months"],
        env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_prunes_at_once_remove_and_record_it_once(copy: tuple[str, dict[str, str]], postgres: Server) -> None:
    name, env = copy
    with postgres.connect(name, "month_pages") as reader, postgres.connect(name) as superuser:
        activity = f"FROM pg_stat_activity WHERE datname = '{name}' AND usename = 'month_keeper'"
        with reader.transaction():
            reader.execute("SELECT count(*) FROM orders_accessrecord")
            both = [prune(env) for _number in range(2)]
            # Each has requested the lock or already has it, and one of them waits for the reader.
            while not answer(superuser, f"SELECT count(*) FILTER (WHERE query LIKE '%%advisory%%') = 2 AND bool_or(wait_event_type = 'Lock') {activity}"):  # fmt: skip
                assert [process.poll() for process in both] == [None, None]
        outputs = [process.communicate(timeout=120) for process in both]
        assert [process.returncode for process in both] == [0, 0], outputs
        assert sorted(out.startswith("removed: 0 ") for out, _err in outputs) == [False, True]
        assert answer(superuser, "SELECT count(*) FROM orders_accessrecord WHERE what = 'records_pruned'") == 1
    assert "0 faults" in manage(env, "check_records")


# Prunes, but waits for a migration only briefly.
IMPATIENT = f"""
import django; django.setup()
from django.core.management import ManagementUtility
from orders.privacy import alone
alone.PATIENCE = 0.5
ManagementUtility(["manage.py", "prune_access_records", "--older-than", "{OLD}"]).execute()
"""


def test_a_prune_during_a_migration_or_after_one_that_fails_says_so_and_records_it_once(
    copy: tuple[str, dict[str, str]], postgres: Server
) -> None:
    name, env = copy
    pruned = "SELECT count(*) FROM orders_accessrecord WHERE what = 'records_pruned'"
    with postgres.connect(name) as migration:
        count = answer(migration, "SELECT count(*) FROM orders_accessrecord")
        migration.execute("SELECT pg_advisory_lock(%s)", [alone.NUMBER])
        err = run(env, "-c", IMPATIENT, fails=True).stderr
        assert (
            err
            == "CommandError: A migration or a prune of this database is running. No records were removed. Run it again.\n"
        )
        assert answer(migration, "SELECT count(*) FROM orders_accessrecord") == count
        assert answer(migration, pruned) == 0
    with postgres.connect(name) as backup:
        with backup.transaction():
            backup.execute("SELECT count(*) FROM orders_accessrecord")
            process = prune(env)
            _out, err = process.communicate(timeout=120)
            assert process.returncode == 1 and "Run it again." in err and "Traceback" not in err, err
        process = prune(env)
        _out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert answer(backup, pruned) == 1


@pytest.mark.parametrize("skew", ["+2d", "-2m"])
def test_a_host_with_a_wrong_clock_prunes_nothing(
    copy: tuple[str, dict[str, str]], postgres: Server, tmp_path: Path, skew: str
) -> None:
    name, env = copy
    clock = Clock(tmp_path / "clock")
    clock.set(skew)
    with postgres.connect(name) as superuser:
        count = answer(superuser, "SELECT count(*) FROM orders_accessrecord")
        err = manage(env | clock.env, "prune_access_records", "--older-than", OLD, fails=True)
        assert re.fullmatch(
            r"CommandError: The clock of this host is \d+ s off the database's. Nothing was removed.\n", err
        )
        assert answer(superuser, "SELECT count(*) FROM orders_accessrecord") == count


def test_an_autovacuum_gives_way_to_a_prune(copy: tuple[str, dict[str, str]], postgres: Server) -> None:
    name, env = copy
    with postgres.connect(name) as superuser:
        superuser.execute(f"{WRITTEN} FROM generate_series(1, 20000)", [TODAY - timedelta(days=470)])
        # It would take many minutes.
        superuser.execute(
            "ALTER TABLE orders_accessrecord_first SET (autovacuum_vacuum_insert_threshold = 0, autovacuum_vacuum_insert_scale_factor = 0,"
            " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)"
        )
        superuser.execute("SELECT pg_stat_force_next_flush()")
        superuser.execute("ALTER SYSTEM SET autovacuum_naptime = 1")
        superuser.execute("SELECT pg_reload_conf()")
        try:
            vacuum = "SELECT count(*) > 0 FROM pg_stat_progress_vacuum WHERE relid = to_regclass('orders_accessrecord_first')"
            limit = time.monotonic() + 120
            while not answer(superuser, vacuum):
                assert time.monotonic() < limit
            with writing(postgres, name, TODAY) as failed:
                assert "removed: 200" in manage(env, "prune_access_records", "--older-than", OLD, "--whole-months")
            assert failed == []
            assert answer(superuser, "SELECT to_regclass('orders_accessrecord_first') IS NULL")
        finally:
            superuser.execute("ALTER SYSTEM RESET autovacuum_naptime")
            superuser.execute("SELECT pg_reload_conf()")


INDEXED = """
import sys
import django; django.setup()
from datetime import timedelta
from unittest import mock
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from orders.migrations._index_beside_writers import AddIndexBesideWriters
from orders.privacy import partitions
owner = connections["owner"]
before = MigrationLoader(owner).project_state()
index = models.Index(fields=["reference", "-at"], condition=~models.Q(what="order_opened"), name="tried")
added = AddIndexBesideWriters("accessrecord", index)
added.state_forwards("orders", after := before.clone())
with owner.schema_editor(atomic=False) as editor:
    added.database_forwards("orders", editor, before, after)
later = timezone.now() + timedelta(days=200)
with mock.patch.object(timezone, "now", lambda: later):
    assert partitions.prepare(owner) == []
"""
# The index of each table, by table: whether it is valid, and part of the parent's index.
TRIED = """SELECT relid::regclass::text, isleaf, indisvalid, EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)
FROM pg_partition_tree('orders_accessrecord') LEFT JOIN pg_index ON indrelid = relid AND pg_get_indexdef(indexrelid) LIKE '%(reference, at DESC)%'"""


def test_an_index_is_added_to_each_month_while_pages_write_and_after_an_interruption(
    copy: tuple[str, dict[str, str]], postgres: Server
) -> None:
    name, env = copy
    with postgres.connect(name) as superuser, writing(postgres, name, TODAY) as failed:
        with postgres.connect(name) as holder, holder.transaction():
            # The index of this table, in the middle of the sequence, waits for the holder, and is never finished.
            held = f"orders_accessrecord_{TODAY - timedelta(days=100):%Y%m}"
            holder.execute(f"LOCK TABLE {held} IN ROW EXCLUSIVE MODE".encode())
            process = subprocess.Popen(
                [sys.executable, "-c", INDEXED],
                env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            waits = f"FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY %% ON {held} %%'"
            while process.poll() is None and not answer(superuser, f"SELECT count(pg_terminate_backend(pid)) {waits}"):
                pass
            _out, err = process.communicate(timeout=120)
            assert process.returncode == 1 and "terminating connection" in err, err
        interrupted = superuser.execute(TRIED.encode()).fetchall()
        assert {valid for _table, _leaf, valid, _attached in interrupted} == {True, False, None}
        run(env, "-c", INDEXED)
        tried = superuser.execute(TRIED.encode()).fetchall()
    assert failed == []
    assert len(tried) == len(interrupted) + 3
    assert {row[1:] for row in tried} == {(True, True, True), (False, True, False)}, tried


REPEATED = {
    "a link, in another month": ("id + 1000000, at + interval '40 days'", "occurs twice"),
    "a row's number, in another month": ("id, at + interval '40 days'", "occurs in two partitions"),
}


@pytest.mark.parametrize("what", REPEATED)
def test_a_row_repeated_in_another_partition_is_reported(
    copy: tuple[str, dict[str, str]], postgres: Server, what: str
) -> None:
    name, env = copy
    columns, fault = REPEATED[what]
    with postgres.connect(name, "month_pages") as pages:
        names = [str(column) for (column,) in pages.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'orders_accessrecord' AND column_name NOT IN ('id', 'at')")]  # fmt: skip
        listed = ", ".join(names)
        pages.execute(
            f"INSERT INTO orders_accessrecord (id, at, {listed}) SELECT {columns}, {listed} FROM orders_accessrecord"
            " WHERE order_ref = '200' AND link = (SELECT max(link) FROM orders_accessrecord WHERE order_ref = '200')".encode()
        )
    assert fault in manage(env, "check_records", fails=True)


CONNECTIONS, LOCKS = 95, 290  # docs/operating.md

# Prints the reads of the auditor's activity page.
READS = """
import json
import django; django.setup()
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
client = Client(HTTP_HOST="localhost")
client.force_login(User.objects.create_superuser("auditor"))
with CaptureQueriesContext(connection) as sent:
    assert client.get("/activity/").status_code == 200
print(json.dumps([one["sql"] for one in sent if one["sql"].startswith(("SELECT", "WITH RECURSIVE"))]))
"""


def test_all_connections_can_read_the_activity_at_once_and_a_warning_comes_before_they_cannot(
    copy: tuple[str, dict[str, str]], postgres: Server
) -> None:
    name, env = copy
    reads = json.loads(run(env, "-c", READS).stdout.splitlines()[-1])
    assert sum("orders_accessrecord" in statement for statement in reads) >= 3
    with ExitStack() as readers, postgres.connect() as superuser:
        for _connection in range(CONNECTIONS):
            reader = readers.enter_context(postgres.connect(name, "month_pages"))
            readers.enter_context(reader.transaction())  # keeps the locks of all reads of a page; pages do without it
            for statement in reads:
                reader.execute(statement.encode())
        held = (
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE usename = 'month_pages' GROUP BY pid"
        )
        locks = [count for (count,) in superuser.execute(held)]
    assert len(locks) == CONNECTIONS and max(locks) <= LOCKS
    warning = "max_locks_per_transaction, which is 64, to "
    assert warning not in manage(env, "check", "--database", "default")
    with postgres.connect(name) as superuser:
        for year in range(TODAY.year + 1, TODAY.year + 11):
            superuser.execute(f"CREATE TABLE year_{year} PARTITION OF orders_accessrecord FOR VALUES FROM ('{year}-06-01') TO ('{year}-07-01')".encode())  # fmt: skip
    assert warning in manage(env, "check", "--database", "default")
