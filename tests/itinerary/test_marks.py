"""What is written along the bar: airports where one is on the ground, and the clock there."""

from __future__ import annotations

from datetime import datetime
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
    found = picture.draw(plan([item(*flights)]).journeys[0])
    assert found is not None
    return found


def test_a_flight_over_eight_zones_has_its_own_ends_and_no_hours_between() -> None:
    bar = drawn(*OUT)
    assert [(mark.x, mark.label) for mark in bar.ticks] == [(0, "16:00"), (87, "17:20"), (262, "20:00"), (960, "22:40")]
    assert [mark.label for mark in bar.places] == ["DUB", "LHR", "LAS"]


def test_full_hours_stand_where_somebody_waits() -> None:
    bar = drawn("DUB LHR 2026-11-01T06:00 2026-11-01T07:40", "LHR JFK 2026-11-01T14:00 2026-11-01T17:00")
    assert [mark.label for mark in bar.ticks] == ["06:00", "07:40", "10:00", "12:00", "14:00", "17:00"]


@pytest.mark.parametrize(
    "onward",
    ["LHR JFK 2026-10-25T09:00 2026-10-25T13:00", "LGW JFK 2026-10-24T22:00 2026-10-25T01:00"],
    ids=["the clocks change meanwhile", "from another airport"],
)
def test_no_hours_where_the_clock_is_not_one(onward: str) -> None:
    bar = drawn("ATH LHR 2026-10-24T18:00 2026-10-24T20:05", onward)
    assert {mark.label for mark in bar.ticks} == {"18:00", "20:05", onward.split()[2][-5:], onward.split()[3][-5:]}


def test_another_airport_to_leave_from_is_named_too() -> None:
    bar = drawn("DUB LHR 2026-11-01T06:00 2026-11-01T07:20", "LGW JFK 2026-11-01T13:00 2026-11-01T16:00")
    assert [mark.label for mark in bar.places] == ["DUB", "LHR", "LGW", "JFK"]


def test_a_narrow_page_keeps_the_ends_and_what_fits() -> None:
    bar = drawn(*ROUND)
    assert [mark.label for mark in bar.places if not mark.wide] == ["DUB", "LHR", "CDG", "FRA"]
    narrow = [mark.label for mark in bar.ticks if not mark.wide]
    assert (narrow[0], narrow[-1]) == ("09:15", "16:55") and len(narrow) < len(bar.ticks)


@given(items)
def test_labels_stand_on_the_ground_and_apart(order: list[OrderItem]) -> None:
    for journey in plan(order, now=NOW).journeys:
        bar = picture.draw(journey)
        if bar is None:
            continue
        flights = [leg for leg in journey.legs if isinstance(leg, Flight)]
        told = {f"{clock.wall:%H:%M}" for leg in flights for clock in (leg.origin, leg.destination) if clock.wall}
        for mark in bar.ticks:
            assert mark.label in told or datetime.strptime(mark.label, "%H:%M").minute == 0
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
