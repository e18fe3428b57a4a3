"""The report of a run as Markdown: the machine, the goals, and the tables."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.crowd import middle
from bench.findings import Findings, goals
from bench.goals import table
from bench.speed import PLAIN, UPSTREAM
from bench.trips import cost_per_item

PACKAGES = (
    "Django",
    "gunicorn",
    "gevent",
    "requests",
    "urllib3",
    "fastapi",
    "uvicorn",
    "uvloop",
    "httptools",
    "httpx",
    "aiohttp",
    "jinja2",
)


def machine() -> str:
    """The machine, and the versions of Python and the packages, in two lines."""
    model = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    total = re.search(r"MemTotal:\s*(\d+)", _read("/proc/meminfo"))
    system = re.search(r'PRETTY_NAME="(.+)"', _read("/etc/os-release"))
    return (
        f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, "
        f"{int(total[1] if total else 0) / 1048576:.0f} GiB, {system[1] if system else platform.system()}, Linux {platform.release()}; "
        f"load when it began {os.getloadavg()[0]:.1f}.\n"
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES) + "."
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


def render(findings: Findings, about: str, command: str, minutes: float) -> str:
    """The whole report as Markdown."""
    parts = [
        "# The benchmark",
        f"`{command}` on {datetime.now(UTC):%d %B %Y}, {minutes:.0f} minutes. {about}",
        (
            "Everything runs on this one machine at the same time: the stand-in, the load, the servers. All are measured in turns, in one "
            "run. Times of pages are from the load's first byte out to its last byte in. CPU is user and system time of all processes of "
            "a server."
        ),
        *_felt_tables(findings),
        "## Goals",
        table(
            ["goal", "measured", "limit", ""],
            [goal.row() for goal in goals(findings)],
        ),
        *_speed_tables(findings),
        *_piece_tables(findings),
        *_trip_tables(findings),
        *_weight_tables(findings),
        *_notes(findings),
    ]
    return "\n\n".join(parts) + "\n"


def _felt_tables(findings: Findings) -> Iterable[str]:
    if findings.tasks:
        yield "## What an agent waits for"
        yield "In answer times of the CDP, which takes 500 ms for each: 1.00 is one answer and nothing else."
        yield table(
            ["task", "answers in a row", "at most", "seconds", "calls", "CPU ms", "errors"],
            [
                [
                    name,
                    f"{trip.round_trips:.2f}",
                    f"{limit:.2f}",
                    f"{trip.seconds:.2f}",
                    str(trip.calls),
                    f"{trip.cpu:.0f}",
                    str(trip.errors),
                ]
                for name, (trip, limit) in findings.tasks.items()
            ],
        )
    for seen in findings.waiting:
        came = f"{seen.came:,} came; {_words(seen.refused) or 'none was refused'}"
        most = 1000 * max(seen.probes, default=math.nan)
        yield (
            f"{seen.what} asked for at once: {came}. "
            f"The health check meanwhile took {1000 * middle(seen.probes):.0f} ms, {most:.0f} ms at most."
        )
    if both := findings.sign_ins:
        yield (
            f"Pages at 200 ms: median {1000 * both.alone.median:.0f} ms, p99 {1000 * both.alone.p99:.0f} ms; while {len(both.took)} people "
            f"sign in at once: {1000 * both.beside.median:.0f} ms, {1000 * both.beside.p99:.0f} ms. A sign-in then takes "
            f"{1000 * middle(both.took):.0f} ms, {1000 * max(both.took):.0f} ms at most; {both.let_in} of {len(both.took)} got in."
        )


def _words(errors: dict[str, int]) -> str:
    return ", ".join(f"{count} × {why}" for why, count in errors.items())


def _piece_tables(findings: Findings) -> Iterable[str]:
    if not findings.pieces:
        return
    yield "## Where the CPU of a page goes"
    yield "In the process itself, without the server around it: the order page of one agent, 0 ms upstream."
    whole = sum(findings.pieces["stages"].values())
    yield table(
        ["stage", "CPU ms", "of the page"],
        [[name, f"{spent:.2f}", f"{100 * spent / whole:.0f} %"] for name, spent in findings.pieces["stages"].items()],
    )
    yield "## Speed that is bought"
    yield (
        "Each piece that exists for speed, taken out alone and put back, in turns. The share is the median of all turns; the first row "
        "shows how far chance goes. What saves less than 5 % is not kept, unless something else needs it: "
        "because facts about flights are cached, orders of many flights are planned in two thirds of the time."
    )
    yield table(
        ["piece", "CPU ms with it", "without it", "saves"],
        [
            [piece["name"], f"{piece['with_it']:.2f}", f"{piece['without']:.2f}", f"{100 * piece['saves']:.1f} %"]
            for piece in findings.pieces["pieces"]
        ],
    )


def _speed_tables(findings: Findings) -> Iterable[str]:
    if not findings.cells:
        return
    yield "## The order page under load"
    yield "Every agent has a session and an order of their own; `upstream call alone` is what the page cannot be quicker than."
    yield "Medians of the rounds, with the least and the greatest; pages and errors of all rounds together."
    rows = []
    for (agents, latency), row in findings.cells.items():
        for name, rounds in row.items():
            whole = rounds.total()
            pages = max(1, len(whole.tally.times))
            rows.append(
                [
                    f"{agents} agent{'s' * (agents > 1)}, {latency} ms · {name}",
                    rounds.of("median").shown(1),
                    rounds.of("p99").shown(1),
                    rounds.of("per_second").shown(0),
                    "–" if name == UPSTREAM else rounds.of("cpu_per_page").shown(2),
                    f"{1e6 * whole.standin_cpu / pages:.0f}",
                    f"{1e6 * whole.tally.own_cpu / pages:.0f}",
                    str(len(whole.tally.times)),
                    _words(whole.tally.errors) or "0",
                ]
            )
    head = ["", "median ms", "p99 ms", "per second", "CPU ms a page", "stand-in µs", "load µs", "pages", "errors"]
    yield table(head, rows)


def _trip_tables(findings: Findings) -> Iterable[str]:
    if findings.contacts:
        yield "## Contacts, 200 ms upstream"
        rows = []
        for (number, expands, name), trip in findings.contacts.items():
            way = "the CDP expands the list" if expands else "by reference"
            rows.append(
                [
                    f"{number} · {name}, {way}",
                    f"{trip.seconds:.2f}",
                    f"{trip.round_trips:.2f}",
                    str(trip.calls),
                    str(trip.errors),
                ]
            )
        yield table(["contacts", "seconds", "round trips", "calls", "errors"], rows)
    if findings.items:
        yield "## Items"
        yield table(
            ["items", "seconds at 200 ms", "round trips", "calls", "ms at 0 ms", "CPU ms a page", "kB compressed"],
            [
                [
                    f"{number} · {name}",
                    f"{row.trip.seconds:.2f}",
                    f"{row.trip.round_trips:.2f}",
                    str(row.trip.calls),
                    f"{row.milliseconds:.1f}",
                    f"{row.cpu:.1f}",
                    f"{row.kilobytes:.1f}",
                ]
                for (number, name), row in findings.items.items()
            ],
        )
        numbers = tuple(sorted({number for number, _ in findings.items}))
        for name in dict.fromkeys(name for _, name in findings.items):
            costs = ", ".join(
                f"{cost:.3f} ms from {fewer} to {more}"
                for cost, fewer, more in zip(
                    cost_per_item(findings.items, name, numbers), numbers, numbers[1:], strict=False
                )
            )
            yield f"CPU of a further item, {name}: {costs}."


def _weight_tables(findings: Findings) -> Iterable[str]:
    if findings.memory:
        yield "## Memory of each worker process, MB resident"
        stops = sorted({stop for seen in findings.memory.values() for stop in seen.at})
        yield table(
            ["", *(f"after {stop:,} pages" if stop else "when the row began" for stop in stops)],
            [
                [name, *(" + ".join(f"{mb:.1f}" for mb in seen.at.get(stop, [])) or "–" for stop in stops)]
                for name, seen in findings.memory.items()
            ],
        )
        if any(seen.replaced for seen in findings.memory.values()):
            yield (
                "Mind: "
                + ", ".join(name for name, seen in findings.memory.items() if seen.replaced)
                + " replaced a worker meanwhile."
            )
    if findings.parts:
        yield "## Bytes on the wire"
        yield table(
            ["first visit to the order page", "bytes with headers", "body, compressed", "asked again"],
            [
                [
                    re.sub(r"/orders/.*", "/orders/…/", part.address),
                    f"{part.bytes:,}",
                    f"{part.body:,}",
                    "yes" if part.asked_again else "no",
                ]
                for part in findings.parts
            ],
        )
    if not math.isnan(findings.planning):
        yield "## Planning"
        yield f"120 different flights in 60 items: {findings.planning:.1f} ms of CPU (middle of 40)."
        yield f"`check_feed`, 10,000 rows of as many routes: {findings.feed:.2f} ms of CPU a row."


def _notes(findings: Findings) -> Iterable[str]:
    yield "## How it was run"
    if findings.page_sizes:
        sizes = ", ".join(
            f"{name} {size / 1000:.1f} kB" for name, size in findings.page_sizes.items() if name != UPSTREAM
        )
        yield f"The same order's page before compression: {sizes}."
    yield table(["server", "command"], [[name, f"`{command}`"] for name, command in findings.commands.items()])
    yield (
        "The peers look the session up, read the order with Decimal money, write an access record into SQLite with the same settings "
        "before they answer, and compress at the same level. Wherever there was a choice, they got the cheaper option: English only, the "
        f"credential from the environment instead of a sealed row, one Jinja2 template for all three. {PLAIN} opens a connection for "
        "every call and asks for contacts one after another."
    )
