"""Start page, activity and exports with hundreds of thousands of records on PostgreSQL; RECORDS=5000000 for millions.

The tests check how many rows a page reads, how much memory an export takes and, with MILLIONS of records, the best time of a page;
the times are printed, for docs/operating.md.
"""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import PASSWORD, sign_in
from tests.on_postgres import Served
from tests.operations.many_records import RECORDS, load
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

pytestmark = pytest.mark.operations

NAME = "many"
MOST_ROWS = (
    6_000  # of all records, read for one page: the start page reads 400 openings, the administration counts up to 2,000
)
MILLIONS = 5_000_000
LONGEST = 0.2  # seconds, the best of five views, with so many records
MOST_GROWTH = 40_000  # kB of the server's memory for an export
AUDITOR = f"""
from django.contrib.auth.models import Group, User
auditor = User.objects.create_user("auditor", password={PASSWORD!r}, is_staff=True)
auditor.groups.set(Group.objects.filter(name="Auditors"))
"""
MIDDLE = "SELECT order_ref, reference, ticket, request_id, at::date::text FROM orders_accessrecord WHERE order_ref <> '' AND id > %s LIMIT 1"
READ = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables WHERE relname LIKE 'orders_accessrecord%'"


@dataclass
class House:
    """The server, an auditor's browser, and the database."""

    served: Served
    auditor: requests.Session
    postgres: Server
    settings: dict[str, str]

    def rows_read(self) -> int:
        """The number of records read so far. PostgreSQL updates it at the end of a connection, so this waits until it settles."""
        with self.postgres.connect(NAME) as connection:
            counted = -1
            while (now := connection.execute(READ).fetchone()) is not None and int(now[0]) != counted:
                counted = int(now[0])
                time.sleep(0.3)  # there is no signal that the figures have arrived
        return counted


@pytest.fixture(scope="module")
def house(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    env = on_postgres.settings(
        running_sandbox, gathered_static, DATABASE_URL=postgres.new_database(NAME), CDPVIEWER_DB_POOL="none"
    )
    for arguments in (("-c", on_postgres.WITH_MONTHS), ("-c", on_postgres.AGENT + AUDITOR)):
        done = on_postgres.run(env, *arguments)
        assert done.returncode == 0, done.stderr
    load(postgres, NAME)
    with on_postgres.serving(env, tmp_path_factory.mktemp("many")) as served, requests.Session() as auditor:
        auditor.trust_env = False
        sign_in(auditor, served.url, "auditor")
        yield House(served, auditor, postgres, env)


def test_no_page_reads_more_than_it_shows(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with house.postgres.connect(NAME) as connection:
        row = connection.execute(MIDDLE, [RECORDS // 2]).fetchone()
        assert row is not None
        order, reference, ticket, request_id, day = row
    place = f"{day.replace('-', '')}T000000000000-1"
    everybody = (
        "", f"before={place}", f"after={place}", "kind=orders", "kind=people", "kind=account", f"kind=account&before={place}",
        "reveals=1", f"reveals=1&before={place}", "reveals=1&kind=orders", "person=7", "person=7&kind=account", "person=7&reveals=1",
        "person=99999", f"order={order}", f"order={reference}", "order=NOSUCH", f"for_ticket={ticket}", "for_ticket=NOSUCH",
        f"subject={'0' * 64}", f"from={day}&to={day}", f"from={day}&to={day}&kind=account", f"to={day}", "from=2099-01-01", "to=2000-01-01",
    )  # fmt: skip
    administration = (
        f"q={request_id}",
        f"q={order}",
        "q=nosuch",
        "q=person7",
        "what__exact=records_pruned",
        "what__exact=field_revealed",
    )
    agent = house.served.session
    pages = [
        (agent, "/"), (agent, "/activity/"), (agent, f"/activity/?before={place}"), (agent, "/activity/?kind=account"),
        *((house.auditor, f"/activity/?{query}") for query in everybody),
        *((house.auditor, f"/admin/orders/accessrecord/?{query}") for query in administration),
    ]  # fmt: skip
    lines, too_many, too_slow = [], [], []
    for browser, path in pages:
        times, before = [], house.rows_read()
        for _view in range(5):
            began = time.perf_counter()
            answer = browser.get(house.served.url + path, timeout=30, allow_redirects=False)
            times.append(time.perf_counter() - began)
            assert answer.status_code == 200, path
        rows = (house.rows_read() - before) // 5
        lines.append(f"{min(times) * 1000:6.0f} ms {rows:7} rows  {'agent' if browser is agent else 'auditor'} {path}")
        if rows > MOST_ROWS:
            too_many.append(lines[-1])
        if RECORDS >= MILLIONS and min(times) > LONGEST:
            too_slow.append(lines[-1])
    with capsys.disabled():
        print(f"\n{RECORDS} records", *lines, sep="\n")
    assert not too_many
    assert not too_slow


def test_an_export_takes_no_more_memory_the_longer_it_is(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (worker,) = Path(f"/proc/{house.served.process.pid}/task/{house.served.process.pid}/children").read_text().split()

    def most() -> int:
        status = Path(f"/proc/{worker}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))

    expected = min(RECORDS, 1_000_000)
    since = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 400 * 86_400 * expected / RECORDS))
    house.auditor.get(f"{house.served.url}/activity/export.csv?to=2000-01-01", timeout=30)
    began, before, rows = time.perf_counter(), most(), 0
    with house.auditor.get(f"{house.served.url}/activity/export.csv?from={since}", stream=True, timeout=60) as answer:
        for _row in csv.reader(answer.iter_lines(decode_unicode=True)):
            rows += 1
    grown = most() - before
    with capsys.disabled():
        print(f"\n{rows} rows in {time.perf_counter() - began:.0f} s, {grown} kB more at most")
    assert rows > expected * 0.99 and grown < MOST_GROWTH


def kept(house: House) -> tuple[int, int]:
    """The number of access records, and the bytes of all partitions with their indexes."""
    with house.postgres.connect(NAME) as connection:
        row = connection.execute(
            "SELECT count(*), (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('orders_accessrecord'))"
            " FROM orders_accessrecord"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_a_prune_of_half_of_all_keeps_no_page_waiting(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Comes last, since it removes the older half."""
    _all, before = kept(house)
    over, statuses, longest = threading.Event(), set[int](), [0.0]

    def open_orders() -> None:
        while not over.is_set():
            began = time.perf_counter()
            statuses.add(house.served.get("/orders/B94TXY/").status_code)
            longest[0] = max(longest[0], time.perf_counter() - began)
            over.wait(0.2)

    agent = threading.Thread(target=open_orders)
    agent.start()
    try:
        began = time.perf_counter()
        pruned = on_postgres.run(
            house.settings, "manage.py", "prune_access_records", "--older-than", "200d", seconds=1800
        )
        took = time.perf_counter() - began
    finally:
        over.set()
        agent.join(60)
    assert pruned.returncode == 0, pruned.stderr
    left, size = kept(house)
    with capsys.disabled():
        print(
            f"\n{pruned.stdout.strip()} in {took:.0f} s; the slowest order page {longest[0]:.2f} s; {left} left, {size / 1e6:.0f} MB of {before / 1e6:.0f}"
        )
    assert statuses == {200}
    assert RECORDS * 0.49 < left < RECORDS * 0.52 + 1_000
