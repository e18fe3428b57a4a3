"""Two servers on one database, one of them with a wrong clock (Debian's faketime)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres
from tests.pages.conftest import SEED

pytestmark = pytest.mark.operations

ORDER = f"/orders/{SEED}/"


def library() -> str:
    """The library that gives a process another clock. Without it the tests are left out, loudly; under CI=true that is a failure."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        reason = "NO FAKETIME: install Debian's faketime; servers with a wrong clock are not tried until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return str(found[0])


@contextmanager
def wrong_by(skew: str, env: dict[str, str], folder: Path) -> Iterator[on_postgres.Served]:
    """A further server whose clock is wrong, with somebody signed in."""
    folder.mkdir()
    wrong = {"LD_PRELOAD": library(), "FAKETIME": skew, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with on_postgres.serving({**env, **wrong}, folder) as served:
        yield served


def test_a_wrong_clock_loses_no_record_and_below_half_an_hour_no_session(
    running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    file, shown = tmp_path / "own.sqlite3", set[str]()
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=f"sqlite:///{file}")
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT)):
        assert on_postgres.run(env, *arguments).returncode == 0

    def statuses(session: requests.Session, *urls: str) -> list[int]:
        found = []
        for url in urls:
            answer = session.get(url + ORDER, timeout=20, allow_redirects=False)
            found.append(answer.status_code)
            if answer.status_code == 200:
                shown.add(answer.headers["X-Request-ID"])
        return found

    with on_postgres.serving(env, tmp_path) as right:
        for skew in ("+4m", "-4m"):
            with wrong_by(skew, env, tmp_path / skew) as wrong:
                for session in (right.session, wrong.session):
                    assert statuses(session, right.url, wrong.url, right.url) == [200, 200, 200], skew
        with wrong_by("+40m", env, tmp_path / "+40m") as wrong:
            assert statuses(right.session, right.url, wrong.url, right.url) == [200, 302, 302]
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT request_id, at FROM orders_accessrecord WHERE what = 'order_opened'").fetchall()
    assert {request_id for request_id, _at in rows} == shown and len(shown) == 13
    times = [datetime.fromisoformat(at) for _request_id, at in rows]
    assert max(times) - min(times) > timedelta(minutes=7), "the clocks were right"
    checked = on_postgres.run(env, "manage.py", "check_records")
    assert checked.returncode == 0, checked.stderr
