"""Labels along the bar: airports and their local times."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from orders.cdp.records import OrderItem
from orders.itinerary import axis_labels, picture
from orders.itinerary.journeys import plan
from orders.itinerary.picture import Picture
from orders.itinerary.trip import Flight
from tests.itinerary.test_parts import OUT, item
from tests.itinerary.test_properties import NOW, items

ROUND = (
    "DUB LHR 2026-11-01T09:15 2026-11-01T10:20",
    "LHR CDG 2026-11-01T11:55 2026-11-01T13:55",
    "CDG FRA 2026-11-01T15:50 2026-11-01T16:55",
)


def drawn(*flights: str) -> Picture:
    bar = picture.draw(plan([item(*flights)]).journeys[0])
    assert bar is not None
    return bar


def hours(bar: Picture) -> list[str]:
    return [f"{mark.label:%H:%M}" for mark in bar.ticks]


def test_a_flight_over_eight_zones_has_its_own_ends_and_no_hours_between() -> None:
    bar = drawn(*OUT)
    assert [(mark.x, f"{mark.label:%H:%M}") for mark in bar.ticks] == [
        (0, "16:00"),
        (87, "17:20"),
        (262, "20:00"),
        (960, "22:40"),
    ]
    assert [mark.label for mark in bar.places] == ["DUB", "LHR", "LAS"]


def test_full_hours_stand_below_a_wait() -> None:
    bar = drawn("DUB LHR 2026-11-01T06:00 2026-11-01T07:40", "LHR JFK 2026-11-01T14:00 2026-11-01T17:00")
    assert hours(bar) == ["06:00", "07:40", "10:00", "12:00", "14:00", "17:00"]


@pytest.mark.parametrize(
    "onward",
    ["LHR JFK 2026-10-25T09:00 2026-10-25T13:00", "LGW JFK 2026-10-24T22:00 2026-10-25T01:00"],
    ids=["the clocks change meanwhile", "from another airport"],
)
def test_no_hours_during_a_change_of_clock_or_airport(onward: str) -> None:
    bar = drawn("ATH LHR 2026-10-24T18:00 2026-10-24T20:05", onward)
    assert set(hours(bar)) == {"18:00", "20:05", onward.split()[2][-5:], onward.split()[3][-5:]}


def test_both_airports_of_a_change_are_labelled() -> None:
    bar = drawn("DUB LHR 2026-11-01T06:00 2026-11-01T07:20", "LGW JFK 2026-11-01T13:00 2026-11-01T16:00")
    assert [mark.label for mark in bar.places] == ["DUB", "LHR", "LGW", "JFK"]


def test_a_narrow_page_keeps_the_ends_and_the_labels_that_fit() -> None:
    bar = drawn(*ROUND)
    assert [mark.label for mark in bar.places if not mark.wide] == ["DUB", "LHR", "CDG", "FRA"]
    narrow = [f"{mark.label:%H:%M}" for mark in bar.ticks if not mark.wide]
    assert (narrow[0], narrow[-1]) == ("09:15", "16:55") and len(narrow) < len(bar.ticks)


@given(items)
def test_labels_stand_on_the_ground_and_apart(order: list[OrderItem]) -> None:
    for journey in plan(order, now=NOW).journeys:
        bar = picture.draw(journey)
        if bar is None:
            continue
        flights = [leg for leg in journey.legs if isinstance(leg, Flight)]
        times = {clock.wall for leg in flights for clock in (leg.origin, leg.destination) if clock.wall}
        for mark in bar.ticks:
            assert mark.label in times or mark.label.minute == 0
        assert {mark.label for mark in bar.places} <= {
            clock.place.code for leg in flights for clock in (leg.origin, leg.destination)
        }
        for row, apart, narrow in (
            (bar.ticks, axis_labels.CLOCKS_APART, axis_labels.CLOCKS_APART_NARROW),
            (bar.places, axis_labels.CODES_APART, axis_labels.CODES_APART_NARROW),
        ):
            assert (row[0].wide, row[-1].wide) == (False, False)
            for kept, least in ((row, apart), ([mark for mark in row if not mark.wide], narrow)):
                assert all(after.x - before.x >= least for before, after in pairwise(kept))
