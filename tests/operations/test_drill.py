"""docs/drill.md as written, for both databases: from a backup made while agents work to a copy that serves them."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import PROJECT, free_port, sign_in, wait_until_it_answers
from tests.operations import drill_page
from tests.operations.agents import opening_orders
from tests.operations.drill_databases import Database, OnPostgres, OnSqlite, Row
from tests.operations.drill_page import Timed
from tests.postgres_server import postgres

__all__ = ["postgres"]

pytestmark = pytest.mark.operations

AGENTS = [f"agent{number}" for number in range(4)]
PEOPLE = 500
RECORDS = 200_000
TIMED: dict[str, Timed] = {}


@pytest.fixture(params=[OnSqlite.name, OnPostgres.name])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == OnSqlite.name:
        return OnSqlite(tmp_path)
    return OnPostgres(request.getfixturevalue("postgres"))


@dataclass
class Loss:
    """The input of a drill and the former content of the database: records, as number and seal, right before and after the backup.

    `earlier` and `line` were printed by `check_records --head` before the backup and after it.
    """

    backup: Path
    earlier: str
    line: str
    before: set[Row]
    after: set[Row]


def records(database: Database, which: str) -> set[Row]:
    return set(database.rows(which, "SELECT id, seal FROM orders_accessrecord"))


def worked(database: Database, settings: dict[str, str], folder: Path, timed: Timed) -> Loss:
    """Let agents work on a large database, and make a backup meanwhile."""
    commands = settings | database.owner()

    def run(*arguments: str, **more: str) -> str:
        done = on_postgres.run(commands | more, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    run("manage.py", "migrate", "--verbosity=0")
    run("-c", on_postgres.AGENT, "agent", *AGENTS)
    owner = commands.get("CDPVIEWER_OWNER_DATABASE_URL") or commands["DATABASE_URL"]
    run("-m", "tests.operations.grown", str(PEOPLE), str(RECORDS), DATABASE_URL=owner)
    backup = folder / "nightly.backup"
    with on_postgres.serving(settings, folder) as served, opening_orders(served.url, AGENTS) as seen:
        wait_for(seen, 8)
        earlier = run("manage.py", "check_records", "--head")
        before, answers = records(database, "in use"), len(seen)
        with timed.of_the_backup():
            run("manage.py", "backup", str(backup))
        assert len(seen) > answers, "nobody worked meanwhile"
        after = records(database, "in use")
        wait_for(seen, len(seen) + 12)
        line = run("manage.py", "check_records", "--head")
    assert set(seen) == {200}
    timed.database, timed.backup = database.size(), backup.stat().st_size
    return Loss(backup, earlier, line, before, after)


def wait_for(seen: list[int], number: int) -> None:
    limit = time.monotonic() + 120
    while len(seen) < number:
        assert time.monotonic() < limit, seen
        threading.Event().wait(0.05)


def machine(folder: Path, settings: dict[str, str], database: Database) -> dict[str, str]:
    """A folder that replaces the page's /etc/cdpviewer, and the environment of a root shell whose `su` acts as PostgreSQL's superuser."""
    etc, programs = folder / "etc", folder / "bin"
    for made in (etc, programs):
        made.mkdir()
    for file, name in (("secret-key", "CDPVIEWER_SECRET_KEY"), ("credential-keys", "CDPVIEWER_CREDENTIAL_KEYS")):
        (etc / file).write_text(settings[name])
    of_the_company = {
        "CDPVIEWER_ALLOWED_HOSTS": "orders.example.com",
        "CDPVIEWER_TRUSTED_PROXIES": "1",
        "CDPVIEWER_STATIC_ROOT": str(folder / "static"),
        **{name: settings[name] for name in ("CDPVIEWER_EXTRA_REGIONS", "DATABASE_URL")},
    }
    (etc / "settings").write_text("".join(f"{name}={value}\n" for name, value in of_the_company.items()))
    superuser = (
        f"env PGHOST={database.server.folder} PGUSER=owner PGDATABASE=postgres"
        if isinstance(database, OnPostgres)
        else "false"
    )
    (programs / "su").write_text(f'#!/bin/sh\n# su postgres -c COMMAND\nexec {superuser} sh -c "$3"\n')
    (programs / "su").chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8"}


def opened(url: str) -> None:
    """Sign in and open an order, with a credential that was in the backup."""
    with requests.Session() as session:
        session.trust_env = False
        assert sign_in(session, url, AGENTS[0]).status_code == 302
        order = session.get(f"{url}/orders/B94TXY/", timeout=30)
        assert order.status_code == 200 and "B94TXY" in order.text


def test_the_page_leads_from_a_backup_to_a_served_copy(
    database: Database, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    port, timed = free_port(), Timed(RECORDS, PEOPLE)
    settings = on_postgres.settings(running_sandbox, gathered_static, **database.settings())
    loss = worked(database, settings, tmp_path, timed)
    env = machine(tmp_path, settings, database)
    pages = drill_page.steps(
        database.name,
        {
            "/opt/cdpviewer": str(PROJECT),
            "/etc/cdpviewer": str(tmp_path / "etc"),
            "/var/lib/cdpviewer": str(tmp_path / "var"),
            "127.0.0.1:8001": f"127.0.0.1:{port}",
            "127.0.0.1:5432": database.address,
            "/path/of/the.backup": str(loss.backup),
            "LINE": loss.line,
        },
    )
    *steps, check_records, serve, remove = pages
    assert [title[0] for title in pages] == list("12345678") and pages.pop(steps.pop(0)) == ""
    with drill_page.shell(tmp_path, env) as shell:
        printed = ""
        for title in steps:
            with timed.step(title):
                printed, failed = shell.paste(pages[title])
            assert failed == [], printed
        # Every credential can be decrypted, and the content is that of the database at one moment of the backup.
        assert f": {PEOPLE + 1 + len(AGENTS)}\nunreadable: 0\n" in printed
        restored = records(database, "drill")
        assert loss.before <= restored <= loss.after
        assert len(loss.before) > RECORDS

        with timed.step(check_records):
            printed, failed = shell.paste(pages[check_records])
        fault, summary = printed.splitlines()
        chain, link, _seal = loss.line.split("/")
        assert fault.startswith(f"The head that was kept ({chain}, link {link}) is not there"), printed
        assert fault.endswith(f" The newest record is of {database.newest()} UTC."), printed
        assert summary.startswith(f"{len(restored)} records in ") and summary.endswith(": 1 faults")
        assert len(failed) == 1 and failed[0].endswith(f"check_records --since {loss.line}")

        drill = shell.settings()
        with timed.step(serve):
            shell.begin(pages[serve])
            wait_until_it_answers(shell.bash, port, shell.log)
            opened(f"http://127.0.0.1:{port}")
        refused = on_postgres.run(drill, "manage.py", "restore", str(loss.backup))
        assert refused.returncode == 1 and "Nothing was changed. A server has the database open" in refused.stderr
        os.kill(shell.child or 0, signal.SIGINT)
        assert shell.ended() == []
        assert restored < records(database, "drill")

        # Compared with the line from before the backup, everything is there, except for the one record that is changed here.
        of_one_day = "SELECT id FROM orders_accessrecord WHERE link = 2 ORDER BY id LIMIT 1 OFFSET 100"
        ((number,),) = database.rows("drill", of_one_day)
        database.tamper(f"UPDATE orders_accessrecord SET user_name = 'another' WHERE id = {number}")  # noqa: S608  (a number)
        checked = on_postgres.run(drill, "manage.py", "check_records", "--since", loss.earlier)
        assert checked.returncode == 1
        assert re.fullmatch(rf"row {number} \(.*\) is not as it was written: .*\n", checked.stderr), checked.stderr

        with timed.step(remove):
            printed, failed = shell.paste(pages[remove])
        assert failed == [] and database.left() == [], printed
    TIMED[database.name] = timed


def test_the_page_says_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """Runs last."""
    if not TIMED:
        pytest.skip("no drill was gone through in this run")
    with capsys.disabled():
        print(f"\n{drill_page.table(TIMED)}")
    if os.environ.get("WRITE"):
        assert set(TIMED) == {OnSqlite.name, OnPostgres.name}, "both are needed to write the page"
        drill_page.write(TIMED)
    assert drill_page.titles_on_the_page() == drill_page.titles(TIMED), "WRITE=1 writes the table anew"
