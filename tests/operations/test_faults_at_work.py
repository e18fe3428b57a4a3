"""Two servers on one PostgreSQL behind HAProxy, and agents at work during a fault: no record is lost, nothing is shown unrecorded.

The table of these faults is in docs/operating.md; `pytest -s` prints the figures for it.
"""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RLIMIT_AS, RLIMIT_NOFILE, prlimit

import pytest

from tests import on_postgres
from tests.faults.test_postgresql import Fault, down, hanging, read_only
from tests.operations.agents import Traffic, agents_at_work
from tests.operations.balancing import Balancer
from tests.operations.company import AGENTS, DATABASE, Company, at_work, balancer, company
from tests.postgres_server import Server, postgres

__all__ = ["balancer", "company", "postgres"]

pytestmark = [pytest.mark.operations, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]

AWAY = {"502", "503", "504"}
CLOSED = {"ConnectionError", "ChunkedEncodingError", "SSLError"}
OLD_RECORDS = 50_000


def reasons(traffic: Traffic) -> set[str]:
    return {failure.partition(": ")[2] for failure in traffic.failed}


@contextmanager
def crashed(server: Server) -> Iterator[None]:
    server.stop(signal.SIGQUIT)
    try:
        yield
    finally:
        server.start()


@pytest.mark.parametrize("fault", [down, crashed, hanging, read_only])
def test_a_database_that_fails_costs_the_pages_of_that_time(company: Company, fault: Fault) -> None:
    with at_work(company, f"database {fault.__name__}") as traffic, fault(company.postgres):
        traffic.until(lambda: len(traffic.failed) >= len(AGENTS))
    assert reasons(traffic) == {"503"}
    assert traffic.strange == []


def test_a_killed_host_costs_what_it_had_under_way(company: Company, balancer: Balancer) -> None:
    dead = company.hosts[0]
    with at_work(company, f"kill -9 of a host behind {balancer.name}", balancer) as traffic:
        dead.die()
        traffic.go_on()
        dead.start()
        traffic.until(dead.is_in_the_balance)
    assert len(traffic.failed) <= len(AGENTS), traffic.failed
    assert reasons(traffic) <= AWAY | CLOSED


def test_a_balancer_that_reads_its_configuration_again_costs_nothing(company: Company, balancer: Balancer) -> None:
    with at_work(company, f"reload of {balancer.name}", balancer) as traffic:
        balancer.reload()
    assert traffic.failed == []


def test_a_balancer_that_dies_costs_the_pages_of_that_time(company: Company, balancer: Balancer) -> None:
    with at_work(company, f"kill -9 of {balancer.name}", balancer) as traffic:
        balancer.die()
        traffic.until(lambda: len(traffic.failed) >= len(AGENTS))
        balancer.start()
    assert reasons(traffic) <= AWAY | CLOSED


def test_a_backup_holds_one_whole_state_and_nobody_up(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "one.backup"
    with at_work(company, "backup") as traffic:
        before = company.records()
        company.manage("backup", str(file))
        after = company.records()
    assert traffic.failed == []
    elsewhere = {"DATABASE_URL": company.postgres.new_database("restored")}
    company.manage("restore", str(file), **elsewhere)
    company.manage("check_records", **elsewhere)
    copied = company.records("restored")
    assert before - copied == Counter() and copied - after == Counter()
    with company.postgres.connect("restored") as owner:
        owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('orders', '9999_later', now())")
    newer = tmp_path / "newer.backup"
    company.manage("backup", str(newer), **elsewhere)
    refused = on_postgres.run({**company.settings, **elsewhere}, "manage.py", "restore", str(newer))
    assert refused.returncode == 1
    assert "Nothing was changed." in refused.stderr and "orders.9999_later" in refused.stderr


def test_a_prune_removes_what_is_old_and_holds_nobody_up(company: Company) -> None:
    with company.postgres.connect(DATABASE) as owner:
        owner.execute(
            "INSERT INTO orders_accessrecord (at, user_name, what, order_ref, reference, route, connection_name, outcome, request_id,"
            " ticket, subject, about_name, detail, chain, seal, via)"
            " SELECT now() - interval '500 days', 'x', 'order_opened', '', '', '', '', '', 'old', '', '', '', '', '', '', ''"
            " FROM generate_series(1, %s)",
            [OLD_RECORDS],
        )
    with agents_at_work(company.balancer.port, AGENTS) as traffic:
        traffic.go_on(12)
        before = company.records()
        began = time.monotonic()
        output = company.manage("prune_access_records", "--older-than", "400d")
        print(
            f"\nprune of {before['old']} in {time.monotonic() - began:.1f} s: {traffic.total} answers, failed {traffic.failed}"
        )
        traffic.go_on()
    after = company.records()
    assert f"removed: {OLD_RECORDS}" in output
    assert set(before - after) == {"old"} and "old" not in after
    assert traffic.failed == []
    on_postgres.check_recorded(company.settings, traffic.shown)


@pytest.mark.parametrize("limit", [RLIMIT_NOFILE, RLIMIT_AS], ids=["files", "memory"])
def test_a_host_at_a_limit_shows_nothing_unrecorded_and_is_well_afterwards(company: Company, limit: int) -> None:
    host = company.hosts[1]
    soft, hard = prlimit(host.worker, limit)
    with at_work(company, f"limit {'of files' if limit == RLIMIT_NOFILE else 'of memory'}") as traffic:
        prlimit(host.worker, limit, (1, hard))  # it keeps the files or memory that it has, and gets no more
        log = host.log.stat().st_size
        try:
            traffic.go_on()
        finally:
            prlimit(host.worker, limit, (soft, hard))
        with host.log.open() as lines:
            lines.seek(log)
            # Without memory, a library in C may crash instead, and the process is replaced.
            met = {RLIMIT_NOFILE: "Too many open files", RLIMIT_AS: "MemoryError|SIGSEGV|SIGABRT"}[limit]
            assert re.search(met, lines.read())
        host.read = host.log.stat().st_size
        traffic.until(host.is_in_the_balance)
    assert len(traffic.failed) <= len(AGENTS), traffic.failed
    assert reasons(traffic) <= AWAY | CLOSED | {"500"}
