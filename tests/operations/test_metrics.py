"""The port of CDPVIEWER_METRICS_BIND: its series, across processes, and no personal data in any of them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from cdpviewer.databases import FREE_CONNECTION
from cdpviewer.metrics.gathered import Gathered
from orders.models import Connection
from orders.models.shared import SharedConnection
from orders.privacy.partitions import month_after
from sandbox.server import Sandbox
from tests import on_postgres
from tests.canary import CANARY
from tests.live import PASSWORD, PROJECT, App, environment, free_port, sign_in, wait_until_it_answers
from tests.postgres_server import Server, postgres
from tests.wiring.test_postgresql import RECORD

__all__ = ["postgres"]

ORDER = "/orders/d680c9be-4c07-4731-857e-9602034b15f2/"
SECRETS = (
    "B94TXY",
    "ZD-4711",
    "canary-agent",
    "nobody-at-all",
    "Canary Tenant",
    PASSWORD,
    "secret-path",
    CANARY.client_key,
    CANARY.token,
)

ASKING = ("deploy/grafana/cdpviewer.json", "deploy/prometheus/alerts.yml", "deploy/prometheus/alerts_test.yml")


@dataclass
class Metrics:
    """A port for metrics; `scrape` maps (name, labels) to the value of each sample."""

    port: int

    def text(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            return str(answer.read().decode())

    def scrape(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        families = text_string_to_metric_families(self.text())
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """The sum of all samples with that name and these labels."""
        pairs = set(labels.items())
        return sum(value for (series, have), value in self.scrape().items() if series == name and pairs <= have)


@dataclass
class Metered(Metrics):
    """A server of two processes and its port for metrics."""

    app: App
    temporary: Path


@pytest.fixture
def metered(live_app: App, tmp_path: Path, gathered_static: Path) -> Iterator[Metered]:
    port, metrics, log, temporary = free_port(), free_port(), tmp_path / "app.log", tmp_path / "tmp"
    temporary.mkdir()
    env = environment(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_METRICS_BIND=f"127.0.0.1:{metrics}",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        CDPVIEWER_EXTRA_REGIONS=live_app.environment["CDPVIEWER_EXTRA_REGIONS"],
        DATABASE_URL=live_app.environment["DATABASE_URL"],
        TMPDIR=str(temporary),
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        wait_for_port(metrics)
        yield Metered(metrics, App(f"http://127.0.0.1:{port}", log, process, live_app.sandbox, env), temporary)
    finally:
        process.terminate()
        process.wait(20)


def wait_for_port(port: int) -> None:
    """Wait until the port for metrics answers."""
    limit = time.monotonic() + 40
    while time.monotonic() < limit:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the port for metrics does not answer")


def is_open(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
    except OSError:
        return False
    return True


def use(app: App) -> requests.Session:
    """Sign in after a wrong password; open an order with a ticket, its panels, a missing order, and addresses without a page."""
    user = app.person("canary-agent")
    Connection.objects.filter(user=user).update(name="Canary Tenant")
    session = requests.Session()
    session.trust_env = False
    sign_in(session, app.url, "nobody-at-all")
    sign_in(session, app.url, "canary-agent", "a wrong passphrase")
    assert sign_in(session, app.url, "canary-agent").status_code == 302
    for path in (
        "/orders/B94TXY/?ticket=ZD-4711",
        "/orders/B94TXY/contacts/",
        "/orders/XXXXXX/",
        "/secret-path/B94TXY/",
    ):
        session.get(app.url + path, timeout=20)
    session.request("SECRETS", app.url + "/orders/B94TXY/", timeout=20)
    return session


@pytest.mark.operations
def test_all_processes_are_counted_together_and_nothing_names_a_person(metered: Metered) -> None:
    use(metered.app)
    samples = metered.scrape()
    assert metered.value("cdpviewer_requests_total", route="order", method="GET", status="200") == 1
    assert metered.value("cdpviewer_requests_total", route="order", status="404") == 1
    assert metered.value("cdpviewer_requests_total", route="none", status="404") == 1
    assert metered.value("cdpviewer_requests_total", route="order", method="other") == 1
    assert metered.value("cdpviewer_request_seconds_count", route="order_contacts") == 1
    assert metered.value("cdpviewer_cdp_calls_total", region="sandbox", outcome="ok") > 1
    assert metered.value("cdpviewer_cdp_tries_total", region="sandbox") >= metered.value("cdpviewer_cdp_calls_total")
    assert metered.value("cdpviewer_cdp_call_seconds_count", region="sandbox") == metered.value(
        "cdpviewer_cdp_calls_total"
    )
    assert metered.value("cdpviewer_memory_reads_total") > 0
    assert metered.value("cdpviewer_places_in_use") == 0
    assert metered.value("cdpviewer_database_seconds_count") > 10
    assert metered.value("cdpviewer_database_wait_seconds_count") > 5
    assert metered.value("cdpviewer_sign_ins_refused_total", reason="wrong") == 2
    assert metered.value("cdpviewer_sessions") == 1
    assert metered.value("cdpviewer_connection_last_result", region="sandbox", result="accepted") == 1
    assert metered.value("cdpviewer_database_up") == 1
    text = metered.text()
    assert not [secret for secret in SECRETS if secret.lower() in text.lower()]
    there = {series for series, _labels in samples} | {"cdpviewer_database_failures_total"}  # absent without failures
    for name in ASKING:
        asked = set(re.findall(r"\bcdpviewer_[a-z_]+", (PROJECT / name).read_text()))
        assert asked and not asked - there, name
    # Every label is one of our own words, a number, a region or the bound of a bucket.
    allowed = {"route", "method", "status", "region", "outcome", "result", "team", "error", "reason", "step", "le"}
    assert {name for _series, labels in samples for name, _value in labels} <= allowed


@pytest.mark.operations
def test_a_killed_process_leaves_no_places_and_a_stopped_server_neither_port_nor_files(metered: Metered) -> None:
    app = metered.app
    app.person()
    session = app.signed_in()
    app.sandbox.set_fault("*", "slow-body")
    waiting = threading.Thread(target=ask_and_be_cut_off, args=(session, app.url + "/orders/B94TXY/"))
    waiting.start()
    until(lambda: metered.value("cdpviewer_places_in_use") == 1)
    for worker in workers(app.process.pid):
        os.kill(worker, signal.SIGKILL)
    waiting.join(20)
    until(lambda: metered.value("cdpviewer_places_in_use") == 0)
    assert [path.name.startswith("cdpviewer-metrics-") for path in metered.temporary.iterdir()] == [True]
    assert all(path.stat().st_mode & 0o077 == 0 for path in metered.temporary.rglob("*"))
    metered.app.process.terminate()
    metered.app.process.wait(20)
    until(lambda: not is_open(metered.port))
    assert not list(metered.temporary.iterdir())


def ask_and_be_cut_off(session: requests.Session, url: str) -> None:
    with suppress(requests.ConnectionError):
        session.get(url, timeout=20)


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.05)


def workers(server: int) -> list[int]:
    """The pids of a server's processes that answer pages."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [
        int(pid) for pid in children if b"cdpviewer.metrics.server" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


