"""`python -m bench.scale.far`: pages with the database next to the servers and 5 ms away, alternately in one run.

Two servers, of one process each, keep their own connections through `Distance`, without pgbouncer. The output shows the times of a
request while nobody else is at work, and the requests per second of many agents who never pause.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import django
import psycopg

if TYPE_CHECKING:
    from bench.scale.company import Company
    from bench.scale.distant import Distance
    from bench.scale.office import Office

PAGES_OF_A_VISIT = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.scale.far", description=__doc__)
    parser.add_argument("--delay", type=float, default=2.5, metavar="MS", help="in each direction")
    parser.add_argument("--turns", type=int, default=2, help="each is near, far, far, near")
    parser.add_argument(
        "--alone", type=int, default=12, metavar="N", help="visits of one agent, in each part of a turn"
    )
    parser.add_argument("--agents", type=int, default=32, help="who never pause")
    parser.add_argument("--seconds", type=float, default=6, help="of those agents, in each part of a turn")
    parser.add_argument("--latency", type=int, default=200, help="milliseconds that the CDP takes for an answer")
    given = parser.parse_args()
    if given.delay <= 0:
        parser.error("--delay must be more than 0: it is compared with none")
    return given


def round_trip(port: int) -> float:
    """Milliseconds that a statement takes through the `Distance`, the median of 20."""
    from bench.scale.company import DATABASE, PAGES

    times = []
    with psycopg.connect(host="127.0.0.1", port=port, dbname=DATABASE, user=PAGES, autocommit=True) as connection:
        for _one in range(20):
            began = time.perf_counter()
            connection.execute("SELECT 1")
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


async def _hurried(office: Office, cookies: list[str], first: int, seconds: float) -> None:
    """Let all agents make visits without a pause for `seconds` seconds."""
    over = time.monotonic() + seconds

    async def agent(own: str, number: int) -> None:
        async with office.browser(own) as browser:
            while time.monotonic() < over:
                await office.visit(browser, number, hurried=True)
                number += 1

    office.measuring = True
    await asyncio.gather(*(agent(own, first + 10_000 * position) for position, own in enumerate(cookies)))


def part(company: Company, given: argparse.Namespace, first: int) -> tuple[dict[str, list[float]], float, int]:
    """One part of a turn: the times of each kind of request by one agent alone, the requests per second of all agents, and the failures."""
    from bench.scale.office import Office, one_after_another

    alone, many = (Office(company.url, company.host, (0, 0)) for _number in range(2))
    asyncio.run(one_after_another(alone, company.cookies[: given.alone]))
    began = time.monotonic()
    asyncio.run(_hurried(many, company.cookies[: given.agents], first, given.seconds))
    rate = sum(len(tally.times) for tally in many.tallies.values()) / (time.monotonic() - began)
    failed = sum(tally.error_count for office in (alone, many) for tally in office.tallies.values())
    return {kind: tally.times for kind, tally in alone.tallies.items()}, rate, failed


def measure(company: Company, between: Distance, given: argparse.Namespace) -> None:
    """Take all turns and print the figures."""
    by_delay: dict[float, list[tuple[dict[str, list[float]], float, int]]] = {0.0: [], given.delay: []}
    trips = {}
    part(company, given, 900_000)  # warm up
    for turn in range(given.turns):
        for place, delay in enumerate((0.0, given.delay, given.delay, 0.0)):
            between.delay = delay / 1000
            trips[delay] = round_trip(between.port)
            by_delay[delay].append(part(company, given, 1_000 * (4 * turn + place)))
    for delay, parts in by_delay.items():
        alone = {
            kind: 1000 * statistics.median(took for times, _rate, _failed in parts for took in times[kind])
            for kind in parts[0][0]
        }
        shown = ", ".join(f"{kind} {milliseconds:.1f} ms" for kind, milliseconds in alone.items())
        rates = sorted(rate for _times, rate, _failed in parts)
        failed = sum(failures for _times, _rate, failures in parts)
        print(
            f"a statement takes {trips[delay]:.1f} ms: alone {shown}; {given.agents} agents {statistics.mean(rates):.1f} requests"
            f" a second ({rates[0]:.1f} to {rates[-1]:.1f}); {failed} failed"
        )
    near, far = (statistics.mean(rate for _times, rate, _failed in parts) for parts in by_delay.values())
    print(f"far / near: {far / near:.3f}")


def main() -> int:
    given = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # the servers of the tests are started by these
    django.setup()
    from bench.scale.company import DATABASE, PAGES, founded
    from bench.scale.distant import distance
    from bench.servers import carry_out

    def whole() -> bool:
        with tempfile.TemporaryDirectory(prefix="far-") as folder:
            agents = max(given.agents, given.alone)
            with founded(Path(folder), agents, given.latency) as company:
                (socket,) = company.postgres.folder.glob(".s.PGSQL.*[0-9]")
                with distance(socket) as between:
                    url = f"postgres://{PAGES}@127.0.0.1:{between.port}/{DATABASE}"
                    settings = company.settings | {"DATABASE_URL": url, "CDPVIEWER_DB_POOL": "psycopg"}
                    with replace(company, settings=settings).open() as opened:
                        measure(opened, between, given)
        return True

    return 0 if carry_out(whole) else 1


if __name__ == "__main__":
    sys.exit(main())
