"""Two servers on one PostgreSQL and one Redis, one of them with a wrong clock (Debian's faketime)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests import on_postgres, redis_server
from tests.live import free_port
from tests.operations.agents import _signed_in, agents_at_work
from tests.operations.balancing import NAME, Host, haproxy
from tests.operations.test_metrics import Metrics, wait_for_port
from tests.pages.conftest import SEED
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

pytestmark = [pytest.mark.operations, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]

ORDER = f"/orders/{SEED}/"
AGENTS = [f"agent{number}" for number in range(3)]
OFF = re.compile(r"the clock of this server is (\d+) s off")
BUSY = 20  # seconds by which a busy machine may distort a clock difference


def library() -> str:
    """The library that gives a process another clock. Without it, the tests are skipped with a notice; under CI=true they fail."""
    paths = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not paths:
        reason = "NO FAKETIME: install Debian's faketime; servers with a wrong clock are not tried until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return str(paths[0])


@dataclass
class Clock:
    """The clock of a host, which can be changed while its processes run."""

    file: Path
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.env = {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.set("+0")

    def set(self, skew: str) -> None:
        """Set it ahead of the machine's clock ("+40m") or behind it ("-40m")."""
        new = self.file.with_suffix(".new")
        new.write_text(skew)
        new.replace(self.file)


def prepared(
    name: str, postgres: Server, sandbox: Sandbox, static: Path, redis: redis_server.Server, *people: str
) -> dict[str, str]:
    """The settings of both servers, on a new database with these people."""
    url = postgres.new_database(name)
    env = on_postgres.settings(sandbox, static, DATABASE_URL=url, CDPVIEWER_REDIS_URL=redis.url)
    for arguments in (("manage.py", "migrate", "--verbosity=0"), ("-c", on_postgres.AGENT, *people)):
        done = on_postgres.run(env, *arguments)
        assert done.returncode == 0, done.stderr
    return env


def seconds_off(ready: requests.Response) -> int:
    """The clock offset in seconds that `/readyz` reports, if it reports no other fault."""
    state = ready.json()
    match = OFF.fullmatch(state.pop("clock"))
    assert match and ready.status_code == 503, ready.text
    assert {state[name] for name in ("database", "migrations", "keys")} == {"ok"}
    return int(match[1])


@pytest.fixture
def redis() -> Iterator[redis_server.Server]:
    with redis_server.running() as running:
        yield running


@contextmanager
def wrong_by(skew: str, env: dict[str, str], folder: Path) -> Iterator[on_postgres.Served]:
    """An additional server whose clock is wrong, with an agent signed in."""
    folder.mkdir()
    clock = Clock(folder / "clock")
    clock.set(skew)
    with on_postgres.serving({**env, **clock.env}, folder) as served:
        yield served


