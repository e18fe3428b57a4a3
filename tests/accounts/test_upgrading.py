"""A database of the version before records were chained: no record is lost, and users continue as before."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.live import PROJECT, environment

FILL = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
apps = MigrationExecutor(connection).loader.project_state(("orders", "0003_orders_listed")).apps
from django.contrib.auth.hashers import make_password
user = apps.get_model("auth", "User").objects.create(username="anna", password=make_password("a long enough passphrase"))
Record = apps.get_model("orders", "AccessRecord")
Record.objects.bulk_create(Record(user_id=user.pk, user_name="anna", what="order_opened", order_ref=str(n)) for n in range(250))
from orders.models import Connection as Now
from orders.privacy.sealing import Binding, seal
import uuid
from django.utils import timezone
key = uuid.uuid4()
bound = {f: Binding(owner=str(user.pk), connection=str(key), region="eu", field=f) for f in ("client_key", "token")}
apps.get_model("orders", "Connection").objects.create(
    pk=key, user_id=user.pk, name="main", region="eu", is_default=True, set_at=timezone.now(), changed_at=timezone.now(),
    sealed_client_key=seal("k", bound["client_key"]), sealed_token=seal("t", bound["token"]))
"""

USE = """
import django; django.setup()
from django.contrib.auth.models import User
from orders.services.connections import find_connection
user = User.objects.get()
assert find_connection(user).credentials().token == "t"
from accounts import own_password
assert not own_password.must_change(user)
"""


def test_records_and_connections_of_the_version_before_stay(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite3"
    env = environment(
        DJANGO_SETTINGS_MODULE="cdpviewer.settings", CDPVIEWER_HTTPS="off", DATABASE_URL=f"sqlite:///{file}"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], env=env, cwd=PROJECT, capture_output=True, text=True, check=False
        )

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run("manage.py", *arguments)

    assert manage("migrate", "orders", "0003", "--verbosity=0").returncode == 0
    assert manage("migrate", "sessions", "--verbosity=0").returncode == 0
    filled = run("-c", FILL)
    assert filled.returncode == 0, filled.stderr
    migrated = manage("migrate", "--verbosity=0")
    assert migrated.returncode == 0, migrated.stderr

    used = run("-c", USE)
    assert used.returncode == 0, used.stderr
    proof = manage("check_records")
    assert proof.stdout == "1 records in 1 chains, 250 from before the chains: 0 faults\n", proof.stderr
    with sqlite3.connect(file) as database:
        guards = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert guards == {
            "orders_accessrecord_no_delete",
            "orders_accessrecord_no_replace",
            "orders_accessrecord_no_update",
            "auth_user_no_delete",
        }
        database.execute("DROP TRIGGER orders_accessrecord_no_delete")
        database.execute("DELETE FROM orders_accessrecord WHERE order_ref IN ('7', '8')")
    database.close()
    proof = manage("check_records")
    assert proof.returncode == 1
    assert "2 of the 250 records from before the chains were removed" in proof.stderr