@pytest.mark.operations
def test_pages_that_find_every_connection_taken_are_counted_with_their_wait(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    metrics = Metrics(free_port())
    env = on_postgres.settings(
        running_sandbox,
        gathered_static,
        DATABASE_URL=postgres.new_database("waits"),
        CDPVIEWER_DB_CONNECTIONS="1",
        CDPVIEWER_METRICS_BIND=f"127.0.0.1:{metrics.port}",
    )
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT)):
        done = on_postgres.run(env, *arguments)
        assert done.returncode == 0, done.stderr
    with on_postgres.serving(env, tmp_path) as served:
        wait_for_port(metrics.port)
        assert served.get_when_well(ORDER).status_code == 200
        before = metrics.value("cdpviewer_database_failures_total", step="connection", error="pool_timeout")
        # Each page waits 0.75 s for the table, and holds the only connection meanwhile.
        with postgres.connect("waits") as owner, owner.transaction(), ThreadPoolExecutor(6) as crowd:
            owner.execute("LOCK TABLE orders_accessrecord, django_session")
            assert set(crowd.map(lambda _: served.get(ORDER).status_code, range(6))) == {503}
        after = metrics.value("cdpviewer_database_failures_total", step="connection", error="pool_timeout")
        assert after > before
        assert metrics.value("cdpviewer_database_failures_total", step="statement", error="operational_error") > 0
        assert metrics.value("cdpviewer_database_wait_seconds_sum") > 0.9 * FREE_CONNECTION * (after - before)


