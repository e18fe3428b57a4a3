"""While the CDP hangs the server stays alive; when a worker dies no record is lost and no database stays locked."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.live import App
from tests.pages.conftest import SEED

SLOW_PAGES = 64


def test_health_checks_answer_while_64_slow_pages_wait(live_app: App, sandbox: Sandbox) -> None:
    live_app.person()
    cookies = live_app.signed_in().cookies.get_dict()
    sandbox.set_fault("*", "hang")
    with ThreadPoolExecutor(SLOW_PAGES) as pool:
        pages = [pool.submit(fetch, f"{live_app.url}/orders/{SEED}/", cookies) for _ in range(SLOW_PAGES)]
        took: list[float] = []
        waiting = 0
        while not any(page.done() for page in pages):  # a call is given 6 s
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


def test_a_killed_worker_loses_no_record_and_locks_nothing(live_app: App, sandbox: Sandbox) -> None:
    live_app.person()
    cookies = live_app.signed_in().cookies.get_dict()
    workers = workers_of(live_app)
    assert len(workers) >= 2

    def read(number: int) -> int:
        if number == 60:
            os.kill(workers[0], signal.SIGKILL)
        try:
            return fetch(f"{live_app.url}/orders/{SEED}/", cookies)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return 0  # a page that the killed worker was making, or was sending

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(read, range(200)))
    assert set(statuses) <= {200, 0}
    assert statuses[200] >= 100
    # A page that was shown has its record; a record may exist for a page that the dying worker did not send any more.
    assert statuses[200] <= AccessRecord.objects.filter(what="order_opened").count() <= 200
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
