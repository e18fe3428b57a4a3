"""PostgreSQL as companies run it: two roles, migrations while a server runs, and a pooler in between."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import PROJECT, free_port
from tests.panels import PANELS_OF_AN_ORDER
from tests.pooler import pooling
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

NAME = "two_roles"
ORDER = "/orders/d680c9be-4c07-4731-857e-9602034b15f2/"


@pytest.fixture(scope="module")
def env(postgres: Server, running_sandbox: Sandbox, gathered_static: Path) -> dict[str, str]:
    """A migrated database of the role `keeper`, and settings for the pages as the role `pages`."""
    with postgres.connect() as superuser:
        superuser.execute("CREATE ROLE keeper LOGIN")
        superuser.execute("CREATE ROLE pages LOGIN")
        superuser.execute(f"CREATE DATABASE {NAME} OWNER keeper".encode())
    settings = on_postgres.settings(
        running_sandbox,
        gathered_static,
        DATABASE_URL=postgres.url(NAME, "pages"),
        CDPVIEWER_OWNER_DATABASE_URL=postgres.url(NAME, "keeper"),
    )
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT)):
        done = on_postgres.run(settings, *arguments)
        assert done.returncode == 0, done.stderr
    return settings


def migrate(env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate"],
        env=env, cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


OLD = datetime.now(UTC) - timedelta(days=500)
RECORD = (
    "INSERT INTO orders_accessrecord (at, user_name, what, order_ref, reference, route, connection_name, outcome, request_id, ticket,"
    " subject, about_name, detail, chain, seal) SELECT %s, 'x', 'order_opened', '', '', '', '', '', '', '', '', '', '', '', ''"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_accessrecord SET user_name = 'y'",
        "DELETE FROM orders_accessrecord",
        "SELECT set_config('cdpviewer.prune_before', '2999-01-01', false); DELETE FROM orders_accessrecord",
        "SELECT orders_accessrecord_prune('2999-01-01', 10)",
        "TRUNCATE orders_accessrecord",
        "ALTER TABLE orders_accessrecord DISABLE TRIGGER ALL",
        "DROP TRIGGER orders_accessrecord_no_change ON orders_accessrecord",
        "CREATE OR REPLACE FUNCTION orders_accessrecord_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP TABLE orders_accessrecord",
        "DELETE FROM auth_user",
        "DELETE FROM django_migrations",
        "CREATE TABLE mine (id integer)",
    ],
)
def test_the_role_of_the_pages_may_not(env: dict[str, str], postgres: Server, statement: str) -> None:
    with postgres.connect(NAME, "pages") as pages:
        pages.execute(RECORD, [OLD])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pages.execute(statement.encode())
        assert pages.execute("SELECT count(*) > 0 FROM orders_accessrecord").fetchone() == (True,)


def test_a_role_that_was_given_delete_by_mistake_still_removes_no_record(env: dict[str, str], postgres: Server) -> None:
    with postgres.connect(NAME, "keeper") as keeper, postgres.connect(NAME, "pages") as pages:
        pages.execute(RECORD, [OLD])
        keeper.execute("GRANT DELETE ON orders_accessrecord TO pages")
        try:
            pages.execute("SELECT set_config('cdpviewer.prune_before', '2999-01-01', false)")
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                pages.execute("DELETE FROM orders_accessrecord")
        finally:
            keeper.execute("REVOKE DELETE ON orders_accessrecord FROM pages")


def test_the_owner_prunes_and_nothing_else_goes(env: dict[str, str], postgres: Server) -> None:
    with postgres.connect(NAME, "pages") as pages:
        pages.execute(RECORD, [OLD])
        pages.execute(RECORD, [datetime.now(UTC)])
        pruned = on_postgres.run(env, "manage.py", "prune_access_records", "--older-than", "400d")
        assert pruned.returncode == 0, pruned.stderr
        assert pages.execute(
            "SELECT count(*) FROM orders_accessrecord WHERE at < now() - interval '400 days'"
        ).fetchone() == (0,)
        assert pages.execute("SELECT count(*) > 1 FROM orders_accessrecord").fetchone() == (True,)


def test_the_records_are_proved_as_the_owner_to_whom_no_limit_of_pages_applies(env: dict[str, str]) -> None:
    away = env | {"DATABASE_URL": f"postgres://pages@127.0.0.1:{free_port()}/{NAME}"}
    checked = on_postgres.run(away, "manage.py", "check_records", "--days", "2")
    assert checked.returncode == 0 and " chains since 2" in checked.stdout, checked.stderr


def test_the_records_are_proved_without_a_copy_of_all_of_them_on_the_server(
    env: dict[str, str], postgres: Server
) -> None:
    log = postgres.folder / "log"
    with postgres.connect() as superuser:
        superuser.execute("ALTER ROLE keeper SET log_min_messages = 'log'")
        superuser.execute("ALTER ROLE keeper SET log_statement = 'all'")
        before = log.stat().st_size
        try:
            on_postgres.run(env, "manage.py", "check_records")
        finally:
            superuser.execute("ALTER ROLE keeper RESET ALL")
    logged = log.read_text()[before:]
    assert '"orders_accessrecord"."seal"' in logged
    assert "DECLARE" not in logged  # a cursor outside a transaction copies its whole result into temporary files
    assert "BEGIN" not in logged  # a transaction would stay open for hours


def test_pages_work_with_what_their_role_may(env: dict[str, str], tmp_path: Path) -> None:
    with on_postgres.serving(env, tmp_path) as served:
        assert served.get("/").status_code == 200
        assert served.get(ORDER).status_code == 200
        assert served.get("/activity/").status_code == 200
        assert served.get("/readyz").status_code == 200


COUNTED = f"""
import json
import django; django.setup()
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from orders.models.members import update
from orders.models.shared import SharedConnection, grant
from orders.models import Connection
member, team = User.objects.create(username="member"), Group.objects.create(name="Team")
member.groups.add(team)
shared, own = SharedConnection(name="Shared", region="sandbox"), Connection.objects.get().open_sealed()
shared.set_credentials(client_key=own.client_key, token=own.token)
shared.keep(None)
grant(shared, [team], by=None)
update(shared)
for person, connection_name in (("agent", "Sandbox"), ("member", "Shared")):
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username=person))
    pages = ("{ORDER}", f"{ORDER}?connection={{connection_name}}", "/orders/B94TXY/")
    panels = ["{ORDER}" + panel for panel in {PANELS_OF_AN_ORDER}]
    for address in (*pages, *panels):
        views = []
        for _view in range(3):
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(address)
            if answer.status_code == 200:  # the first page of a process may find a busy machine
                views.append([each["sql"] for each in seen])
        # Once a minute a page also notes that session and connection are in use.
        print(json.dumps([person, address, *min(views, key=len)]))
