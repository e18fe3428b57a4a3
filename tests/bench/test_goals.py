"""The report says of each goal whether it was reached, and never by accident."""

from __future__ import annotations

import math

import pytest

from bench.goals import Goal, table


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
