"""A measurement that ends early or hangs is counted as such, and does not end the run."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bench import lighthouse
from bench.findings import Findings, goals
from bench.servers import CannotMeasure
from bench.speed import APP
from bench.weight import Memory


def a_node(folder: Path, hangs: int) -> str:
    """A program in place of Node that hangs the first `hangs` times and then prints a report."""
    report = json.dumps({"finalDisplayedUrl": f"http://127.0.0.1/orders/{lighthouse.SEED}/"})
    program = folder / "node"
    program.write_text(
        f"#!/bin/sh\necho >> tries\n[ $(wc -l < tries) -gt {hangs} ] || exec sleep 60\necho '{report}'\n"
    )
    program.chmod(0o700)
    return str(program)


def test_lighthouse_that_hangs_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lighthouse, "LONGEST", 2)
    report = lighthouse._run(tmp_path, a_node(tmp_path, hangs=1), "chromium", "http://127.0.0.1/", tmp_path / "headers")
    assert report["finalDisplayedUrl"].endswith(f"/orders/{lighthouse.SEED}/")


def test_lighthouse_that_always_hangs_cannot_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lighthouse, "LONGEST", 0.3)
    node = a_node(tmp_path, hangs=lighthouse.TRIES)
    with pytest.raises(CannotMeasure, match="no report within"):
        lighthouse._run(tmp_path, node, "chromium", "http://127.0.0.1/", tmp_path / "headers")


@pytest.mark.parametrize(
    ("at", "measured"),
    [({0: [90.0]}, math.nan), ({0: [90.0], 500: [100.0]}, math.nan), ({0: [90.0], 500: [100.0], 1500: [102.0]}, 1.02)],
    ids=["no stop", "one stop", "both stops"],
)
def test_memory_that_was_not_measured_to_the_end_is_a_goal_not_reached(
    at: dict[int, list[float]], measured: float
) -> None:
    (goal,) = goals(Findings(memory={APP: Memory(at)}))
    assert goal.measured == pytest.approx(measured, nan_ok=True)
    assert goal.reached is not math.isnan(measured)
    assert goal.row()
