"""While the CDP hangs, the server stays alive; when a worker dies, no record is lost and no database stays locked."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.canary import CANARY
from tests.live import PROJECT, App, database_url, environment, free_port, wait_until_it_answers
from tests.pages.conftest import SEED

SLOW_PAGES = 64
CROWD = 1_000
LINKS = 200
SIGN_INS = 10
AT_ONCE = 16
KILLED_BEFORE = 60  # of the 200 pages


@pytest.mark.alone
def test_health_checks_answer_while_64_slow_pages_wait(live_app: App, sandbox: Sandbox) -> None:
    live_app.person()
    cookies = live_app.signed_in().cookies.get_dict()
    sandbox.set_fault("*", "hang")
    with ThreadPoolExecutor(SLOW_PAGES) as pool:
        pages = [pool.submit(fetch, f"{live_app.url}/orders/{SEED}/", cookies) for _ in range(SLOW_PAGES)]
        took: list[float] = []
        waiting = 0
        while not any(page.done() for page in pages):  # the time limit of a call is 6 s
            began = time.monotonic()
            assert requests.get(f"{live_app.url}/livez", timeout=5).status_code == 200
            took.append(time.monotonic() - began)
            waiting = max(waiting, sandbox.calls()["in_flight"])
            time.sleep(0.05)
        answers = Counter(page.result() for page in pages)
    assert waiting == SLOW_PAGES
    assert len(took) >= 10 and max(took) < 0.5
    assert answers == {504: SLOW_PAGES}
    sandbox.clear_faults("*")
    assert fetch(f"{live_app.url}/orders/{SEED}/", cookies) == 200


@pytest.mark.alone
def test_a_thousand_pages_wait_and_none_is_refused(live_app: App, tmp_path: Path) -> None:
    """A CDP that takes 5 s, or more under a thousand requests at once, and a thousand people who ask within four seconds."""
    live_app.person()
    request = page_request(live_app, f"/orders/{SEED}/")
    with Sandbox(latency_ms=5000, client_key=CANARY.client_key, token=CANARY.token) as cdp, another(
        live_app, tmp_path / "crowd.log", CDPVIEWER_EXTRA_REGIONS=f"sandbox={cdp.url}", CDPVIEWER_CDP_CALL_SECONDS="10"
    ) as port:  # fmt: skip
        pages = ThreadPoolExecutor(1).submit(statuses_of, port, request, CROWD)
        took: list[float] = []
        most = 0
        while not pages.done():
            began = time.monotonic()
            assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=10).status_code == 200
            took.append(time.monotonic() - began)
            most = max(most, cdp.calls()["in_flight"])
            time.sleep(0.05)
    assert pages.result() == {200: CROWD}
    assert most > 0.8 * CROWD
    assert len(took) >= 30 and max(took) < 0.5


@pytest.mark.alone
@pytest.mark.parametrize("expand", [True, False], ids=["records", "references"])
def test_ticket_links_ask_two_ways_at_once_however_many_wait(live_app: App, tmp_path: Path, expand: bool) -> None:
    """Both if the CDP lists records and if it lists only references."""
    live_app.person()
    request = page_request(live_app, "/orders/B94TXY/")
    with Sandbox(latency_ms=3000, expand=expand, client_key=CANARY.client_key, token=CANARY.token) as cdp, another(
        live_app, tmp_path / "links.log", CDPVIEWER_EXTRA_REGIONS=f"sandbox={cdp.url}", CDPVIEWER_WORKERS="1",
    ) as port:  # fmt: skip
        pages = ThreadPoolExecutor(1).submit(statuses_of, port, request, LINKS, within=2.0)
        most = 0
        while not pages.done():
            most = max(most, cdp.calls()["in_flight"])
            time.sleep(0.05)
    assert pages.result() == {200: LINKS}
    assert most > 1.6 * LINKS  # as a ref and as a reference


@pytest.mark.alone
def test_ten_who_sign_in_at_once_hold_up_no_page(live_app: App, sandbox: Sandbox) -> None:
    """Each password takes some 30 ms of CPU time; pages and probes are served meanwhile."""
    live_app.person()
    cookies = live_app.signed_in().cookies.get_dict()
    with ThreadPoolExecutor(SIGN_INS) as pool:
        signing_in = [pool.submit(live_app.signed_in) for _ in range(SIGN_INS)]
        took: list[float] = []
        while not all(attempt.done() for attempt in signing_in) or len(took) < 10:
            began = time.monotonic()
            assert fetch(f"{live_app.url}/orders/{SEED}/", cookies) == 200
            took.append(time.monotonic() - began)
    assert all(attempt.result().cookies for attempt in signing_in)
    assert sorted(took)[len(took) // 2] < 0.5 and max(took) < 2


def test_two_hundred_records_of_eight_writers_are_all_kept(transactional_db: None, tmp_path: Path) -> None:
    """Eight processes write at the same time, each in a transaction that holds the file for a while."""
    start = time.time() + 4
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(start)], env=writers_environment(), cwd=PROJECT)
        for _ in range(8)
    ]
    assert [writer.wait(60) for writer in writers] == [0] * 8
    assert AccessRecord.objects.filter(user_name="writer").count() == 200


@pytest.mark.any_database
def test_kept_connections_do_not_hold_up_the_stop(live_app: App, sandbox: Sandbox, tmp_path: Path) -> None:
    """A page in progress is finished; connections that browsers merely keep open are closed."""
    live_app.person()
    cookies = live_app.signed_in().cookies.get_dict()
    sandbox.set_fault("*", "slow-3s")
    with ThreadPoolExecutor(1) as pool, another(live_app, tmp_path / "stopped.log") as port:
        kept = [requests.Session() for _ in range(6)]
        for browser in kept:
            assert browser.get(f"http://127.0.0.1:{port}/livez", timeout=5).status_code == 200
        page = pool.submit(fetch, f"http://127.0.0.1:{port}/orders/{SEED}/", cookies)
        while not sandbox.calls()["in_flight"]:
            time.sleep(0.05)
        began = time.monotonic()
    assert page.result() == 200
    assert time.monotonic() - began < 9
    for browser in kept:
        browser.close()


def test_a_killed_worker_loses_no_record_and_locks_nothing(live_app: App, sandbox: Sandbox) -> None:
    live_app.person()
    cookies = live_app.signed_in().cookies.get_dict()
    workers = workers_of(live_app)
    assert len(workers) >= 2

    shown: set[str] = set()
    lost: list[float] = []

    def read(number: int) -> int:
        if number == KILLED_BEFORE:
            os.kill(workers[0], signal.SIGKILL)
        began = time.monotonic()
        try:
            answer = requests.get(f"{live_app.url}/orders/{SEED}/", cookies=cookies, timeout=30, allow_redirects=False)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            lost.append(began)  # the killed worker was preparing or sending this page, or had it in its queue
            return 0
        shown.add(answer.headers["X-Request-ID"])
        return answer.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pages = pool.map(read, range(200))
        limit = time.monotonic() + 30
        while workers[0] in workers_of(live_app) and time.monotonic() < limit:
            time.sleep(0.001)
        gone = time.monotonic()
        statuses = Counter(pages)
    print(f"\nkill -9 of a process: {dict(statuses)}")
    assert set(statuses) <= {200, 0}
    # Until its last file is closed, a dying process still has a queue, in which one browser may lose several pages.
    assert gone < limit and max(lost, default=0) < gone and len(lost) <= 3 * AT_ONCE
    # A page that was shown has its record; there may also be a record for a page that the dying worker did not manage to send.
    recorded = list(AccessRecord.objects.filter(what="order_opened").values_list("request_id", flat=True))
    assert len(shown) == statuses[200] and shown <= set(recorded) and len(recorded) <= 200
    assert fetch(f"{live_app.url}/orders/{SEED}/", cookies) == 200
    limit = time.monotonic() + 10
    while len(alive := workers_of(live_app)) < len(workers) and time.monotonic() < limit:
        time.sleep(0.05)
    assert len(alive) == len(workers) and workers[0] not in alive


def fetch(url: str, cookies: dict[str, str]) -> int:
    return requests.get(url, cookies=cookies, timeout=30).status_code


def workers_of(app: App) -> list[int]:
    """The process ids of the server's workers, the oldest first."""
    main = app.process.pid
    return [int(pid) for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split()]


