"""A company's programs on this machine: PostgreSQL, pgbouncer, Redis, two servers, and HAProxy with the sample configuration.

A stand-in takes the place of the CDP.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench.servers import CannotMeasure, Servers
from bench.servers import Server as StandIn
from tests import pooler, redis_server
from tests.live import environment
from tests.operations.balancing import NAME, Balancer, Host, haproxy
from tests.postgres_server import Server as Postgres
from tests.postgres_server import installed, serving

DATABASE, OWNER, PAGES = "cdpviewer", "cdpviewer_owner", "cdpviewer_pages"
PROGRAMS = ("haproxy", "redis-server", "pgbouncer")
POOL = 20  # connections of pgbouncer to PostgreSQL
# As a company runs it: a commit is on the disk before it counts.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at the moment `at` (`time.monotonic`): CPU seconds by program and of the machine, calls, statements and records."""

    at: float
    cpu: dict[str, float]
    machine: float
    calls: int
    statements: int
    records: int

    def since(self, before: Reading) -> Reading:
        """The counts added since an earlier reading. `at` is the number of seconds between the two."""
        cpu = {name: spent - before.cpu[name] for name, spent in self.cpu.items()}
        return Reading(
            self.at - before.at,
            cpu,
            self.machine - before.machine,
            self.calls - before.calls,
            self.statements - before.statements,
            self.records - before.records,
        )


@dataclass
class Company:
    """The running programs. `cookies` holds the cookies of each agent's browser."""

    standin: StandIn
    postgres: Postgres
    pooled: str
    redis: redis_server.Server
    cookies: list[str]
    settings: dict[str, str]
    folder: Path
    hosts: list[Host] = field(default_factory=list)
    balancer: Balancer | None = None

    @property
    def url(self) -> str:
        assert self.balancer is not None
        return f"https://127.0.0.1:{self.balancer.port}"

    @property
    def host(self) -> str:
        """The Host header that browsers send."""
        assert self.balancer is not None
        return f"{NAME}:{self.balancer.port}"

    @contextmanager
    def open(self, *, servers: int = 2, shared: bool = True) -> Iterator[Company]:
        """Run `servers` servers, of one process each, behind HAProxy. With `shared`, they use Redis. The database stays as it is."""
        more = {"CDPVIEWER_REDIS_URL": self.redis.url} if shared else {}
        with ExitStack() as stack:
            self.hosts = []
            for number in range(servers):
                self.hosts.append(Host.started({**self.settings, **more}, self.folder, f"server-{number}"))
                stack.callback(self.hosts[-1].end)
            ports = [host.port for host in self.hosts]
            self.balancer = stack.enter_context(haproxy(self.folder, [ports[0], ports[-1]]))
            yield self

    def reading(self) -> Reading:
        """All counters now."""
        return Reading(time.monotonic(), self.cpu(), _of_the_machine(), self.calls(), self.statements(), self.records())

    def calls(self) -> int:
        """The number of requests that the stand-in has received."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.standin.port}/__calls__") as answer:
            return int(answer.read().partition(b": ")[2].rstrip(b"}"))

    def statements(self) -> int:
        """The number of statements that have passed through pgbouncer."""
        with _console(self.pooled) as console:
            row = console.execute("SHOW STATS").fetchall()
        return sum(int(line["total_query_count"]) for line in row if line["database"] == DATABASE)

    def records(self) -> int:
        """The number of access records."""
        with self.postgres.connect(DATABASE) as owner:
            row = owner.execute("SELECT count(*) FROM orders_accessrecord").fetchone()
        assert row is not None
        return int(row[0])

    def connections(self) -> tuple[int, int]:
        """The numbers of connections from the servers to pgbouncer, and from pgbouncer to PostgreSQL."""
        with _console(self.pooled) as console:
            pools = [pool for pool in console.execute("SHOW POOLS").fetchall() if pool["database"] == DATABASE]
        with self.postgres.connect() as owner:
            row = owner.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [DATABASE]).fetchone()
        assert row is not None
        return sum(int(pool["cl_active"]) + int(pool["cl_waiting"]) for pool in pools), int(row[0])

    def cpu(self) -> dict[str, float]:
        """CPU seconds (user and system) that each program has used so far, in all its processes."""
        assert self.balancer is not None
        assert self.balancer.process is not None
        own = psutil.Process().cpu_times()
        return {
            "servers": sum(_spent(host.process.pid) for host in self.hosts),
            "haproxy": _spent(self.balancer.process.pid),
            "postgresql": _spent(self.postgres.pids[0]),
            "pgbouncer": sum(_spent(process.pid) for process in _started_here("pgbouncer")),
            "redis": _spent(self.redis.process.pid),
            "stand-in": _spent(self.standin.process.pid),
            "agents": own.user + own.system,
        }

    def memory(self) -> float:
        """Resident memory of the largest server process, in MB."""
        return max(float(psutil.Process(host.worker).memory_info().rss) / 1e6 for host in self.hosts)


def _console(pooled: str) -> psycopg.Connection[dict[str, Any]]:
    address = pooled.rpartition("/")[0] + "/pgbouncer"
    return psycopg.connect(address, autocommit=True, row_factory=psycopg.rows.dict_row)


def _of_the_machine() -> float:
    """CPU seconds used by everything on this machine, including the time that its host took away."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _started_here(name: str) -> list[psutil.Process]:
    return [process for process in psutil.Process().children(recursive=True) if process.name() == name]


