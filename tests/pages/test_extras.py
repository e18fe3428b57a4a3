"""Extras stand at their flight where product, name, description or traveller says which."""

from __future__ import annotations

from typing import Any

import pytest

from orders.itinerary import journeys
from orders.services.summary import summarize
from tests.pages.test_scaling import NOW, flown, order_of, segment

OUT, BACK = segment(1, origin="DUB", destination="LHR"), segment(2, 6000, origin="LHR", destination="DUB")
BOTH = [flown(OUT, BACK, passengerTypeCode="ADT")]
SPLIT = [flown(OUT, passengerTypeCode="ADT"), flown(BACK, passengerTypeCode="CHD")]


@pytest.mark.parametrize(
    ("flights", "extra", "at"),
    [
        (BOTH, {"type": "BAG", "productId": "DUB-LHR"}, "DUB"),
        (BOTH, {"type": "BAG", "name": "Bag LHR – DUB"}, "LHR"),
        (BOTH, {"type": "SEAT", "description": "12A, LHR-DUB"}, "LHR"),
        (BOTH, {"type": "BAG", "passengerTypeCode": "ADT"}, ""),
        (SPLIT, {"type": "BAG", "passengerTypeCode": "CHD"}, "LHR"),
        (SPLIT, {"type": "seat_upgrade", "passengerTypeCode": "ADT"}, "DUB"),
        (SPLIT, {"type": "BAG", "passengerTypeCode": "INF"}, ""),
        (SPLIT, {"type": "BAG"}, ""),
        (SPLIT, {"type": "HOTEL", "passengerTypeCode": "ADT"}, ""),
        (SPLIT, {"type": "BAG", "productId": "DUB-CDG", "passengerTypeCode": "ADT"}, ""),
        (SPLIT, {"type": "BAG", "productId": "LHR-DUB", "passengerTypeCode": "ADT"}, "LHR"),
    ],
)
def test_an_extra_stands_at_the_flight_that_is_said(flights: list[Any], extra: dict[str, Any], at: str) -> None:
    order = order_of([*flights, {"status": "CONFIRMED", "price": 1, "currencyCode": "EUR", **extra}])
    trip = journeys.plan(order.items, now=NOW)
    (other,) = summarize(order, trip).others
    origins = {flight.key: flight.origin.place.code for flight in trip.flights}
    assert origins.get(other.flight, "") == at


def test_a_cancelled_flight_takes_nobody() -> None:
    cancelled = flown(OUT, passengerTypeCode="ADT", status="CANCELLED")
    order = order_of([cancelled, flown(BACK, passengerTypeCode="ADT"), {"type": "BAG", "passengerTypeCode": "ADT"}])
    trip = journeys.plan(order.items, now=NOW)
    (other,) = summarize(order, trip).others
    assert [flight.key for flight in trip.flights if not flight.cancelled] == [other.flight]


def test_items_alike_of_travellers_on_different_flights_stand_at_none() -> None:
    bags = [{"type": "BAG", "name": "bag", "passengerTypeCode": code} for code in ("ADT", "CHD")]
    order = order_of([*SPLIT, *bags])
    (other,) = summarize(order, journeys.plan(order.items, now=NOW)).others
    assert (other.count, other.flight) == (2, "")
