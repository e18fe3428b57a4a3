"""The results of a run, and the goals with the values reached."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bench.crowd import SignIns, Waiting
from bench.goals import Goal
from bench.lighthouse import Verdict
from bench.speed import AIOHTTP, APP, HTTPX, UPSTREAM, Cells, Rounds
from bench.trips import ContactRows, ItemRows, TaskRows, cost_per_item
from bench.weight import Memory, Part


@dataclass(slots=True)
class Findings:
    """The results of a run; rows that were not requested stay empty."""

    tasks: TaskRows = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    sign_ins: SignIns | None = None
    pieces: dict[str, Any] = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    contacts: ContactRows = field(default_factory=dict)
    items: ItemRows = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    planning: float = math.nan
    feed: float = math.nan
    page_sizes: dict[str, int] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    lighthouse: Verdict = field(default_factory=Verdict)


def goals(findings: Findings) -> list[Goal]:
    """The goals of every row that was measured."""
    return [
        *_felt_goals(findings),
        *_speed_goals(findings.cells),
        *_trip_goals(findings),
        *_weight_goals(findings),
        *findings.lighthouse.goals(),
    ]


CROWD = "all ask in the same moment, a call has 6 s and a page 10 (docs/decisions.md has the conditions)"
PROFILE = "docs/decisions.md has the profile under “Speed: what is reached and what is not”"


def _felt_goals(findings: Findings) -> Iterable[Goal]:
    for name, (trip, limit) in findings.tasks.items():
        own = 1000 * trip.seconds - int(limit) * trip.latency
        why = f"{own:.0f} ms beside the CDP's answers, with {trip.cpu:.0f} ms of CPU; a busy machine makes that more"
        yield Goal(f"{name}: answers of the CDP in a row", trip.round_trips, limit, why=why)
    if findings.tasks:
        yield Goal("errors of the tasks", sum(trip.errors for trip, _ in findings.tasks.values()), 0, shown="{:.0f}")
    for seen in findings.waiting:
        yield Goal(f"{seen.what}: did not come", seen.pages - seen.came, 0, shown="{:.0f}", why=CROWD)
        yield Goal(f"{seen.what}: the health check, at most s", max(seen.probes, default=math.nan), 0.5, why=CROWD)
    if findings.pieces:
        yield Goal("CPU of an order page in the process, ms", sum(findings.pieces["stages"].values()), 4.0, why=PROFILE)


def _speed_goals(cells: Cells) -> Iterable[Goal]:
    if alone := cells.get((1, 200)):
        yield Goal("1 agent, 200 ms: page / upstream call", _of_peer(alone, "median", UPSTREAM), 1.05, shown="{:.3f}")
    if alone := cells.get((1, 0)):
        added = alone[APP].of("median").median - alone[UPSTREAM].of("median").median
        yield Goal("1 agent, 0 ms: the app adds, ms (aim 6)", added, 10)
    if many := cells.get((128, 200)):
        pages = many[APP].of("per_second").median
        yield Goal("128 agents, 200 ms: pages/s", pages, 275, at_least=True, shown="{:.0f}", why=_cpu(many, APP))
        for peer, least in ((HTTPX, 2), (AIOHTTP, 0.6)):
            if peer in many:
                what = f"128 agents, 200 ms: pages/s, of {peer}'s"
                part = _of_peer(many, "per_second", peer)
                yield Goal(what, part, least, at_least=True, why=_cpu(many, peer))
        if HTTPX in many:
            yield Goal("128 agents, 200 ms: p99, of FastAPI + httpx's", _of_peer(many, "p99", HTTPX), 0.5)
    if cells:
        errors = sum(cell.tally.error_count for row in cells.values() for cell in row[APP].cells)
        yield Goal("errors of the app in all settings", errors, 0, shown="{:.0f}")


def _cpu(row: dict[str, Rounds], peer: str) -> str:
    """The reason why there were not more pages: all cores are busy, so the CPU time of a page decides."""
    spent = {name: row[name].of("cpu_per_page").median for name in dict.fromkeys((APP, peer))}
    return f"CPU decides: {', '.join(f'{cpu:.1f} ms a page of {name}' for name, cpu in spent.items())}; {PROFILE}"


def _of_peer(row: dict[str, Rounds], figure: str, peer: str) -> float:
    """A figure of the app divided by a peer's: the median of this ratio over the rounds, each of which measured both."""
    both = zip(row[APP].cells, row[peer].cells, strict=True)
    return statistics.median(_ratio(getattr(ours, figure), getattr(theirs, figure)) for ours, theirs in both)


def _trip_goals(findings: Findings) -> Iterable[Goal]:
    if fifty := findings.contacts.get((50, False, APP)):
        yield Goal("50 contacts by reference: round trips", fifty.round_trips, 3.3)
    if findings.items:
        numbers = tuple(sorted({number for number, _ in findings.items}))
        if (500, APP) in findings.items:
            yield Goal("500 items: round trips", findings.items[500, APP].trip.round_trips, 4)
        costs = cost_per_item(findings.items, APP, numbers)
        yield Goal(
            f"cost of a further item, {numbers[-2]}–{numbers[-1]} against {numbers[0]}–{numbers[1]} items",
            _ratio(costs[-1], costs[0]),
            1.25,
        )


def _weight_goals(findings: Findings) -> Iterable[Goal]:
    if findings.parts:
        yield Goal("first visit, kB", sum(part.bytes for part in findings.parts) / 1000, 60, shown="{:.1f}")
        yield Goal("first visit, requests", len(findings.parts), 8, shown="{:.0f}")
        yield Goal(
            "later visits, kB",
            sum(part.bytes for part in findings.parts if part.asked_again) / 1000,
            12,
            shown="{:.1f}",
        )
        yield Goal("requests to other hosts", len(findings.foreign), 0, shown="{:.0f}")
    if seen := findings.memory.get(APP):
        yield _memory_goal(seen)
    if not math.isnan(findings.planning):
        yield Goal("planning 120 segments, CPU ms", findings.planning, 20, shown="{:.1f}")


def _memory_goal(seen: Memory) -> Goal:
    _start, *stops = sorted(seen.at)
    if len(stops) < 2:
        return Goal("memory after all pages, of that after the first", math.nan, 1.03, why="no page came any more")
    early, late = stops[-2:]
    return Goal(
        f"memory after {late:,} pages, of that after {early:,}", 1 + seen.grown(early, late), 1.03, shown="{:.3f}"
    )


def _ratio(ours: float, theirs: float) -> float:
    return ours / theirs if theirs else math.nan