"""


# The statements that each page waits for, by the tables they name: session and person, the connection, the record.
# Together with the connection, a panel reads the reference and route for its record, and the person's right to reveal.
PAGE = ("auth_user", "orders_viewcount", "INSERT INTO orders_accessrecord")
PANEL = ("auth_user", "orders_viewcount.*orders_accessrecord.*auth_permission", "INSERT INTO orders_accessrecord")


def test_an_order_page_and_its_panels_wait_for_three_statements(env: dict[str, str]) -> None:
    counted = on_postgres.run({**env, "CDPVIEWER_VIEWS_A_MINUTE": "60"}, "-c", COUNTED)
    assert counted.returncode == 0, counted.stderr
    pages = [json.loads(line) for line in counted.stdout.splitlines()]
    assert len(pages) == 2 * (3 + len(PANELS_OF_AN_ORDER))
    for _person, address, *statements in pages:
        tables = PANEL if address.removeprefix(ORDER) in PANELS_OF_AN_ORDER else PAGE
        assert len(statements) == len(tables), (address, statements)
        for statement, table in zip(statements, tables, strict=True):
            assert re.search(table, statement, re.DOTALL), (address, statement)


def test_two_migrations_at_once_do_it_once(env: dict[str, str], postgres: Server) -> None:
    with postgres.connect() as superuser:
        superuser.execute("CREATE DATABASE twice OWNER keeper")
    urls = {
        "DATABASE_URL": postgres.url("twice", "pages"),
        "CDPVIEWER_OWNER_DATABASE_URL": postgres.url("twice", "keeper"),
    }
    both = [migrate({**env, **urls}) for _number in range(2)]
    began = time.monotonic()
    outputs = [each.communicate(timeout=240) for each in both]
    print(f"\ntwo migrations at once: {time.monotonic() - began:.1f} s")
    assert [each.returncode for each in both] == [0, 0], outputs
    assert sorted("Applying orders.0001_initial" in out for out, _err in outputs) == [False, True]


def test_a_migration_with_nothing_to_do_waits_for_no_reader(env: dict[str, str], postgres: Server) -> None:
    with postgres.connect(NAME, "keeper") as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM orders_accessrecord")
        done = migrate(env)
        _out, err = done.communicate(timeout=120)
    assert done.returncode == 0, err


def test_a_migration_without_a_database_says_so_in_one_sentence(env: dict[str, str]) -> None:
    nobody = f"postgres://keeper@127.0.0.1:{free_port()}/{NAME}"
    _out, err = migrate(env | {"CDPVIEWER_OWNER_DATABASE_URL": nobody}).communicate(timeout=120)
    assert err.startswith("CommandError: The database does not answer: ")
    assert err.count("\n") == 1


def test_a_migration_that_needs_a_held_table_gives_up_soon(env: dict[str, str], postgres: Server) -> None:
    with postgres.connect(NAME, "keeper") as keeper:
        keeper.execute("DROP TRIGGER orders_accessrecord_no_change ON orders_accessrecord")
        with postgres.connect(NAME, "keeper") as writer, writer.transaction():
            writer.execute(RECORD, [datetime.now(UTC)])
            held = migrate(env)
            _out, err = held.communicate(timeout=120)
        assert held.returncode == 1
        assert "Somebody holds a table" in err and "Traceback" not in err
        again = migrate(env)
        _out, err = again.communicate(timeout=120)
        assert again.returncode == 0, err
        bare = keeper.execute(
            "SELECT relid FROM pg_partition_tree('orders_accessrecord') WHERE NOT EXISTS"
            " (SELECT FROM pg_trigger WHERE tgrelid = relid AND tgname = 'orders_accessrecord_no_change')"
        ).fetchall()
        assert bare == []


def test_an_older_version_does_not_migrate_a_newer_database(env: dict[str, str], postgres: Server) -> None:
    with postgres.connect(NAME, "keeper") as keeper:
        keeper.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('orders', '9999_later', now())")
        try:
            refused = migrate(env)
            _out, err = refused.communicate(timeout=120)
        finally:
            keeper.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    assert refused.returncode == 1
    assert "orders.9999_later" in err and "Traceback" not in err


def test_behind_a_pooler_nothing_outlives_its_transaction(
    env: dict[str, str], postgres: Server, tmp_path: Path
) -> None:
    with postgres.connect(NAME, "pages") as pages:
        # More records than one statement of the export reads.
        pages.execute(f"{RECORD} FROM generate_series(1, 2500)", [datetime.now(UTC)])
    with pooling(postgres, NAME, "pages", size=3) as url:
        behind = {**env, "DATABASE_URL": url, "CDPVIEWER_DB_POOL": "external"}
        with on_postgres.serving(behind, tmp_path) as served, ThreadPoolExecutor(16) as crowd:
            paths = ["/", ORDER, "/activity/", f"{ORDER}contacts/", "/activity/export.csv"]
            assert set(crowd.map(lambda path: served.get(path).status_code, paths * 12)) == {200}
            with postgres.connect() as superuser:
                held = superuser.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pages'").fetchone()
            assert held is not None and held[0] <= 3
            assert served.get("/readyz").status_code == 200


def test_a_prune_is_not_held_to_the_limits_of_the_pages(env: dict[str, str], postgres: Server) -> None:
    tables = ("orders_accessrecord", "orders_viewedorder")
    with postgres.connect(NAME) as superuser:
        superuser.execute(RECORD.encode(), [OLD])
        superuser.execute("INSERT INTO orders_viewedorder (key, user_id, at, mark, digest, since_digest) VALUES ('', 1, %s, '', '', '')", [OLD])  # fmt: skip
        superuser.execute("ALTER ROLE pages SET statement_timeout = '1s'")
        for table in tables:  # as if it had very many rows, for the pages' role alone
            superuser.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY".encode())
            superuser.execute(
                f"CREATE POLICY reads ON {table} TO pages USING (pg_sleep(3) IS NOT NULL) WITH CHECK (true)".encode()
            )
        try:
            with pooling(postgres, NAME, "pages", size=3) as url:
                behind = {**env, "DATABASE_URL": url, "CDPVIEWER_DB_POOL": "external"}
                pruned = on_postgres.run(behind, "manage.py", "prune_access_records", "--older-than", "400d")
        finally:
            superuser.execute("ALTER ROLE pages RESET statement_timeout")
            for table in tables:
                superuser.execute(f"DROP POLICY reads ON {table}".encode())
                superuser.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())
        assert pruned.returncode == 0 and "\nremoved: " in pruned.stdout, pruned.stderr
        for table in tables:
            assert superuser.execute(f"SELECT count(*) FROM {table} WHERE at <= %s".encode(), [OLD]).fetchone() == (0,)  # noqa: S608
        record = "SELECT chain <> '' AND link > 0 FROM orders_accessrecord WHERE what = 'records_pruned' ORDER BY id DESC LIMIT 1"
        assert superuser.execute(record.encode()).fetchone() == (True,)


def test_a_restore_goes_past_the_pooler_once_that_is_stopped(
    env: dict[str, str], postgres: Server, tmp_path: Path
) -> None:
    backup = str(tmp_path / "one.backup")
    with pooling(postgres, NAME, "pages", size=3) as url:
        behind = {**env, "DATABASE_URL": url, "CDPVIEWER_DB_POOL": "external"}
        for command in (["backup", backup], ["check_credentials"]):
            done = on_postgres.run(behind, "manage.py", *command)
            assert done.returncode == 0, done.stderr
        refused = on_postgres.run(behind, "manage.py", "restore", backup)
    assert refused.returncode == 1
    assert "Nothing was changed." in refused.stderr and "stop all servers, and then the pooler" in refused.stderr
    restored = on_postgres.run(behind, "manage.py", "restore", backup)
    assert restored.returncode == 0, restored.stderr
    with postgres.connect(NAME, "pages"):  # the owner can see little of this role's processes
        refused = on_postgres.run(env, "manage.py", "restore", backup)
    assert refused.returncode == 1 and refused.stderr.endswith("stop all servers first.\n"), refused.stderr
    done = on_postgres.run(env, "manage.py", "migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr


def test_the_file_holds_every_record_once(env: dict[str, str], postgres: Server, tmp_path: Path) -> None:
    with postgres.connect(NAME, "keeper") as keeper:
        keeper.execute(
            "INSERT INTO auth_user_groups (user_id, group_id) SELECT u.id, g.id FROM auth_user u, auth_group g"
            " WHERE u.username = 'agent' AND g.name = 'Auditors' ON CONFLICT DO NOTHING"
        )
        named = RECORD.replace("'order_opened', ''", "'order_opened', to_char(number, '\"ref-\"FM0000')")
        keeper.execute(f"{named} FROM generate_series(0, 4099) AS number", [OLD])
    with on_postgres.serving(env, tmp_path) as served:
        text = served.get("/activity/export.csv").text.removeprefix("\ufeff")
    refs = [row["order_ref"] for row in csv.DictReader(io.StringIO(text)) if row["order_ref"].startswith("ref-")]
    assert refs == [f"ref-{number:04}" for number in reversed(range(4_100))]


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        ({}, ""),
        ({"CDPVIEWER_WORKERS": "8"}, "may open 163 connections"),
        ({"CDPVIEWER_DB_POOL": "none"}, "may open 1003 connections"),
        ({"CDPVIEWER_DB_POOL": "none", "CDPVIEWER_WAITING_PAGES": "90"}, ""),
        ({"CDPVIEWER_DB_POOL": "external"}, "ALTER ROLE … SET lock_timeout = '750ms';"),
    ],
    ids=["fits", "too many", "no pool", "no pool, few pages", "pooler"],
)
def test_the_check_of_the_database_says_what_the_server_must_allow(
    env: dict[str, str], more: dict[str, str], warning: str
) -> None:
    checked = on_postgres.run({**env, **more}, "manage.py", "check", "--database", "default")
    assert checked.returncode == 0, checked.stderr
    assert warning in checked.stderr if warning else "cdpviewer.W" not in checked.stderr, checked.stderr
