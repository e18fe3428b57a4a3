"""Rows about concurrency: health checks while pages wait for a slow CDP, and pages while people sign in."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import world
from bench.load import ask, load
from bench.servers import PASSWORD, Server, Servers
from bench.speed import APP, page_asks, settle
from bench.tally import Tally

SLOW = 5_000  # milliseconds
SLOW_TWICE = 2_500  # milliseconds, of two answers in a row
BETWEEN = 0.1  # seconds between two health checks


@dataclass(frozen=True, slots=True)
class Waiting:
    """The outcome of requesting many pages at once while the CDP is slow.

    `came` is the number of pages received. `refused` holds the errors by kind, and `probes` the seconds that each health check took
    meanwhile.
    """

    what: str
    pages: int
    came: int
    refused: dict[str, int]
    probes: list[float]


def waiting(servers: Servers, server: Server, pages: int) -> list[Waiting]:
    """Request `pages` different orders all at once: first by ref, and then by ticket link with a CDP that lists only references."""
    kind = world.by_reference(world.AGENT)
    return [
        _wait(
            servers,
            server,
            f"{pages:,} pages of a CDP that takes 5 s",
            SLOW,
            [f"/orders/{world.ref(world.AGENT, 50_000 + number)}/" for number in range(pages)],
        ),
        _wait(
            servers,
            server,
            f"{pages:,} ticket links of a CDP that lists references and takes 2.5 s, twice",
            SLOW_TWICE,
            [f"/orders/{world.reference(kind, 5_000 + number)}/" for number in range(pages)],
        ),
    ]


def _wait(servers: Servers, server: Server, what: str, latency: int, paths: Sequence[str]) -> Waiting:
    servers.set_latency(latency)
    agents = len(server.cookies)
    asks = [ask(path, host="127.0.0.1", cookie=server.cookies[number % agents]) for number, path in enumerate(paths)]
    probes: list[float] = []
    over = threading.Event()
    probing = threading.Thread(target=_probe, args=(server.port, probes, over))
    probing.start()
    try:
        tally = load(server.port, asks, warm=0.0, seconds=60, pages=len(paths), once=True)
    finally:
        over.set()
        probing.join()
        servers.set_latency(0)
    settle(server)
    return Waiting(what, len(paths), len(tally.times), tally.errors, probes)


def _probe(port: int, took: list[float], over: threading.Event) -> None:
    while not over.wait(BETWEEN):
        began = time.perf_counter()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        link.request("GET", "/livez")
        link.getresponse().read()
        link.close()
        took.append(time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class SignIns:
    """Measurements of pages alone, and of pages while many people sign in at once.

    `took` holds the seconds that each sign-in took, and `let_in` is the number of sign-ins that succeeded.
    """

    alone: Tally
    beside: Tally
    took: list[float]
    let_in: int


def sign_ins(servers: Servers, server: Server, count: int) -> SignIns:
    """Measure pages for 16 agents with a CDP that takes 200 ms, first alone and then while `count` people sign in at once."""
    servers.set_latency(200)
    asks = page_asks(APP, server, 16)
    alone = load(server.port, asks, warm=1.0, seconds=3.0)
    with ThreadPoolExecutor(count) as people:
        entering: list[Future[tuple[float, bool]]] = []

        def begin() -> None:
            entering.extend(people.submit(_sign_in, server.port, f"agent{number:03d}") for number in range(count))

        beside = load(server.port, asks, warm=0.5, seconds=3.0, on_measuring=begin)
        seen = [future.result() for future in entering]
    servers.set_latency(0)
    return SignIns(alone, beside, [took for took, _ in seen], sum(let_in for _, let_in in seen))


def _sign_in(port: int, name: str) -> tuple[float, bool]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("GET", "/accounts/login/")
    page = link.getresponse()
    text = page.read().decode()
    cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
    token = text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = urlencode({"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token})
    began = time.perf_counter()
    link.request(
        "POST",
        "/accounts/login/",
        form,
        {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"},
    )
    answer = link.getresponse()
    answer.read()
    link.close()
    return time.perf_counter() - began, answer.status in (302, 303)


def middle(values: list[float]) -> float:
    """The median; NaN if there are no values."""
    return statistics.median(values) if values else float("nan")
