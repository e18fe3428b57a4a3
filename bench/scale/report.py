"""The tables of docs/scale.md, made from a run and the model."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.goals import Goal, table
from bench.model import FULL, ONE_THREAD, OWN, Cost, full_at, needs, predict
from bench.scale import records
from bench.scale.points import KINDS, Point, Run

GOAL_AGENTS = 500
CALIBRATED = 250  # the load whose costs are those of larger companies
WITHIN = 0.15
COMPANIES = (500, 5_000, 50_000)
MOST_ABOVE, MOST_CONNECTIONS = 150, 40
DATABASE_CORES = 16
PLACE = re.compile(r"(<!-- figures of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str, run: Run) -> str:
    """The page with the figures of a run between its markers. Raises KeyError if a marker is unknown."""
    return PLACE.sub(lambda match: match[1] + SECTIONS[match[2]](run).strip() + "\n" + match[3], page)


def write(page: Path, run: Run) -> None:
    page.write_text(filled(page.read_text(encoding="utf-8"), run), encoding="utf-8")


def about(run: Run) -> str:
    busy = (
        ""
        if run.quiet
        else " **The machine had other work at the same time: these figures say what it was given, not what it needs.**"
    )
    return f"`{run.command}`, {run.day}. {run.machine}{busy}"


def goals(run: Run) -> Iterator[Goal]:
    """The goals for 500 agents. If that load was not measured, its figures are NaN, which never reaches a goal."""
    at_goal = next((point for point in run.points if point.agents == GOAL_AGENTS), None)
    yield Goal("errors of all requests", sum(at_goal.errors.values()) if at_goal else math.nan, 0, shown="{:.0f}")
    for kind in KINDS:
        above = at_goal.above_the_cdp(kind, run.latency) if at_goal else math.nan
        yield Goal(f"p99 of {_named(kind)} above the CDP's time, ms", above, MOST_ABOVE, shown="{:.0f}")
    connections = at_goal.database_connections if at_goal else math.nan
    yield Goal("connections to PostgreSQL at a time", connections, MOST_CONNECTIONS, shown="{:.0f}")
    shared = run.calls["two servers with Redis"] - run.calls["one process"]
    yield Goal("calls of a visit more than on one process", shared, 0, shown="{:.2f}")


def goals_table(run: Run) -> str:
    rows = [
        [
            goal.what,
            goal.shown.format(goal.measured),
            f"{goal.limit:g}",
            "reached" if goal.reached else "**not reached**",
        ]
        for goal in goals(run)
    ]
    return table([f"{GOAL_AGENTS} agents", "measured", "at most", ""], rows)


def costs(run: Run) -> str:
    """Tables of the cost of a request, by program and load."""
    points = run.points
    rows = [
        [name, *(f"{point.cpu[name]:.2f}" for point in points), f"{run.idle.cpu[name]:.1f}"] for name in points[0].cpu
    ]
    rows.append(
        [
            "statements of a request",
            *(f"{point.statements_per_request:.1f}" for point in points),
            f"{run.idle.statements:.1f}",
        ]
    )
    rows.append(["calls of a visit", *(f"{point.calls_per_visit:.2f}" for point in points), ""])
    rows.append(["records of a visit", *(f"{point.records_per_visit:.2f}" for point in points), ""])
    rows.append(["memory of a process, MB", *(f"{point.memory:.0f}" for point in points), ""])
    shared = table(
        ["calls of a visit, one after another", "calls"], [[name, f"{calls:.2f}"] for name, calls in run.calls.items()]
    )
    return (
        table(["processor time, ms", *(f"{point.agents} agents" for point in points), "idle, a second"], rows)
        + "\n\n"
        + shared
    )


def loads(run: Run) -> str:
    """Table of the times, errors and connections at each load."""
    rows = []
    for point in run.points:
        row = [
            str(point.agents),
            f"{point.requests_per_second:.1f}",
            f"{point.requests:,}",
            str(sum(point.errors.values())),
        ]
        row += [
            f"{point.times[kind].median:.0f} / {point.times[kind].p95:.0f} / {point.times[kind].p99:.0f}"
            for kind in KINDS
        ]
        rows.append(
            [
                *row,
                f"{sum(point.busy.values()):.2f}, {point.others:.2f}",
                f"{point.client_connections} / {point.database_connections}",
            ]
        )
    head = [
        "agents",
        "requests a second",
        "requests",
        "errors",
        *(f"{_named(kind)}, p50 / p95 / p99 ms" for kind in KINDS),
    ]
    return table([*head, "cores busy, others'", "connections to pgbouncer / to PostgreSQL"], rows)


def calibration(run: Run) -> Point:
    """The point whose costs are used for larger companies: the one nearest to CALIBRATED agents."""
    return min(run.points, key=lambda point: abs(point.agents - CALIBRATED))


def compared(run: Run, costs_of: Point | None = None) -> Iterator[tuple[Point, str, float, float]]:
    """Each point with the name of a figure, its predicted value and its measured value.

    The prediction uses the cost of a request at the point `costs_of`. If that is None, it uses the cost at the same point, so it checks
    the model but predicts nothing.
    """
    for point in run.points:
        made = predict(point.agents, run.work, run.cost(costs_of or point), run.cores)
        yield point, "requests a second", made.rate, point.requests_per_second
        yield point, "cores busy", made.busy, sum(point.busy.values())
        yield point, "mean of all requests, ms", 1000 * made.mean, _measured_mean(point)
        for kind, p99 in zip(KINDS, made.p99, strict=True):
            yield point, f"p99 of {_named(kind)}, ms", 1000 * p99, point.times[kind].p99


def _measured_mean(point: Point) -> float:
    return sum(times.mean * times.count for times in point.times.values()) / point.requests


def predictions(run: Run, costs_of: Point | None = None) -> str:
    """Predicted and measured figures, and a sentence on those that differ by more than WITHIN. `costs_of` is as in `compared`."""
    by_figure: dict[str, list[str]] = {}
    apart = []
    for point, figure, made, measured in compared(run, costs_of):
        off = made / measured - 1
        by_figure.setdefault(figure, []).append(f"{_short(made)} / {_short(measured)} ({off:+.0%})")
        if abs(off) > WITHIN:
            apart.append(f"{figure} of {point.agents} agents ({off:+.0%})")
    source = f"from the costs of {costs_of.agents} agents" if costs_of else "from the costs of the same load"
    head = [f"{source} / measured", *(f"{point.agents} agents" for point in run.points)]
    sentence = (
        f"More than {WITHIN:.0%} apart: {'; '.join(apart)}." if apart else f"All figures are within {WITHIN:.0%}."
    )
    return table(head, [[figure, *cells] for figure, cells in by_figure.items()]) + "\n\n" + sentence


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def predictions_ahead(run: Run) -> str:
    """All loads, predicted from the costs at one of them."""
    return predictions(run, calibration(run))


def companies(run: Run) -> str:
    """Table of the needs of larger companies."""
    cost = run.cost(calibration(run))
    estimates = [needs(agents, run.work, cost) for agents in COMPANIES]
    rows = [
        ["requests a second", *(f"{estimate.rate:,.0f}" for estimate in estimates)],
        ["processes of the servers, a core each", *(f"{estimate.processes:,}" for estimate in estimates)],
        ["their memory, GB", *(f"{estimate.processes * calibration(run).memory / 1000:.1f}" for estimate in estimates)],
        *([f"busy cores of {name}", *(f"{estimate.cores[name]:.2f}" for estimate in estimates)] for name in OWN),
        ["statements a second", *(f"{estimate.statements:,.0f}" for estimate in estimates)],
        [
            "connections to PostgreSQL, busy at a time",
            *(f"{math.ceil(estimate.database_connections):,}" for estimate in estimates),
        ],
        ["calls to the CDP a second", *(f"{estimate.calls:,.0f}" for estimate in estimates)],
        ["requests that wait for the CDP at a time", *(f"{estimate.waiting:,.0f}" for estimate in estimates)],
        ["access records in 8 hours, millions", *(f"{estimate.records_a_day / 1e6:,.1f}" for estimate in estimates)],
        ["their size, GB", *(f"{estimate.records_a_day * records.SIZE / 1e9:,.1f}" for estimate in estimates)],
        *_of_records([estimate.records_a_day for estimate in estimates]),
    ]
    return table(["", *(f"{agents:,} agents" for agents in COMPANIES)], rows)


def _of_records(a_day: list[float]) -> Iterator[list[str]]:
    """Rows for the records that are kept, and for the nightly commands that read or remove them."""
    yield ["minutes to prune one day", *(f"{number * records.PRUNED / 60:,.0f}" for number in a_day)]
    week = [records.kept(number, records.CHECKED_NIGHTLY) * records.CHECKED for number in a_day]
    yield [f"hours to check {records.CHECKED_NIGHTLY} days", *(f"{seconds / 3600:,.1f}" for seconds in week)]
    for days in records.KEPT:
        kept = [records.kept(number, days) for number in a_day]
        yield [f"records kept for {days} days, millions", *(f"{number / 1e6:,.0f}" for number in kept)]
        yield ["their size, GB", *(f"{number * records.SIZE / 1e9:,.0f}" for number in kept)]
        yield ["their part of each backup, GB", *(f"{number * records.DUMPED / 1e9:,.0f}" for number in kept)]
        yield ["hours to check them all", *(f"{number * records.CHECKED / 3600:,.1f}" for number in kept)]


def limits(run: Run) -> str:
    """Tables of the numbers of agents at which each program is full, and at which there are too many records."""
    cost: Cost = run.cost(calibration(run))
    sizes = {"servers": 2, "postgresql": DATABASE_CORES, "haproxy": 4}
    rows = []
    for name in sorted(OWN, key=lambda program: full_at(program, sizes.get(program, 1), run.work, cost)):
        cores = 1 if name in ONE_THREAD else sizes[name]
        rows.append(
            [
                name,
                "one, it has a single thread" if name in ONE_THREAD else str(cores),
                f"{full_at(name, cores, run.work, cost):,}",
            ]
        )
    programs = table(["program", "cores", f"agents that keep {FULL:.0%} of them busy"], rows)
    each = needs(1_000, run.work, cost).records_a_day / 1_000
    reached = {"`check_records` of all takes a whole night, 8 hours": records.NIGHT / records.CHECKED}
    of_records = [
        [what, *(f"{records.agents_until(number, each, days):,}" for days in records.KEPT)]
        for what, number in reached.items()
    ]
    head = ["access records", *(f"agents, if kept for {days} days" for days in records.KEPT)]
    return programs + "\n\n" + table(head, of_records)


def _named(kind: str) -> str:
    return {"order": "the order", "contacts": "contacts", "trips": "the customer's orders"}[kind]


SECTIONS: dict[str, Callable[[Run], str]] = {
    "run": about,
    "goals": goals_table,
    "loads": loads,
    "costs": costs,
    "prediction": predictions_ahead,
    "model": predictions,
    "companies": companies,
    "limits": limits,
}
"""The parts of the page between its markers, in the order of the page."""
