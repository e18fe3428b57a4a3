"""The real server on a PostgreSQL of its own: an agent with a connection to the sandbox, signed in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests

from sandbox.server import Sandbox
from tests.canary import CANARY
from tests.live import PASSWORD, PROJECT, environment, free_port, sign_in, wait_until_it_answers

# Adds "agent", or the people whose names follow.
AGENT = f"""
import sys
import django; django.setup()
from django.contrib.auth.models import Group, User
from orders.models import Connection
for name in sys.argv[1:] or ["agent"]:
    user = User.objects.create_user(name, password={PASSWORD!r})
    user.groups.set(Group.objects.filter(name="Agents"))
    way = Connection(user=user, name="Sandbox")
    way.set_credentials(region="sandbox", client_key={CANARY.client_key!r}, token={CANARY.token!r})
    way.keep()
"""

# Migrates as if 460 days ago, and prepares the months of the access records as every night since then would have.
WITH_MONTHS = """
import django; django.setup()
from datetime import timedelta
from unittest import mock
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from orders.privacy import owner, partitions
today = timezone.now()
for days in range(460, -1, -20):
    with mock.patch.object(timezone, "now", lambda: today - timedelta(days=days)):
        if days == 460:
            call_command("migrate", verbosity=0)
        assert partitions.prepare(connections[owner.alias()]) == []
"""

# Fails if a chain of the access records does not hold; otherwise prints the request ids of all records.
RECORDED = """
import django; django.setup()
from django.core.management import call_command
from orders.models import AccessRecord
call_command("check_records")
print(*AccessRecord.objects.values_list("request_id", flat=True))
"""


@dataclass
class Served:
    """A running server. `session` is the agent's browser, `log` the server's output, `shown` the request ids of the orders shown."""

    url: str
    session: requests.Session
    log: Path
    process: subprocess.Popen[bytes]
    shown: set[str] = field(default_factory=set)

    def get(self, path: str) -> requests.Response:
        answer = self.session.get(self.url + path, timeout=30, allow_redirects=False)
        if answer.status_code == 200 and path.startswith("/orders/"):
            self.shown.add(answer.headers["X-Request-ID"])
        return answer

    def get_beside_others(self, path: str) -> requests.Response:
        """The same on a connection of its own, as a session is not for use by several threads."""
        with requests.Session() as session:
            session.trust_env = False
            session.cookies.update(self.session.cookies)
            return replace(self, session=session).get(path)

    def get_when_well(self, path: str, seconds: float = 40) -> requests.Response:
        """The first answer that is not a 503, or the last one when the time is up."""
        limit = time.monotonic() + seconds
        while (answer := self.get(path)).status_code == 503 and time.monotonic() < limit:
            time.sleep(0.1)  # there is no signal that a server has recovered
        return answer


def run(env: dict[str, str], *arguments: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` in the project folder until it ends, for at most `seconds`."""
    return subprocess.run(
        [sys.executable, *arguments], env=env, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=seconds
    )


def check_recorded(env: dict[str, str], shown: set[str]) -> None:
    """Assert that each shown order, by its request id, has a record in the database of `env`, and that the chains hold."""
    done = run(env | {"DJANGO_SETTINGS_MODULE": "cdpviewer.settings"}, "-c", RECORDED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert shown and shown <= set(done.stdout.split()), "orders were shown without a record"


def settings(sandbox: Sandbox, static: Path, **more: str) -> dict[str, str]:
    return environment(
        DJANGO_SETTINGS_MODULE="cdpviewer.settings",
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_STATIC_ROOT=str(static),
        CDPVIEWER_EXTRA_REGIONS=f"sandbox={sandbox.url}",
        CDPVIEWER_VIEWS_A_MINUTE="0",
        **more,
    )


@contextmanager
def serving(env: dict[str, str], folder: Path) -> Iterator[Served]:
    """Run gunicorn with these settings on a migrated database that has the agent."""
    port, log = free_port(), folder / "app.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            env={**env, "CDPVIEWER_BIND": f"127.0.0.1:{port}"},
            cwd=PROJECT,
            stdout=out,
            stderr=out,
        )
    session = requests.Session()
    session.trust_env = False
    try:
        wait_until_it_answers(process, port, log)
        sign_in(session, f"http://127.0.0.1:{port}", "agent")
        yield Served(f"http://127.0.0.1:{port}", session, log, process)
    finally:
        session.close()
        process.terminate()
        process.wait(40)
