"""One run: start everything, check that all pages show the same facts, measure the requested rows, stop everything."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import crowd, lighthouse, report, speed, trips, weight
from bench.findings import Findings
from bench.servers import Servers
from bench.speed import APP, PEERS, UPSTREAM, Targets

AGENTS = 128


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(given: argparse.Namespace, folder: Path, command: str, began: float) -> str:
    """Measure the requested rows and return the report as Markdown. Raises CannotMeasure if a server does not start or a row fails."""
    about = report.machine()
    with Servers(folder, AGENTS) as servers:
        targets: Targets = {UPSTREAM: servers.start_standin(), APP: servers.start_app()}
        for name in PEERS:
            targets[name] = servers.start_peer(name)
        this = Run(servers, targets, quick=given.quick, rounds=given.rounds, keep=given.write)
        this.findings.commands = {
            name: re.sub(r" --port \d+| --bind \S+", "", server.command) for name, server in targets.items()
        }
        this.findings.page_sizes = speed.check_pages(targets)
        speed.warm_up(servers, targets)
        say(f"{len(targets)} targets run and show the same facts.")
        for row in given.only or ROWS:
            started = time.monotonic()
            ROWS[row](this)
            say(f"{row}: {time.monotonic() - started:.0f} s")
    return report.render(this.findings, about, command, (time.monotonic() - began) / 60)


@dataclass(slots=True)
class Run:
    """The servers of a run, how thorough it is, and its results so far. With `keep`, Lighthouse's report is stored."""

    servers: Servers
    targets: Targets
    quick: bool
    rounds: int | None
    keep: bool
    findings: Findings = field(default_factory=Findings)

    @property
    def samples(self) -> int:
        return 1 if self.quick else 3 if self.rounds == 1 else 5


def _tasks(run: Run) -> None:
    run.findings.tasks = trips.tasks(run.servers, run.targets[APP], run.samples)


def _waiting(run: Run) -> None:
    run.findings.waiting = crowd.waiting(run.servers, run.targets[APP], 1_000)


def _sign_ins(run: Run) -> None:
    run.findings.sign_ins = crowd.sign_ins(run.servers, run.targets[APP], 10)


def _pieces(run: Run) -> None:
    run.findings.pieces = run.servers.pieces(run.targets[APP], 4 if run.quick else 12)


def _speed(run: Run) -> None:
    settings = speed.QUICK if run.quick else speed.FULL
    run.findings.cells = speed.throughput(run.servers, run.targets, settings, run.rounds or (1 if run.quick else 3))


def _contacts(run: Run) -> None:
    plain_up_to = 50 if run.samples < 5 else 200
    run.findings.contacts = trips.contacts(run.servers, run.targets, (1, 10, 50, 200), run.samples, plain_up_to)


def _items(run: Run) -> None:
    run.findings.items = trips.items(run.servers, run.targets, (10, 100, 500), run.samples)


def _memory(run: Run) -> None:
    stops = (500, 1500) if run.quick else (2_000, 10_000)
    for name in (APP,) if run.samples < 5 else (APP, *PEERS):
        run.findings.memory[name] = weight.memory(run.servers, run.targets[name], name, stops)


def _wire(run: Run) -> None:
    run.findings.parts, run.findings.foreign = weight.visit(run.targets[APP])


def _planning(run: Run) -> None:
    run.findings.planning, run.findings.feed = weight.planning(), weight.feed()


def _lighthouse(run: Run) -> None:
    (place := run.servers.folder / "lighthouse").mkdir()
    run.findings.lighthouse = lighthouse.judge(place, keep=run.keep)


ROWS: dict[str, Callable[[Run], None]] = {
    "tasks": _tasks,
    "waiting": _waiting,
    "sign-ins": _sign_ins,
    "pieces": _pieces,
    "speed": _speed,
    "contacts": _contacts,
    "items": _items,
    "memory": _memory,
    "wire": _wire,
    "planning": _planning,
    "lighthouse": _lighthouse,
}
