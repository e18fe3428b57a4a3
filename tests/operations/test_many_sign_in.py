"""A hundred people in an office sign in at the same moment, on a real server with real password hashes."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import sign_in
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

pytestmark = pytest.mark.operations

PEOPLE = 100
MISTYPED = 5


def test_everybody_with_the_right_password_is_in(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=postgres.new_database("many_sign_in"))
    names = [f"person{number}" for number in range(PEOPLE)]
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT, "agent", *names)):
        done = on_postgres.run(env, *arguments)
        assert done.returncode == 0, done.stderr
    together = Barrier(PEOPLE)

    def signs_in(url: str, name: str) -> int:
        with requests.Session() as session:
            session.trust_env = False
            session.get(f"{url}/accounts/login/", timeout=30)
            together.wait()
            return sign_in(session, url, name).status_code

    with on_postgres.serving(env, tmp_path) as served, ThreadPoolExecutor(PEOPLE) as crowd:
        for name in names[:MISTYPED]:
            with requests.Session() as session:
                session.trust_env = False
                assert sign_in(session, served.url, name, "not this one").status_code == 200
        answers = Counter(crowd.map(lambda name: signs_in(served.url, name), names))
    assert answers == {302: PEOPLE}