WRITER = """
import sys, time, django
django.setup()
from django.db import transaction
from orders.models import AccessRecord
time.sleep(max(0, float(sys.argv[1]) - time.time()))
for number in range(25):
    with transaction.atomic():
        AccessRecord.objects.create(user_id=1, user_name="writer", what="order_opened", order_ref="r")
        time.sleep(0.01)
"""


def writers_environment() -> dict[str, str]:
    return environment(
        DJANGO_SETTINGS_MODULE="cdpviewer.settings",
        CDPVIEWER_HTTPS="off",
        DATABASE_URL=database_url(),
    )


@contextlib.contextmanager
def another(app: App, log: Path, **more: str) -> Iterator[int]:
    """Run a second server on the same database with other settings; yields its port."""
    port = free_port()
    env = {**app.environment, "CDPVIEWER_BIND": f"127.0.0.1:{port}", **more}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def page_request(app: App, path: str) -> bytes:
    """The bytes of a signed-in agent's request for a page, for a connection of its own."""
    cookies = "; ".join(f"{name}={value}" for name, value in app.signed_in().cookies.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n".encode()


def statuses_of(port: int, request: bytes, count: int, *, within: float = 4.0) -> Counter[int]:
    """Count the statuses of `count` requests sent within that many seconds, each on a connection of its own."""
    answers: Counter[int] = Counter()
    with selectors.DefaultSelector() as waiting:
        for number in range(count):
            link = socket.create_connection(("127.0.0.1", port), timeout=20)
            link.sendall(request)
            waiting.register(link, selectors.EVENT_READ)
            if number % 10 == 0:
                time.sleep(10 * within / count)
        while waiting.get_map():
            for key, _events in waiting.select(20):
                link = key.fileobj  # type: ignore[assignment]
                answers[int(link.recv(65536)[9:12] or 0)] += 1
                waiting.unregister(link)
                link.close()
    return answers
