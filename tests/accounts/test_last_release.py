"""A database of the last release, from a dump of its tables and rows: `migrate` neither loses nor changes a row."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.live import PROJECT, environment

DUMP = Path(__file__).with_name("last_release.sql")
# Tables that `migrate` itself writes: the list of migrations, and the names of models and permissions.
OWN = {"django_migrations", "django_content_type", "auth_permission"}
# A later version may add groups, and give groups rights.
GROWING = {"auth_group", "auth_group_permissions"}
MOVED = {"preferences", "setpassword", "signinfailure", "viewcount"}
GUARDS = {
    "orders_accessrecord_no_delete",
    "orders_accessrecord_no_replace",
    "orders_accessrecord_no_update",
    "auth_user_no_delete",
}


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table, by its name."""
    with closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(database.execute(f'SELECT * FROM "{table}"'), key=repr) for table in tables}  # noqa: S608


def named(file: Path, statement: str) -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return set(database.execute(statement))


def manage(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = environment(
        DJANGO_SETTINGS_MODULE="cdpviewer.settings", CDPVIEWER_HTTPS="off", DATABASE_URL=f"sqlite:///{file}"
    )
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The last release's database, and a copy of it after `migrate`."""
    folder = tmp_path_factory.mktemp("last-release")
    old, new = folder / "old.sqlite3", folder / "new.sqlite3"
    for file in (old, new):
        with closing(sqlite3.connect(file)) as database:
            database.executescript(DUMP.read_text(encoding="utf-8"))
    migrated = manage(new, "migrate", "--verbosity=0")
    assert migrated.returncode == 0, migrated.stderr
    return old, new


def test_no_row_is_lost_or_changed(databases: tuple[Path, Path]) -> None:
    before, after = map(rows, databases)
    assert {table for table, table_rows in before.items() if table_rows} >= {
        "orders_accessrecord",
        "orders_connection",
        "orders_preferences",
        "orders_setpassword",
        "orders_signinfailure",
        "orders_viewcount",
    }
    assert before.keys() <= after.keys()
    for table in before.keys() - OWN - {"sqlite_sequence"}:
        width = len(before[table][0]) if before[table] else 0  # a later version adds columns at the end
        kept = [row[:width] for row in after[table]]
        if table in GROWING:
            kept = [row for row in kept if row in before[table]]
        assert kept == before[table] or not before[table], table


def test_permissions_and_content_types_come_along(databases: tuple[Path, Path]) -> None:
    old, new = databases
    types = "SELECT app_label, model FROM django_content_type"
    assert {("orders", model) for model in MOVED} <= named(old, types)
    assert {app for app, model in named(new, types) if model in MOVED} == {"accounts"}
    assert {app for app, model in named(new, types) if model in {"accessrecord", "connection"}} == {"orders"}
    logged = "SELECT app_label, model FROM django_admin_log JOIN django_content_type ON content_type_id = django_content_type.id"
    assert named(new, logged) == {("accounts", "preferences")}
    held = (
        "SELECT g.name, p.codename, c.app_label FROM auth_group g JOIN auth_group_permissions gp ON gp.group_id = g.id "
        "JOIN auth_permission p ON p.id = gp.permission_id JOIN django_content_type c ON c.id = p.content_type_id"
    )
    added = {
        ("Administrators", codename, "orders")
        for codename in ("manage_people", "manage_shared_connections", "view_accessrecord", "view_all_activity")
    }
    assert named(new, held) - named(old, held) == added
    assert named(old, held) <= named(new, held)
    assert ("Supervisors", "reveal_personal_data", "orders") in named(new, held)


def test_records_stay_append_only_and_proved(databases: tuple[Path, Path]) -> None:
    _old, new = databases
    assert named(new, "SELECT name FROM sqlite_master WHERE type = 'trigger'") == {(name,) for name in GUARDS}
    with closing(sqlite3.connect(new)) as database:
        for statement in (
            "DELETE FROM orders_accessrecord WHERE id = 3",
            "UPDATE orders_accessrecord SET outcome = 'x' WHERE id = 3",
            "REPLACE INTO orders_accessrecord SELECT * FROM orders_accessrecord WHERE id = 3",
            "DELETE FROM auth_user WHERE id = 1",
        ):
            with pytest.raises(sqlite3.DatabaseError):
                database.execute(statement)
    proof = manage(new, "check_records")
    assert (proof.returncode, proof.stdout) == (0, "27 records in 1 chains: 0 faults\n"), proof.stderr


def test_migrating_back_restores_the_last_release(databases: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = databases
    file = tmp_path / "back.sqlite3"
    with closing(sqlite3.connect(file)) as database, closing(sqlite3.connect(new)) as source:
        source.backup(database)
    assert manage(file, "migrate", "orders", "0006", "--verbosity=0").returncode == 0
    back = manage(file, "migrate", "accounts", "zero", "--verbosity=0")
    assert back.returncode == 0, back.stderr
    before, after = rows(old), rows(file)
    for table in before.keys() - OWN - {"sqlite_sequence"}:
        assert after[table] == before[table], table
