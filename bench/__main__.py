"""`make bench`, or `python -m bench`: the order page against the upstream call and peers, in one run and one report."""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import sys
import tempfile
import time
from pathlib import Path

NEEDED = ("psutil", "uvloop", "fastapi", "uvicorn", "httptools", "httpx", "aiohttp", "jinja2", "gunicorn")
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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="some three minutes instead of twenty; figures are rougher"
    )
    parser.add_argument(
        "--only", action="append", choices=ROWS, metavar="ROW", help=f"one of: {', '.join(ROWS)}; may be repeated"
    )
    parser.add_argument("--write", action="store_true", help="also write docs/benchmark.md")
    parser.add_argument(
        "--rounds", type=int, help="rounds of the speed rows (3; quick: 1); with 1 the other rows are shorter too"
    )
    return parser.parse_args()


def main() -> int:
    given = arguments()
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        print(
            f"The benchmark needs {', '.join(lacking)}: `make bench` installs what is in requirements/bench.lock.",
            file=sys.stderr,
        )
        return 1
    from bench.running import run
    from bench.servers import PROJECT, CannotMeasure
    from cdpviewer import children

    children.end_on_signals()
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            report = run(given, Path(folder), shlex.join(["python", "-m", "bench", *sys.argv[1:]]), began)
    except CannotMeasure as problem:
        print(problem, file=sys.stderr)
        return 1
    except children.Ended:
        print("\nEnded.", file=sys.stderr)
        return 1
    print(report)
    if given.write:
        (PROJECT / "docs" / "benchmark.md").write_text(report, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
