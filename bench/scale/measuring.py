"""Measure a running company: with nobody at work, with one visit after another, and with many agents at work."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.scale.company import Company
from bench.scale.office import Office, one_after_another, work
from bench.scale.points import KINDS, Idle, Point, Times
from bench.servers import CannotMeasure


@dataclass(slots=True)
class Watch:
    """The greatest numbers of connections seen while watching: to pgbouncer (`clients`) and to PostgreSQL (`database`)."""

    company: Company
    clients: int = 0
    database: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield self
        finally:
            self._over.set()
            watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            clients, database = self.company.connections()
            self.clients, self.database = max(self.clients, clients), max(self.database, database)


def idle(company: Company, seconds: float) -> Idle:
    """The cost of the company while nobody is working, measured over `seconds` seconds."""
    before = company.reading()
    time.sleep(seconds)
    spent = company.reading().since(before)
    return Idle({name: 1000 * cpu / spent.at for name, cpu in spent.cpu.items()}, spent.statements / spent.at)


def calls_of_a_visit(company: Company, agents: int) -> float:
    """The mean number of calls to the CDP for an order, its contacts and the customer's orders.

    The first `agents` agents make one visit each, one after another. Raises AssertionError if a request fails.
    """
    office = Office(company.url, company.host, (0, 0))
    before = company.calls()
    asyncio.run(one_after_another(office, company.cookies[:agents]))
    failed = {kind: tally.errors for kind, tally in office.tallies.items() if tally.errors}
    if failed:
        raise AssertionError(failed)
    return (company.calls() - before) / agents


def measure(
    company: Company, agents: int, nobody: Idle, pause: tuple[float, float], warm: float, seconds: float
) -> Point:
    """The measurements with `agents` agents at work for `warm` seconds, and then for `seconds` seconds that count.

    Raises CannotMeasure if they got no page in those seconds.
    """
    office = Office(company.url, company.host, pause)
    with Watch(company).watching() as watch:
        before, after = asyncio.run(work(office, company.cookies[:agents], warm, seconds, company.reading))
    spent = after.since(before)
    times = {kind: Times.of(tally.times) for kind, tally in office.tallies.items()}
    requests = sum(of_kind.count for of_kind in times.values())
    errors = dict(sum((Counter(tally.errors) for tally in office.tallies.values()), Counter()))
    if not requests:
        raise CannotMeasure(f"{agents} agents got no page in {seconds:g} s; errors: {errors or 'none'}.")
    return Point(
        agents=agents,
        seconds=spent.at,
        requests_per_second=requests / spent.at,
        errors=errors,
        times=times,
        cpu={name: (1000 * cpu - nobody.cpu[name] * spent.at) / requests for name, cpu in spent.cpu.items()},
        busy={name: cpu / spent.at for name, cpu in spent.cpu.items()},
        others=max(0.0, spent.machine - sum(spent.cpu.values())) / spent.at,
        calls_per_visit=spent.calls / (requests / len(KINDS)),
        statements_per_request=(spent.statements - nobody.statements * spent.at) / requests,
        records_per_visit=spent.records / (requests / len(KINDS)),
        client_connections=watch.clients,
        database_connections=watch.database,
        memory=company.memory(),
    )
