"""Two servers of one installation with one Redis: answers read by one are shown by the other; without Redis, both carry on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests

from orders.storage.shared_answer_cache import REST
from tests import on_postgres
from tests.live import PASSWORD, PROJECT, App, free_port, sign_in, wait_until_it_answers
from tests.redis_server import Server, running, silent
from tests.wiring.test_canary import SEED, form_token


@contextmanager
def server(app: App, folder: Path, redis: str, number: int) -> Iterator[str]:
    """Run an additional server on the database of `app`, with the Redis; yields its address."""
    port, log = free_port(), folder / f"server-{number}.log"
    env = app.environment | {
        "CDPVIEWER_BIND": f"127.0.0.1:{port}",
        "CDPVIEWER_WORKERS": "1",
        "CDPVIEWER_REDIS_URL": redis,
        "CDPVIEWER_SIGN_IN_PACE_SECONDS": "60",  # on a busy machine seven attempts take longer than the default
    }
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
    assert redis not in log.read_text()


@contextmanager
def two_servers(app: App, folder: Path) -> Iterator[tuple[Path, tuple[str, str]]]:
    """Start both servers; yields the path for their Redis, and the servers' addresses."""
    with TemporaryDirectory(prefix="redis-") as name, ExitStack() as stack:  # a socket's path must be short
        socket = Path(name) / "socket"
        here, there = (stack.enter_context(server(app, folder, f"unix://{socket}", number)) for number in range(2))
        yield socket, (here, there)


@pytest.fixture(scope="module")
def served(running_app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, tuple[str, str]]]:
    with two_servers(running_app, tmp_path_factory.mktemp("pair")) as both:
        yield both


@pytest.fixture
def redis(served: tuple[Path, tuple[str, str]]) -> Iterator[Server]:
    with running(served[0]) as cache_server:
        yield cache_server


@pytest.fixture
def pair(live_app: App, served: tuple[Path, tuple[str, str]], redis: Server) -> tuple[str, str]:
    return served[1]


@pytest.fixture
def session(live_app: App, pair: tuple[str, str]) -> Iterator[requests.Session]:
    """Signed in at the first server, and so at both: cookies ignore the port."""
    live_app.person()
    with requests.Session() as session:
        session.trust_env = False
        sign_in(session, pair[0], "agent")
        yield session


def calls(app: App) -> int:
    """The number of CDP calls since the last time."""
    total: int = app.sandbox.calls()["total"]
    app.sandbox.reset()
    return total


def test_two_servers_read_once(live_app: App, pair: tuple[str, str], session: requests.Session, redis: Server) -> None:
    here, there = pair
    calls(live_app)
    assert "B94TXY" in session.get(f"{here}/orders/{SEED}/", timeout=20).text
    assert calls(live_app) == 1
    assert "B94TXY" in session.get(f"{there}/orders/{SEED}/raw/", timeout=20).text
    assert calls(live_app) == 0
    # A refresh at one is a refresh for both.
    session.get(f"{there}/orders/{SEED}/", timeout=20)
    assert calls(live_app) == 1
    # Data that a search has read is not read again, whichever server serves the page.
    form = {"csrfmiddlewaretoken": form_token(session, f"{here}/"), "q": "B94TXY"}
    answer = session.post(f"{here}/orders/", data=form, headers={"Origin": here}, timeout=20, allow_redirects=False)
    assert answer.headers["Location"] == f"/orders/{SEED}/"
    calls(live_app)
    assert "B94TXY" in session.get(there + answer.headers["Location"], timeout=20).text
    assert calls(live_app) == 1  # the list held no items
    assert b"B94TXY" not in redis.everything()


def test_signing_out_at_one_forgets_for_all(live_app: App, pair: tuple[str, str], session: requests.Session) -> None:
    here, there = pair
    session.get(f"{here}/orders/{SEED}/", timeout=20)
    form = {"csrfmiddlewaretoken": form_token(session, f"{there}/")}
    session.post(f"{there}/accounts/logout/", data=form, headers={"Origin": there}, timeout=20)
    calls(live_app)
    assert "/accounts/login/" in session.get(f"{here}/orders/{SEED}/raw/", timeout=20).url
    sign_in(session, here, "agent", PASSWORD)
    assert "B94TXY" in session.get(f"{here}/orders/{SEED}/raw/", timeout=20).text
    assert calls(live_app) == 1


def test_pages_go_on_without_redis(live_app: App, tmp_path: Path) -> None:
    """With servers of its own: chains of the others continue records that earlier tests have removed."""
    live_app.person()
    shown = set[str]()
    with (
        two_servers(live_app, tmp_path) as (socket, (here, there)),
        running(socket) as redis,
        requests.Session() as session,
    ):
        session.trust_env = False
        sign_in(session, here, "agent")

        def seconds(address: str) -> float:
            answer = session.get(address, timeout=20)
            assert answer.status_code == 200, address
            shown.add(answer.headers["X-Request-ID"])
            return answer.elapsed.total_seconds()

        order = f"{here}/orders/{SEED}/"
        addresses = (f"{there}/orders/{SEED}/raw/", order, f"{order}contacts/")
        print(f"\nwith Redis: {seconds(order):.2f} s")
        for fault in (redis.hang, redis.stop):
            fault()
            calls(live_app)
            for address in addresses:
                print(f"{fault.__name__}: {seconds(address):.2f} s")
            assert calls(live_app) >= 3
    on_postgres.check_recorded(live_app.environment, shown)


def test_a_redis_that_never_answers_is_tried_once_in_a_while(
    live_app: App, served: tuple[Path, tuple[str, str]], pair: tuple[str, str], session: requests.Session, redis: Server
) -> None:
    address = f"{pair[0]}/orders/{SEED}/"
    assert session.get(address, timeout=20).status_code == 200
    redis.stop()
    served[0].unlink()
    with silent(served[0]) as (_url, connections):
        began, tried, pages = time.monotonic(), 0, 0
        while not tried or pages < 20:
            assert session.get(address, timeout=20).status_code == 200
            tried, pages = tried + connections(), pages + 1
        assert tried <= 1 + (time.monotonic() - began) // REST


def test_wrong_passwords_at_both_count_together_without_redis_too(
    live_app: App, pair: tuple[str, str], redis: Server
) -> None:
    live_app.person()
    redis.stop()
    statuses = []
    for number in range(7):
        with requests.Session() as stranger:
            stranger.trust_env = False
            password = "wrong" if number < 5 else PASSWORD
            statuses.append(sign_in(stranger, pair[number % 2], "agent", password).status_code)
    # Neither server has seen five itself, and both refuse the next attempt.
    assert statuses == [200] * 5 + [429] * 2
