"""The maths of the benchmark, which needs none of the benchmark's own packages."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.tally import Spread, Tally, percentile

times = st.lists(st.floats(min_value=0, max_value=100), min_size=1, max_size=300)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5.0], 50, 5.0),
        ([5.0], 99, 5.0),
        ([3, 1, 2], 50, 2),
        (range(1, 101), 99, 99),
        (range(1, 101), 100, 100),
        ([1, 2, 3, 4], 50, 2),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert percentile(list(values), share) == expected


def test_no_values_have_no_percentile() -> None:
    assert math.isnan(percentile([], 50))


@given(times)
def test_a_percentile_is_one_of_the_values_and_never_below_a_smaller_one(values: list[float]) -> None:
    assert percentile(values, 50) in values
    assert percentile(values, 50) == statistics.median_low(values)
    assert min(values) <= percentile(values, 50) <= percentile(values, 99) <= max(values)


@given(times, times)
def test_rounds_add_up_to_one_measurement(first: list[float], second: list[float]) -> None:
    tally = Tally(list(first), {"status 503": 1}, seconds=2.0)
    tally.add(Tally(list(second), {"status 503": 2, "cut off": 1}, seconds=3.0))
    assert tally.per_second == pytest.approx((len(first) + len(second)) / 5)
    assert tally.errors == {"status 503": 3, "cut off": 1}
    assert tally.error_count == 4


def test_who_still_waits_at_the_end_counts_where_it_is_long() -> None:
    seen = Tally(times=[0.2] * 99, waiting=[0.1, 5.0, 4.0])
    assert seen.median == 0.2 and seen.p99 == 4.0


@pytest.mark.parametrize(
    ("rounds", "digits", "shown"),
    [
        ([5.44], 1, "5.4"),
        ([5.2, 5.91, 5.44], 1, "5.4 (5.2–5.9)"),
        ([340, 283, 301], 0, "301 (283–340)"),
    ],
)
def test_a_spread_is_the_median_of_the_rounds_with_its_extremes(rounds: list[float], digits: int, shown: str) -> None:
    assert Spread.over(rounds).shown(digits) == shown
