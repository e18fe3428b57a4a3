"""`make bench`, or `python -m bench`: measure the order page against the upstream call and peers, in one run and one report."""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from bench.goals import with_notes

NEEDED = ("psutil", "uvloop", "fastapi", "uvicorn", "httptools", "httpx", "aiohttp", "jinja2", "gunicorn")


def arguments(rows: Collection[str]) -> argparse.Namespace:
    """The command-line options; `rows` are the rows that can be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="some three minutes instead of twenty; figures are rougher"
    )
    parser.add_argument(
        "--only", action="append", choices=rows, metavar="ROW", help=f"one of: {', '.join(rows)}; may be repeated"
    )
    parser.add_argument("--write", action="store_true", help="also write docs/benchmark.md; its notes stay")
    parser.add_argument(
        "--rounds", type=int, help="rounds of the speed rows (3; quick: 1); with 1 the other rows are shorter too"
    )
    given = parser.parse_args()
    if given.write and given.only:
        parser.error("--write replaces the whole report: it goes with a run of all rows")
    return given


def main() -> int:
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        print(
            f"The benchmark needs {', '.join(lacking)}: `make bench` installs what is in requirements/bench.lock.",
            file=sys.stderr,
        )
        return 1
    from bench.running import ROWS, run
    from bench.servers import PROJECT, carry_out

    given = arguments(ROWS)
    began = time.monotonic()

    def measure() -> str:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            return run(given, Path(folder), shlex.join(["python", "-m", "bench", *sys.argv[1:]]), began)

    report = carry_out(measure)
    if report is None:
        return 1
    print(report)
    if given.write:
        paper = PROJECT / "docs" / "benchmark.md"
        paper.write_text(with_notes(report, paper.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
