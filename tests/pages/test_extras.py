"""Extras are shown at their flight if the product, name, description or traveller identifies it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from orders.itinerary import journeys
from orders.services.summary import summarize
from sandbox.server import Sandbox
from tests.pages.reading import text_of
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
        (SPLIT, {"type": "BAG", "productId": "BAG-STD", "passengerTypeCode": "ADT"}, "DUB"),
        (SPLIT, {"type": "MEAL", "name": "Pre-set meal", "passengerTypeCode": "CHD"}, "LHR"),
        (SPLIT, {"type": "MEAL", "name": "Pre-set meal LHR-DUB", "passengerTypeCode": "ADT"}, "LHR"),
        (BOTH, {"type": "BAG", "productId": "BAG-LHR-DUB"}, "LHR"),
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


@pytest.mark.parametrize("count", [24, 25, 30])
def test_extras_beyond_those_at_a_flight_are_counted_and_a_link_leads_to_them(
    count: int, desk: Client, cdp: Sandbox
) -> None:
    bags = [{"type": "BAG", "name": f"Bag {number} DUB-LHR", "price": 1} for number in range(count)]
    ref = cdp.change_order({"referenceId": "BAGS25", "status": "CONFIRMED", "items": [flown(OUT), *bags]})
    page = desk.get(f"/orders/{ref}/")
    flight = page.content.decode().partition('class="facts-extras"')[2].partition("</ul>")[0]
    assert len(re.findall(r'href="#item-\d+">Bag', flight)) == 24
    more = re.findall(r'<a href="#item-(\d+)">… and (\d+) more</a>', flight)
    assert more == ([] if count == 24 else [("26", str(count - 24))])
    assert "Bag 23 DUB" in text_of(page) and all(f'id="item-{at}"' in page.content.decode() for at in range(2, 26))
