"""One run: start everything, check that all pages show the same, measure the requested rows, stop everything."""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

from bench import crowd, findings, lighthouse, report, speed, trips, weight
from bench.servers import Server, Servers
from bench.speed import APP, PEERS, UPSTREAM, Targets

AGENTS = 128
ROWS = (
    "tasks",
    "waiting",
    "sign-ins",
    "pieces",
    "speed",
    "contacts",
    "items",
    "memory",
    "wire",
    "planning",
    "lighthouse",
)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(given: argparse.Namespace, folder: Path, command: str, began: float) -> str:
    """The report as Markdown. Raises CannotMeasure."""
    about = report.machine()
    rows = given.only or ROWS
    found = findings.Findings()
    with Servers(folder, AGENTS) as servers:
        targets: Targets = {UPSTREAM: servers.start_standin(), APP: servers.start_app()}
        for name in PEERS:
            targets[name] = servers.start_peer(name)
        found.commands = {
            name: re.sub(r" --port \d+| --bind \S+", "", server.command) for name, server in targets.items()
        }
        found.page_sizes = speed.check_pages(targets)
        speed.warm_up(servers, targets)
        say(f"{len(targets)} targets run and show the same facts.")
        for row in rows:
            started = time.monotonic()
            _measure(row, given, servers, targets, found)
            say(f"{row}: {time.monotonic() - started:.0f} s")
    return report.render(found, about, command, (time.monotonic() - began) / 60)


def _measure(row: str, given: argparse.Namespace, servers: Servers, targets: Targets, found: findings.Findings) -> None:
    quick = given.quick
    samples = 1 if quick else 3 if given.rounds == 1 else 5
    if row in ("tasks", "waiting", "sign-ins", "pieces"):
        _measure_what_is_felt(row, quick, servers, targets[APP], found)
    elif row == "speed":
        settings = speed.QUICK if quick else speed.FULL
        found.cells = speed.throughput(servers, targets, settings, given.rounds or (1 if quick else 3))
    elif row == "contacts":
        found.contacts = trips.contacts(servers, targets, (1, 10, 50, 200), samples, 50 if samples < 5 else 200)
    elif row == "items":
        found.items = trips.items(servers, targets, (10, 100, 500), samples)
    elif row == "memory":
        stops = (500, 1500) if quick else (2_000, 10_000)
        for name in (APP,) if samples < 5 else (APP, *PEERS):
            found.memory[name] = weight.memory(servers, targets[name], name, stops)
    elif row == "wire":
        found.parts, found.foreign = weight.visit(targets[APP])
    elif row == "planning":
        found.planning, found.feed = weight.planning(), weight.feed()
    elif row == "lighthouse":
        (place := servers.folder / "lighthouse").mkdir()
        found.lighthouse = lighthouse.judge(place, keep=given.write)


def _measure_what_is_felt(row: str, quick: bool, servers: Servers, app: Server, found: findings.Findings) -> None:
    if row == "tasks":
        found.tasks = trips.tasks(servers, app, 1 if quick else 5)
    elif row == "waiting":
        found.waiting = crowd.waiting(servers, app, 1_000)
    elif row == "sign-ins":
        found.sign_ins = crowd.sign_ins(servers, app, 10)
    else:
        found.pieces = servers.pieces(app, 4 if quick else 12)
