"""Lighthouse scores of the order page, with the app's production command, the sandbox as CDP and the system's Chromium.

Needs Node and the npm tools (`.ci/tools` installs them), but none of the benchmark's own packages. The page is judged as a signed-in
user sees it. Lighthouse reads the header with the session's cookie from a file in the run's own folder, so that the cookie appears in
no list of processes.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.goals import Goal
from bench.servers import CLIENT_KEY, PROJECT, TOKEN, CannotMeasure, Servers, carry_out
from sandbox.server import Sandbox

LIGHTHOUSE = PROJECT / "node_modules" / "lighthouse" / "cli" / "index.js"
REPORT = PROJECT / "bench" / "reports" / "lighthouse.json"
SEED = "d680c9be-4c07-4731-857e-9602034b15f2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AIMED_AT = CATEGORIES[:3]  # the page asks not to be indexed, which search engines' figures count against it
TRIES = 3
LONGEST = 180  # seconds of a try
RUNS = 3  # the median counts: a shared machine pauses now and then
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The parts of an audit that are kept: no traces, screenshots, stacks or paths.
KEPT = ("id", "title", "score", "scoreDisplayMode", "numericValue", "numericUnit", "displayValue")


@dataclass(slots=True)
class Verdict:
    """Scores from 0 to 100 by category, and the audits that cost points: (category, audit, the audit's figure or else its title)."""

    scores: dict[str, int] = field(default_factory=dict)
    short: list[tuple[str, str, str]] = field(default_factory=list)

    def goals(self) -> list[Goal]:
        return [
            Goal(f"Lighthouse, {name}", self.scores[name], 100, at_least=True, shown="{:.0f}")
            for name in AIMED_AT
            if name in self.scores
        ]


class OnTheSandbox(Servers):
    """The benchmark's servers with the sandbox as CDP."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder, agents=1)
        self.address = address

    @property
    def upstream(self) -> str:
        return self.address


def judge(folder: Path, *, keep: bool = False) -> Verdict:
    """Run Lighthouse RUNS times on the vendor's example order. Return the verdict of the run whose performance score is the median.

    With `keep`, the trimmed report of that run is stored in docs. Raises CannotMeasure if a tool is missing or Lighthouse fails.
    """
    node, browser = shutil.which("node"), next(filter(None, map(shutil.which, BROWSERS)), None)
    if node is None or browser is None or not LIGHTHOUSE.exists():
        raise CannotMeasure(
            "Lighthouse needs Node, Chromium and the npm tools: `.ci/tools` installs them where it may."
        )
    with Sandbox(client_key=CLIENT_KEY, token=TOKEN) as sandbox, OnTheSandbox(folder, sandbox.url) as servers:
        app = servers.start_app()
        headers = folder / "headers.json"
        headers.write_text(json.dumps({"Cookie": app.cookies[0]}), encoding="utf-8")
        runs = [
            _run(folder, node, browser, f"http://127.0.0.1:{app.port}/orders/{SEED}/", headers) for _ in range(RUNS)
        ]
    report = sorted(runs, key=lambda run: float(run["categories"]["performance"]["score"] or 0))[RUNS // 2]
    if keep:
        REPORT.write_text(_trimmed(report, app.port), encoding="utf-8")
    return _verdict(report)


def _run(folder: Path, node: str, browser: str, address: str, headers: Path) -> dict[str, Any]:
    """One report. As the browser's trace is lost now and then, there are up to TRIES attempts. Raises CannotMeasure if all fail."""
    for _ in range(TRIES - 1):
        with suppress(CannotMeasure):
            return _try(folder, node, browser, address, headers)
    return _try(folder, node, browser, address, headers)


def _try(folder: Path, node: str, browser: str, address: str, headers: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [
                *(node, str(LIGHTHOUSE), address, "--quiet", "--output=json", "--output-path=stdout"),
                *(f"--extra-headers={headers}", f"--chrome-flags={FLAGS}", f"--only-categories={','.join(CATEGORIES)}"),
                "--disable-full-page-screenshot",
            ],
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "CHROME_PATH": browser, "TMPDIR": str(folder)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise CannotMeasure(f"Lighthouse gave no report within {LONGEST} s.") from None
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise CannotMeasure(f"Lighthouse gave no report:\n{done.stderr.strip()[-2000:]}") from None
    if problem := report.get("runtimeError"):
        raise CannotMeasure(f"Lighthouse could not read the page: {problem.get('message', '')}")
    if not report["finalDisplayedUrl"].endswith(f"/orders/{SEED}/"):
        raise CannotMeasure("Lighthouse was led away from the order page: the session was not accepted.")
    return report


def _verdict(report: dict[str, Any]) -> Verdict:
    verdict = Verdict()
    for name in CATEGORIES:
        category = report["categories"][name]
        verdict.scores[name] = round(100 * (category["score"] or 0))
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                verdict.short.append((name, audit["id"], str(audit.get("displayValue") or audit["title"])))
    return verdict


def _trimmed(report: dict[str, Any], port: int) -> str:
    """The report without data about this machine: only scores, figures and texts, with a neutral URL.

    Raises CannotMeasure if it still contains a path on this machine.
    """
    kept = {
        "lighthouseVersion": report["lighthouseVersion"],
        "page": f"/orders/{SEED}/",
        "browser": re.sub(
            r"^.*?(HeadlessChrome|Chrome)/(\d+).*$", r"Chromium \2", report["environment"]["hostUserAgent"]
        ),
        "formFactor": report["configSettings"]["formFactor"],
        "throttling": report["configSettings"]["throttlingMethod"],
        "categories": {
            name: {"title": category["title"], "score": category["score"]}
            for name, category in report["categories"].items()
        },
        "audits": {
            name: {key: audit[key] for key in KEPT if audit.get(key) is not None}
            for name, audit in sorted(report["audits"].items())
            if audit["scoreDisplayMode"] != "notApplicable"
        },
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    text = text.replace(f"http://127.0.0.1:{port}", "")
    if match := re.search(r'"(?:file:/|/(?!orders/))[^"]*/[^"]*"|node_modules', text):
        raise CannotMeasure(f"The report would reveal a path of this machine: {match[0]}")
    return text


def main() -> int:
    """Print the scores; `--write` stores the report in docs. Return 1 if a goal is missed or nothing could be measured."""

    def measure() -> Verdict:
        with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
            return judge(Path(folder), keep="--write" in sys.argv[1:])

    verdict = carry_out(measure)
    if verdict is None:
        return 1
    for name, score in verdict.scores.items():
        print(f"{name:<16} {score:>3}{'' if name in AIMED_AT else '   (the page asks not to be indexed)'}")
    for name, audit, text in verdict.short:
        print(f"  {name}: {audit}: {text}")
    return 0 if all(goal.reached for goal in verdict.goals()) else 1


if __name__ == "__main__":
    sys.exit(main())
