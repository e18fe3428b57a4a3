"""`make scale`, or `python -m bench.scale`: agents at work at several loads, and the model's predictions for them."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from bench.scale.points import Run

READING_SECONDS = 20.0  # of the idle company


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument(
        "--agents", type=int, nargs="+", default=[125, 250, 500, 750, 1000], metavar="N", help="the loads"
    )
    parser.add_argument("--seconds", type=float, default=60, help="that count, of each load")
    parser.add_argument("--warm", type=float, default=35, help="seconds before those; more than a pause")
    parser.add_argument(
        "--pause", type=float, nargs=2, default=(20, 30), metavar="S", help="seconds between two visits, evenly spread"
    )
    parser.add_argument("--latency", type=int, default=200, help="milliseconds that the CDP takes for an answer")
    parser.add_argument("--visits", type=int, default=40, help="one after another, to count calls")
    parser.add_argument(
        "--write", action="store_true", help="also write bench/reports/scale.json and the figures of docs/scale.md"
    )
    parser.add_argument("--anyway", action="store_true", help="write even if the machine had other work")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # the servers of the tests are started by these
    django.setup()
    from bench.scale import report
    from bench.servers import PROJECT, carry_out

    run = carry_out(lambda: measured(given))
    if run is None:
        return 1
    for section in report.SECTIONS.values():
        print(section(run), end="\n\n")
    if given.write and not (run.quiet or given.anyway):
        _say("Not written: the machine had other work at the same time.")
    elif given.write:
        figures = PROJECT / "bench" / "reports" / "scale.json"
        run.write(figures)
        report.write(PROJECT / "docs" / "scale.md", type(run).read(figures))
    return 0 if all(goal.reached for goal in report.goals(run)) else 1


def measured(given: argparse.Namespace) -> Run:
    """Measure everything, and return the run. Raises CannotMeasure if a program is missing, does not start or fails."""
    from bench.report import machine
    from bench.scale import measuring
    from bench.scale.company import founded
    from bench.scale.office import READING
    from bench.scale.points import Run

    described = machine().partition("\nPython")[0]
    calls, points, pause = {}, [], (given.pause[0], given.pause[1])
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        _say(f"{max(given.agents)} agents are added …")
        with founded(Path(folder), max(given.agents), given.latency) as company:
            for name, servers, shared in (("one process", 1, False), ("two servers without Redis", 2, False)):
                with company.open(servers=servers, shared=shared):
                    calls[name] = measuring.calls_of_a_visit(company, given.visits)
            with company.open():
                calls["two servers with Redis"] = measuring.calls_of_a_visit(company, given.visits)
                nobody = measuring.idle(company, READING_SECONDS)
                for agents in sorted(given.agents):
                    _say(f"{agents} agents at work …")
                    points.append(measuring.measure(company, agents, nobody, pause, given.warm, given.seconds))
    return Run(
        command=shlex.join(["python", "-m", "bench.scale", *sys.argv[1:]]),
        day=f"{datetime.now(UTC):%d %B %Y}",
        machine=described,
        cores=os.cpu_count() or 1,
        latency=given.latency,
        pause=pause,
        reading=READING,
        calls=calls,
        idle=nobody,
        points=tuple(points),
    )


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