def _spent(pid: int) -> float:
    """CPU seconds of a process and its children, both those that have ended and those that are still running."""
    main = psutil.Process(pid)
    ended = main.cpu_times()
    total: float = ended.user + ended.system + ended.children_user + ended.children_system
    for child in main.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            spent = child.cpu_times()
            total += spent.user + spent.system
    return total


@contextmanager
def founded(folder: Path, agents: int, latency: int) -> Iterator[Company]:
    """A company with `agents` agents, whose CDP takes `latency` milliseconds for each answer.

    Raises CannotMeasure if one of PROGRAMS or PostgreSQL is missing, the stand-in does not start or the database cannot be prepared. Any
    other failure raises an error of the helpers in `tests`.
    """
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    lacking = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    if installed() is None:  # Debian's is not on the path
        lacking.append("postgresql")
    if lacking:
        raise CannotMeasure(f"Missing: {', '.join(lacking)}. `.ci/tools` installs them where it may.")
    with Servers(folder, agents) as servers, ExitStack() as stack:
        standin = servers.start_standin()
        postgres = stack.enter_context(serving())
        with postgres.connect() as superuser:
            for name in DURABLE:
                superuser.execute(f"ALTER SYSTEM SET {name} = on".encode())
            superuser.execute("SELECT pg_reload_conf()")
            for role in (OWNER, PAGES):
                superuser.execute(f"CREATE ROLE {role} LOGIN".encode())
            superuser.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode())
        settings = environment(
            DJANGO_SETTINGS_MODULE="cdpviewer.settings",
            CDPVIEWER_HTTPS="on",
            CDPVIEWER_ALLOWED_HOSTS=NAME,
            CDPVIEWER_TRUSTED_PROXIES="1",
            CDPVIEWER_STATIC_ROOT=str(folder / "static"),
            CDPVIEWER_EXTRA_REGIONS=f"bench={servers.upstream}",
            DATABASE_URL=postgres.url(DATABASE, PAGES),
            CDPVIEWER_OWNER_DATABASE_URL=postgres.url(DATABASE, OWNER),
        )
        cookies = servers.prepare(["bench.prepare_app", str(agents)], settings)
        del settings["CDPVIEWER_OWNER_DATABASE_URL"]
        # The limits that a pooler cannot pass on, as docs/operating.md sets them.
        with postgres.connect() as superuser:
            for name, value in (("statement_timeout", "2s"), ("lock_timeout", "750ms")):
                superuser.execute(f"ALTER ROLE {PAGES} SET {name} = '{value}'".encode())
        pooled = stack.enter_context(pooler.pooling(postgres, DATABASE, PAGES, size=POOL))
        settings |= {"DATABASE_URL": pooled, "CDPVIEWER_DB_POOL": "external"}
        redis = stack.enter_context(redis_server.running())
        servers.set_latency(latency)
        yield Company(standin, postgres, pooled, redis, cookies, settings, folder)
