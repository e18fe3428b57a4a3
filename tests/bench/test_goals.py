"""The report states whether each goal was reached, and never counts one as reached by accident."""

from __future__ import annotations

import math

import pytest

from bench.goals import Goal, table, with_notes


@pytest.mark.parametrize(
    ("measured", "limit", "at_least", "reached"),
    [
        (1.05, 1.05, False, True), (1.051, 1.05, False, False), (0, 0, False, True), (1, 0, False, False),
        (2, 2, True, True), (1.99, 2, True, False), (math.nan, 2, True, False), (math.nan, 2, False, False),
    ],
)  # fmt: skip
def test_a_goal_is_reached_at_its_limit_and_never_without_a_figure(
    measured: float, limit: float, at_least: bool, reached: bool
) -> None:
    assert Goal("what", measured, limit, at_least=at_least).reached is reached


def test_a_table_names_its_columns_and_keeps_its_rows() -> None:
    assert table(["", "ms"], [["page", "1.5"], ["call", "1.0"]]).splitlines() == [
        "|  | ms |", "|:--|--:|", "| page | 1.5 |", "| call | 1.0 |",
    ]  # fmt: skip


def test_why_a_goal_was_missed_is_shown_and_only_then() -> None:
    assert Goal("pages/s", 200, 275, at_least=True, shown="{:.0f}", why="CPU decides").row() == [
        "pages/s", "200", "at least 275", "**not reached**: CPU decides",
    ]  # fmt: skip
    assert Goal("pages/s", 275, 275, at_least=True, why="CPU decides").verdict == "reached"
    assert Goal("pages/s", 200, 275, at_least=True).verdict == "**not reached**"


@pytest.mark.parametrize(
    ("former", "kept"),
    [
        ("", "# New\n"),
        ("# Old\n\n## Goals\n\nold\n", "# New\n"),
        ("# Old\n\n## Notes\n\nWritten by hand.\n", "# New\n\n## Notes\n\nWritten by hand.\n"),
    ],
)
def test_notes_outlive_the_report(former: str, kept: str) -> None:
    report = with_notes("# New\n", former)
    assert report == kept
    assert with_notes("# New\n", report) == kept
