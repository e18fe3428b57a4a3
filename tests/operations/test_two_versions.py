"""The last release and this version side by side on one PostgreSQL, as during a rolling upgrade."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres
from tests.last_release import COMMIT, MIGRATIONS, VERSION, check
from tests.live import PASSWORD, PROJECT, free_port, sign_in, wait_until_it_answers
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

# Two records in the first partition, of a day that is pruned as a whole.
OLD = """INSERT INTO orders_accessrecord (at, user_name, what, order_ref, reference, route, connection_name, outcome, request_id, ticket,
subject, about_name, detail, chain, seal) SELECT now() - interval '500 days', 'x', 'order_opened', 'old', '', '', '', '', '', '', '', '', '',
'', '' FROM generate_series(1, 2)"""

pytestmark = pytest.mark.operations


@pytest.fixture(scope="module")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the last release. In a clone without its history, the tests are skipped with a notice; under CI=true they fail."""
    check()
    done = subprocess.run(
        [shutil.which("git") or "git", "archive", COMMIT], cwd=PROJECT, capture_output=True, check=False
    )
    if done.returncode:
        reason = f"NO LAST RELEASE: this clone does not have {COMMIT}: git fetch --unshallow"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    assert tomllib.loads((folder / "pyproject.toml").read_text())["project"]["version"] == VERSION
    last = {app: max(file.stem for file in (folder / app / "migrations").glob("0*.py")) for app in MIGRATIONS}
    assert last == MIGRATIONS
    return folder


def manage(env: dict[str, str], folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], env=env, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(env: dict[str, str], folder: Path, log: Path) -> Iterator[str]:
    """Run gunicorn with the code in `folder`; yields its address."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            env=env | {"CDPVIEWER_BIND": f"127.0.0.1:{port}"}, cwd=folder, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_until_it_answers(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def works(url: str) -> requests.Session:
    """Sign in, open an order with its contacts, and open the activity page; returns the session."""
    session = requests.Session()
    session.trust_env = False
    assert sign_in(session, url, "agent", PASSWORD).status_code == 302
    sees_orders(session, url)
    return session


def sees_orders(session: requests.Session, url: str) -> None:
    assert session.get(f"{url}/readyz", timeout=30).status_code == 200
    order = session.get(f"{url}/orders/B94TXY/", timeout=30)
    assert order.status_code == 200
    assert "B94TXY" in order.text
    ref = order.url.rstrip("/").rpartition("/")[2]
    assert session.get(f"{url}/orders/{ref}/contacts/", timeout=30).status_code == 200
    assert "B94TXY" in session.get(f"{url}/activity/", timeout=30).text


def test_the_last_release_serves_on_beside_this_version(
    last_release: Path, postgres: Server, running_sandbox: Sandbox, tmp_path: Path
) -> None:
    folders = {"old": last_release, "new": PROJECT}
    envs = {}
    with postgres.connect() as superuser:
        for statement in (
            "CREATE ROLE upgrader LOGIN",
            "CREATE ROLE upgraded LOGIN",
            "CREATE DATABASE two_versions OWNER upgrader",
        ):
            superuser.execute(statement.encode())
    for name, folder in folders.items():
        envs[name] = on_postgres.settings(
            running_sandbox,
            tmp_path / name,
            DATABASE_URL=postgres.url("two_versions", "upgraded"),
            CDPVIEWER_OWNER_DATABASE_URL=postgres.url("two_versions", "upgrader"),
        )
        manage(envs[name], folder, "collectstatic", "--no-input", "--verbosity=0")
    manage(envs["old"], folders["old"], "migrate", "--verbosity=0")
    added = subprocess.run(
        [sys.executable, "-c", on_postgres.AGENT], env=envs["old"], cwd=folders["old"], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with serving(envs["old"], folders["old"], tmp_path / "old.log") as old:
        before = works(old)
        manage(envs["new"], folders["new"], "migrate", "--verbosity=0")
        sees_orders(before, old)
        works(old)
        with serving(envs["new"], folders["new"], tmp_path / "new.log") as new:
            sees_orders(before, new)
            at_both = works(new)
            sees_orders(at_both, old)
            works(old)
            sees_orders(at_both, new)
        works(old)  # as if the upgrade were abandoned
    with postgres.connect("two_versions") as superuser:
        superuser.execute(OLD)
        for pruned in ("old", "new"):
            output = manage(envs[pruned], folders[pruned], "prune_access_records", "--older-than", "400d")
            assert output.startswith(f"removed: {2 if pruned == 'old' else 0} "), output
        assert superuser.execute("SELECT count(*) FROM orders_accessrecord WHERE order_ref = 'old'").fetchone() == (0,)
    manage(envs["new"], folders["new"], "check_records")  # fails if a record of either version does not verify