def test_a_wrong_clock_ends_no_session_and_loses_no_record(
    postgres: Server, redis: redis_server.Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    env, shown = prepared("skewed", postgres, running_sandbox, gathered_static, redis), set[str]()

    def statuses(session: requests.Session, *urls: str) -> list[int]:
        codes = []
        for url in urls:
            answer = session.get(url + ORDER, timeout=20, allow_redirects=False)
            codes.append(answer.status_code)
            if answer.status_code == 200:
                shown.add(answer.headers["X-Request-ID"])
        return codes

    def calls_of_a_panel(after: str, panel: str) -> int:
        """How many CDP calls a panel at one server needs after the page at the other."""
        assert statuses(right.session, after) == [200]
        before = running_sandbox.calls()["total"]
        assert right.session.get(f"{panel}{ORDER}raw/", timeout=20).status_code == 200
        return int(running_sandbox.calls()["total"] - before)

    with on_postgres.serving(env, tmp_path) as right:
        for skew, seconds in (("+20", 0), ("+4m", 240), ("-4m", 240), ("+40m", 2400), ("-40m", 2400)):
            with wrong_by(skew, env, tmp_path / skew) as wrong:
                for session in (right.session, wrong.session):
                    assert statuses(session, right.url, wrong.url, right.url) == [200, 200, 200], skew
                assert right.get("/readyz").json()["clock"] == "ok"
                shared = (calls_of_a_panel(right.url, wrong.url), calls_of_a_panel(wrong.url, right.url))
                if not seconds:
                    assert wrong.get("/readyz").status_code == 200 and shared == (0, 0)
                    continue
                assert shared == (1, 1), "answers are shared though one is read as too old, or as from the future"
                assert abs(seconds_off(wrong.get("/readyz")) - seconds) < BUSY
                assert '"seconds_ahead_of_the_database": ' in wrong.log.read_text()
                # A session that has ended is ended at both servers, even if the host's own clock has not reached its end.
                with postgres.connect("skewed") as owner:
                    owner.execute("UPDATE django_session SET expire_date = expire_date - interval '10 hours 1 minute'")
                    for server in (wrong, right):
                        with requests.Session() as copy:  # the answer deletes the cookie
                            copy.trust_env = False
                            copy.cookies.update(right.session.cookies)
                            assert statuses(copy, server.url) == [302], skew
                    owner.execute("UPDATE django_session SET expire_date = expire_date + interval '10 hours 1 minute'")
    with postgres.connect("skewed") as owner:
        rows = owner.execute("SELECT request_id, at FROM orders_accessrecord WHERE what = 'order_opened'").fetchall()
    assert {request_id for request_id, _at in rows} == shown and shown
    times = [at for _request_id, at in rows]
    assert max(times) - min(times) > timedelta(minutes=79), "the clocks were right"
    on_postgres.check_recorded(env, shown)


def test_a_clock_that_jumps_takes_its_host_out_of_the_balance_and_costs_nobody_anything(
    postgres: Server, redis: redis_server.Server, running_sandbox: Sandbox, gathered_static: Path, tmp_path: Path
) -> None:
    settings = prepared("jumping", postgres, running_sandbox, gathered_static, redis, *AGENTS)
    clock, metrics, shown = Clock(tmp_path / "clock"), Metrics(free_port()), set[str]()
    hosts = [Host.started(settings, tmp_path, "right")]
    try:
        hosts.append(
            Host.started(settings, tmp_path, "wrong", CDPVIEWER_METRICS_BIND=f"127.0.0.1:{metrics.port}", **clock.env)
        )
        wait_for_port(metrics.port)
        with (
            haproxy(tmp_path, [host.port for host in hosts]) as balancer,
            _signed_in(balancer.port, AGENTS[0]) as before,
        ):
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in before.cookies)

            def straight(host: Host, path: str = ORDER) -> requests.Response:
                headers = {
                    "Host": NAME,
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-For": "192.0.2.1",
                    "Cookie": cookies,
                }
                answer = requests.get(
                    f"http://127.0.0.1:{host.port}{path}", headers=headers, timeout=20, allow_redirects=False
                )
                if path == ORDER and answer.status_code == 200:
                    shown.add(answer.headers["X-Request-ID"])
                return answer

            for skew, seconds in (("+4m", 240), ("-4m", -240), ("+40m", 2400), ("-40m", -2400)):
                with agents_at_work(balancer.port, AGENTS) as traffic:
                    hosts[1].read = hosts[1].log.stat().st_size
                    traffic.until(hosts[1].is_in_the_balance)
                    clock.set(skew)
                    traffic.until(lambda: bool(OFF.fullmatch(straight(hosts[1], "/readyz").json()["clock"])))
                    traffic.go_on()
                    assert abs(seconds_off(straight(hosts[1], "/readyz")) - abs(seconds)) < BUSY
                    assert abs(metrics.value("cdpviewer_clock_offset_seconds") - seconds) < BUSY
                    # The person who signed in before the jump, even without a balancer to keep them away from that host.
                    assert [straight(host).status_code for host in (hosts[1], hosts[0], hosts[1])] == [200] * 3
                    clock.set("+0")
                    traffic.until(lambda: straight(hosts[1], "/readyz").status_code == 200)
                    hosts[1].read = hosts[1].log.stat().st_size
                    traffic.until(hosts[1].is_in_the_balance)
                assert traffic.failed == [], skew
                opened = {what for what in traffic.seen if what.startswith("open_an_order")}
                assert opened == {"open_an_order: 200"}, skew  # a 302 would lead to the sign-in
                shown |= traffic.shown
                print(f"\nclock {skew}: {traffic.total} answers, {len(traffic.shown)} orders shown")
    finally:
        for host in hosts:
            host.end()
    on_postgres.check_recorded(settings, shown)