def test_a_shared_connection_is_counted_under_its_name_as_the_team_and_an_own_one_without(db: None) -> None:
    owner = User.objects.create_user("canary-agent")
    own = Connection(user=owner, name="Canary Tenant")
    own.set_credentials(region="sandbox", client_key=CANARY.client_key, token=CANARY.token)
    own.last_result = "accepted"
    own.save()
    for name, result, active in (("Bookings", "refused", True), ("New", "", True), ("Withdrawn", "accepted", False)):
        shared = SharedConnection(name=name, region="sandbox", active=active)
        shared.set_credentials(client_key=CANARY.client_key, token=CANARY.token)
        shared.last_result = result
        shared.save()
    registry = CollectorRegistry()
    registry.register(Gathered())
    families = text_string_to_metric_families(generate_latest(registry).decode())
    (results,) = (family for family in families if family.name == "cdpviewer_connection_last_result")
    counted = {(sample.labels["team"], sample.labels["result"]): sample.value for sample in results.samples}
    assert counted == {("", "accepted"): 1, ("Bookings", "refused"): 1, ("New", "never_used"): 1}
    assert "Canary" not in generate_latest(registry).decode()


MONTHS = ("cdpviewer_record_months_missing", "cdpviewer_records_in_default_partition", "cdpviewer_database_up")


@pytest.fixture
def of_months(
    postgres: Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> Iterator[Callable[[], list[float | None]]]:
    """The values of MONTHS that the metrics process reports, None if it has none, as the pages' role on a database divided into months."""
    with postgres.connect() as superuser:
        superuser.execute("CREATE ROLE gauge_keeper LOGIN")
        superuser.execute("CREATE ROLE gauge_pages LOGIN")
        superuser.execute("CREATE DATABASE gauged OWNER gauge_keeper")
    metrics = Metrics(free_port())
    env = on_postgres.settings(
        running_sandbox,
        gathered_static,
        DATABASE_URL=postgres.url("gauged", "gauge_pages"),
        CDPVIEWER_METRICS_BIND=f"127.0.0.1:{metrics.port}",
        PROMETHEUS_MULTIPROC_DIR=str(tmp_path),
    )
    owner = {**env, "CDPVIEWER_OWNER_DATABASE_URL": postgres.url("gauged", "gauge_keeper")}
    done = on_postgres.run(owner, "-c", on_postgres.WITH_MONTHS)
    assert done.returncode == 0, done.stderr
    process = subprocess.Popen([sys.executable, "-m", "cdpviewer.metrics.server"], env=env, cwd=PROJECT)
    try:
        wait_for_port(metrics.port)
        yield lambda: [metrics.scrape().get((name, frozenset())) for name in MONTHS]
    finally:
        process.terminate()
        process.wait(20)


def test_months_without_a_partition_and_records_outside_all_months_are_counted_as_the_pages(
    of_months: Callable[[], list[float | None]], postgres: Server
) -> None:
    now = datetime.now(UTC)
    later = month_after(now)
    with postgres.connect("gauged", "gauge_keeper") as keeper, postgres.connect("gauged", "gauge_pages") as pages:
        pages.execute(RECORD, [now])
        assert of_months() == [0, 0, 1]
        with keeper.transaction():
            keeper.execute("LOCK TABLE orders_accessrecord")
            assert of_months() == [None, None, 1]
        keeper.execute(f"DROP TABLE orders_accessrecord_{later:%Y%m}".encode())
        assert of_months() == [1, 0, 1]
        pages.execute(RECORD, [later])
        assert of_months() == [1, 1, 1]
        keeper.execute(f"DROP TABLE orders_accessrecord_{now:%Y%m}".encode())
        assert of_months() == [2, 1, 1]


def test_the_database_is_said_to_be_down(db: None) -> None:
    registry = CollectorRegistry()
    registry.register(Gathered())
    with connection.execute_wrapper(fail):
        assert b"cdpviewer_database_up 0.0" in generate_latest(registry)


def fail(*_args: object) -> None:
    raise OperationalError("it does not answer")
