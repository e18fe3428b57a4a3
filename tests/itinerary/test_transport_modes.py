"""Trains, buses and boats that airlines sell under flight numbers are labelled as such in text, calendar, bar and page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orders.cdp.records import Order
from orders.display.calendar import calendar_file
from orders.display.itinerary import mode_word
from orders.display.journey_bar import bar_sentence
from orders.display.rail import flight_sentence
from orders.display.text import itinerary_text
from orders.itinerary import picture
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Trip
from tests.itinerary.test_parts import item

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RIDES = [
    ("ZYR CDG 2026-05-10T09:43 2026-05-10T11:15", "", "train"),
    ("CDG ZYR 2026-05-10T09:43 2026-05-10T11:15", "", "train"),
    ("QKL FRA 2026-05-10T09:43 2026-05-10T10:50", "", "train"),
    ("FRA QYG 2026-05-10T09:43 2026-05-10T14:50", "", "train"),
    ("ZDH ZRH 2026-05-10T09:43 2026-05-10T10:50", "", "train"),
    ("QQS XPG 2026-05-10T09:31 2026-05-10T12:47", "", "train"),
    ("DXB XNB 2026-05-10T08:00 2026-05-10T09:30", "", "bus"),
    ("ZVJ XNB 2026-05-10T08:00 2026-05-10T10:00", "", "bus"),
    ("YFT HKG 2026-05-10T08:00 2026-05-10T09:10", "", "boat"),
    ("FRA STR 2026-05-10T08:00 2026-05-10T09:17", "TRN", "train"),
    ("MUC SZG 2026-05-10T08:00 2026-05-10T10:00", "bus", "bus"),
    ("NCE MCM 2026-05-10T08:00 2026-05-10T08:07", "", "flight"),
    ("DUB LHR 2026-05-10T08:00 2026-05-10T09:20", "320", "flight"),
]


def ride(flight: str, equipment: str) -> Trip:
    whole = item(flight)
    segment = replace(whole.flight_segments[0], carrier="AF", flight_number="7184", equipment_type=equipment)
    return plan([replace(whole, flight_segments=(segment,))])


@pytest.mark.parametrize(("flight", "equipment", "mode"), RIDES)
def test_text_calendar_bar_and_page_name_the_means_of_transport(flight: str, equipment: str, mode: str) -> None:
    trip = ride(flight, equipment)
    travelled = trip.flights[0]
    assert travelled.mode == mode
    assert travelled.minutes is not None
    assert trip.notices == travelled.notices == ()
    text, file = (
        itinerary_text(trip),
        calendar_file(trip, Order(items=(item(flight),))).decode().replace("\r\n ", ""),
    )
    spoken = flight_sentence(travelled, NOW)
    bar = picture.draw(trip.journeys[0])
    assert bar is not None
    assert f"{mode} " in bar_sentence(trip.journeys[0], bar)
    if mode == "flight":
        assert "Flight time" in text and "Flight time" in file and "Flight time" in spoken
        assert mode_word(travelled) == ""
        return
    word = mode.capitalize()
    assert f"AF 7184 · {word} · Travel time" in text
    assert f"SUMMARY:AF 7184 · {word} " in file and "Travel time" in file
    assert f", {word}, from " in spoken and "Travel time" in spoken
    assert mode_word(travelled) == word
    for output in (text, file, spoken):
        assert "light time" not in output


def test_a_train_has_no_weight_and_is_not_outvoted() -> None:
    """London to Paris takes longer by train than by air, and would look about right as UTC."""
    trip = plan([item("QQS XPG 2026-05-10T09:31 2026-05-10T12:47", "CDG LHR 2026-05-10T18:00 2026-05-10T18:20")])
    assert trip.evidence.verdict == "local"
    assert trip.notices == ()


def test_a_train_that_arrives_before_it_leaves_is_impossible() -> None:
    trip = plan([item("ZYR CDG 2026-05-10T11:15 2026-05-10T09:43")])
    assert [notice.kind for notice in trip.flights[0].notices] == ["impossible time"]
