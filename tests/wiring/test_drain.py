"""A server that is told to stop says so to its balancer first, and serves meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.live import PROJECT, database_url, environment, free_port, wait_until_it_answers

DRAIN = 4


def test_readyz_says_no_while_pages_go_on_and_connections_end(
    transactional_db: None, gathered_static: Path, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "app.log"
    env = environment(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        CDPVIEWER_DRAIN_SECONDS=str(DRAIN),
        DATABASE_URL=database_url(),
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        session, url = requests.Session(), f"http://127.0.0.1:{port}"
        session.trust_env = False
        before = session.get(url + "/accounts/login/", timeout=20)
        assert before.status_code == 200 and before.headers["Connection"] == "keep-alive"

        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        while requests.get(url + "/readyz", timeout=20).status_code != 503:
            assert time.monotonic() - told < DRAIN
        kept = session.get(url + "/accounts/login/", timeout=20)  # on the connection from before
        fresh = requests.get(url + "/accounts/login/", timeout=20)
        assert process.poll() is None
        assert [answer.status_code for answer in (kept, fresh)] == [200, 200]
        assert [answer.headers["Connection"] for answer in (kept, fresh)] == ["close", "close"]
        assert requests.get(url + "/livez", timeout=20).status_code == 200

        assert process.wait(40) == 0
        assert time.monotonic() - told >= DRAIN
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)
