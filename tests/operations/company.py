"""Two servers on one PostgreSQL behind HAProxy, as a company runs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests import on_postgres
from tests.operations.agents import Traffic, agents_at_work
from tests.operations.balancing import Balancer, Host, haproxy, nginx
from tests.postgres_server import Server

DATABASE = "at_work"
AGENTS = [f"agent{number}" for number in range(4)]


@dataclass
class Company:
    """The servers and their surroundings."""

    postgres: Server
    settings: dict[str, str]
    hosts: list[Host]
    balancer: Balancer
    folder: Path

    def records(self, database: str = DATABASE) -> Counter[str]:
        """The number of records of each request."""
        with self.postgres.connect(database) as owner:
            return Counter(str(row[0]) for row in owner.execute("SELECT request_id FROM orders_accessrecord"))

    def manage(self, *words: str, **more: str) -> str:
        """Run a command of ours and return its output."""
        done = on_postgres.run({**self.settings, **more}, "manage.py", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def company(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("company")
    # A crash of the server must lose nothing that it has confirmed.
    with postgres.connect() as owner:
        owner.execute("ALTER SYSTEM SET synchronous_commit = on")
        owner.execute("SELECT pg_reload_conf()")
    settings = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=postgres.new_database(DATABASE))
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT, *AGENTS)):
        done = on_postgres.run(settings, *arguments)
        assert done.returncode == 0, done.stderr
    with ExitStack() as stack:
        hosts = []
        for name in ("one", "two"):
            hosts.append(Host.started(settings, folder, name))
            stack.callback(hosts[-1].end)
        balancer = stack.enter_context(haproxy(folder, [host.port for host in hosts]))
        yield Company(postgres, settings, hosts, balancer, folder)


@pytest.fixture(params=[haproxy, nginx])
def balancer(company: Company, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Balancer]:
    """An additional balancer in front of the same servers."""
    with request.param(tmp_path, [host.port for host in company.hosts]) as running:
        yield running


@contextmanager
def at_work(company: Company, what: str, balancer: Balancer | None = None) -> Iterator[Traffic]:
    """Agents at work; afterwards every earlier record is still there, each order that was shown has one, and the chains hold."""
    with agents_at_work((balancer or company.balancer).port, AGENTS) as traffic:
        traffic.go_on(12)
        before = company.records()
        yield traffic
        traffic.go_on()
    after = company.records()
    outage = max(traffic.failed_at) - min(traffic.failed_at) if traffic.failed else 0
    failed = dict(Counter(traffic.failed))
    print(
        f"\n{what}: {traffic.total} answers, {len(traffic.shown)} orders shown; failed within {outage:.1f} s: {failed}"
    )
    assert before - after == Counter(), "records are lost"
    on_postgres.check_recorded(company.settings, traffic.shown)
