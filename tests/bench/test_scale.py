"""docs/scale.md has the figures of bench/reports/scale.json, and names those that the model predicts wrongly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.scale import records, report
from bench.scale.points import ROUNDS, Run

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"


@pytest.fixture(scope="module")
def run() -> Run:
    return Run.read(PROJECT / "bench" / "reports" / "scale.json")


PREDICTED_AGENTS = 750  # at most, according to docs/scale.md


def test_the_page_has_the_figures_of_the_last_run(run: Run) -> None:
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    assert report.filled(page, run) == page
    assert page.count("<!-- figures of ") == 8


def test_a_run_is_read_as_it_was_written(run: Run, tmp_path: Path) -> None:
    run.write(tmp_path / "again.json")
    assert Run.read(tmp_path / "again.json") == run


def test_the_model_predicts_what_a_quiet_machine_measured(run: Run) -> None:
    apart = {
        (point.agents, figure): (made, measured)
        for point, figure, made, measured in report.compared(run, report.calibration(run))
        if point.agents <= PREDICTED_AGENTS and "p99" not in figure and abs(made / measured - 1) > report.WITHIN
    }
    # The third slowest of a few hundred requests is chance, so the page only names such figures.
    assert not run.quiet or apart == {}


@pytest.mark.parametrize("ahead", [True, False], ids=["costs of one load", "own costs"])
def test_every_figure_that_is_predicted_wrong_is_named(run: Run, ahead: bool) -> None:
    costs_of = report.calibration(run) if ahead else None
    text = report.predictions_ahead(run) if ahead else report.predictions(run)
    for point, figure, made, measured in report.compared(run, costs_of):
        named = f"{figure} of {point.agents} agents ({made / measured - 1:+.0%})" in text
        assert named == (abs(made / measured - 1) > report.WITHIN), (point.agents, figure)


def test_a_failed_request_misses_the_goal(run: Run) -> None:
    (at_goal,) = [point for point in run.points if point.agents == report.GOAL_AGENTS]
    points = tuple(replace(point, errors={"status 503": 1}) if point is at_goal else point for point in run.points)
    missed = [goal.what for goal in report.goals(replace(run, points=points)) if not goal.reached]
    assert "errors of all requests" in missed
    well = replace(
        at_goal, errors={}, database_connections=40,
        times={kind: replace(times, p99=ROUNDS[kind] * run.latency + 150) for kind, times in at_goal.times.items()},
    )  # fmt: skip
    points = tuple(well if point is at_goal else point for point in run.points)
    assert [goal.what for goal in report.goals(replace(run, points=points)) if not goal.reached] == []


def test_a_load_that_was_not_measured_reaches_nothing(run: Run) -> None:
    points = tuple(point for point in run.points if point.agents != report.GOAL_AGENTS)
    assert sum(not goal.reached for goal in report.goals(replace(run, points=points))) >= 5


def test_records_grow_with_agents_and_days(run: Run) -> None:
    half, whole = records.kept(1_000, 200), records.kept(2_000, 200)
    assert whole == 2 * half == records.kept(1_000, 400)
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in report.companies(run).splitlines()}
    for days in records.KEPT:
        assert f"records kept for {days} days, millions" in rows
    assert records.agents_until(records.kept(4_000, 90), 4.0, 90) == 1_000
