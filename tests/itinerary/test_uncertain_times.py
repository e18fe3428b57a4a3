"""Doubtful times: repeated hours, detours, a single possible reading, and the words for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from django.utils import translation

from calibration.fit import Published
from orders.cdp.records import Order, OrderItem
from orders.display.calendar import calendar_file
from orders.display.itinerary import stay_words
from orders.display.notices import notice_detail
from orders.display.text import itinerary_text
from orders.itinerary.airports import place
from orders.itinerary.clock_check.local_or_utc import decide, score, verdict_of
from orders.itinerary.clocks import read_local
from orders.itinerary.codes import Reading
from orders.itinerary.journeys import plan
from tests.itinerary.test_parts import item

UTC_ORDER = [item("LHR LAS 2025-08-15T19:00 2025-08-16T05:35")]


@pytest.mark.parametrize(
    ("flight", "minutes", "folds"),
    [
        ("STN DUB 2025-10-26T01:30 2025-10-26T02:35", 65, (1, 0)),
        ("PHX LAX 2025-11-02T01:10 2025-11-02T01:35", 85, (0, 1)),
        ("TFS STN 2025-10-25T22:15 2025-10-26T01:30", 255, (0, 1)),
        ("LHR CDG 2025-10-26T01:30 2025-10-26T02:45", 75, (0, 1)),
        ("LHR DUB 2025-10-26T01:05 2025-10-26T01:25", 80, (0, 1)),
        ("LHR AMS 2025-10-26T00:30 2025-10-26T02:45", 75, (0, 0)),
    ],
)
def test_the_occurrence_of_a_repeated_hour_that_fits_is_taken(
    flight: str, minutes: int, folds: tuple[int, int]
) -> None:
    flown = plan([item(flight)]).flights[0]
    assert flown.minutes == minutes
    assert (flown.origin.fold, flown.destination.fold) == folds
    assert flown.evidence.verdict == "local"
    details = " ".join(notice_detail(notice) for notice in flown.notices if notice.kind == "clock repeated")
    assert ("the second fits this flight" in details) is (1 in folds)


# Published times of recent years: detours round closed airspace, propeller aircraft on long sectors, a stop under one number.
DETOURS = """
SVO KGD 170|SVO KGD 190|VKO KGD 160|TBS SVO 240|EVN VKO 235|SVO BEG 300|CAI SVO 330|DEL IST 490|DEL TBS 360|UIO GPS 190|KEF GOH 200
CHT WLG 150|GMR PPT 260|NHV PPT 190|SYD BHQ 160|ICN FRA 865|ICN LHR 880|NRT WAW 840|HND CPH 800|HEL NRT 780|HEL ICN 760
"""
LONGER = [tuple(entry.split()) for entry in DETOURS.replace("\n", "|").split("|") if entry]


def sent(origin: str, destination: str, leaves: datetime, minutes: int, clock: str) -> tuple[datetime, datetime]:
    instant = read_local(leaves, place(origin).zone).instant
    assert instant is not None
    return Published(place(origin), place(destination), leaves, instant, minutes).sent(clock)


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize(("origin", "destination", "minutes"), LONGER)
def test_known_detours_raise_no_doubt(origin: str, destination: str, minutes: str, month: int) -> None:
    times = sent(origin, destination, datetime(2025, month, 15, 9), int(minutes), "local")
    segment_score = score(place(origin), place(destination), *times)
    assert verdict_of(segment_score, decide([segment_score])) == "local"


def test_a_detour_counts_in_its_years_only() -> None:
    at = {
        year: score(place("DOH"), place("KRT"), *sent("DOH", "KRT", datetime(year, 3, 1, 9), 310, "local"))
        for year in (2019, 2024)
    }
    assert at[2019].weight < 0.1 < at[2024].weight


@pytest.mark.parametrize(
    ("origin", "destination", "minutes"),
    [
        ("ICN", "FRA", 865),
        ("ICN", "LHR", 880),
        ("NRT", "WAW", 840),
        ("HND", "CPH", 800),
        ("HEL", "NRT", 780),
        ("HEL", "ICN", 760),
    ],
)
def test_detours_around_russia_are_caught_in_a_utc_feed(origin: str, destination: str, minutes: int) -> None:
    segment_score = score(
        place(origin), place(destination), *sent(origin, destination, datetime(2025, 1, 15, 9), minutes, "utc")
    )
    assert verdict_of(segment_score, decide([segment_score])) == "utc"


def test_a_flight_that_only_one_reading_allows_decides() -> None:
    """23 h 5 min as local time is impossible; 15 h 5 min as UTC is possible, however unusual for 8,500 km."""
    segment_score = score(place("ICN"), place("FRA"), datetime(2019, 1, 15, 9), datetime(2019, 1, 16, 0, 5))
    assert (segment_score.possible_local, segment_score.possible_utc) == (False, True)
    assert verdict_of(segment_score, decide([segment_score])) == "utc"


def test_one_flight_in_many_items_is_evidence_once() -> None:
    alone = [item("MEL ADL 2025-06-09T22:00 2025-06-09T23:15")]
    assert plan(alone * 9).evidence.verdict == plan(alone).evidence.verdict != "utc"
    segment_score = score(place("MEL"), place("ADL"), datetime(2025, 6, 9, 22), datetime(2025, 6, 9, 23, 15))
    assert segment_score.weight > 0
    assert decide([segment_score] * 9) == decide([segment_score])


def test_an_arrival_that_only_a_second_item_gives_is_judged_too() -> None:
    whole = item("LHR LAS 2025-08-15T19:00 2025-08-16T05:35")
    segment = whole.flight_segments[0]
    trip = plan([replace(whole, flight_segments=(replace(segment, arrival=None),)), whole])
    assert [notice.kind for notice in trip.notices] == ["looks like utc"]


def test_the_text_claims_nothing_in_doubt() -> None:
    text = itinerary_text(plan(UTC_ORDER))
    assert "All times are local" not in text
    assert text.endswith("Times in doubt: see above.")
    assert "Takes 18 h 35 min if the times were sent as local times, 10 h 35 min if in UTC" in text
    assert "Flight time 18 h 35 min" not in text
    assert "London to Las Vegas · 18 h" not in text
    assert "if the times were sent as local times, 10 h" in calendar_file(
        plan(UTC_ORDER), Order(items=tuple(UTC_ORDER))
    ).decode().replace("\\,", ",").replace("\r\n ", "")
    back = itinerary_text(plan([item("LHR LAS 2025-08-15T20:00 2025-08-15T22:40")], reading=Reading.UTC))
    assert back.endswith("Times were converted from UTC and may be wrong: see above.")


def test_the_text_has_an_impossible_time_and_the_travellers_still_booked() -> None:
    text = itinerary_text(plan([item("FRA LAX 2025-08-15T16:00 2025-08-16T18:30")]))
    assert "    Check these times: this flight would take 35 h 30 min to cover 9,321 km" in text
    flight = "DUB LHR 2025-08-15T16:00 2025-08-15T17:20"
    text = itinerary_text(plan([item(flight), item(flight, status="CANCELLED")]))
    assert "    Cancelled for 1 of 2 travellers; 1 still booked." in text


def test_a_language_marks_its_own_thousands_and_stops_once() -> None:
    trip = plan(UTC_ORDER)
    with translation.override("de"):
        detail, text = notice_detail(trip.notices[0]), itinerary_text(trip)
    assert "18 Std. 35 Min. für 8.395 km; wurden sie in UTC gesendet, 10 Std. 35 Min." in detail
    assert "wurden sie in UTC gesendet, 10 Std. 35 Min.\n" in text and ".." not in text


def test_a_flight_cancelled_for_some_counts_those_still_booked() -> None:
    flight = "DUB LHR 2025-08-15T16:00 2025-08-15T17:20"
    trip = plan([item(flight), item(flight, status="CANCELLED"), item(flight, kind="CHD")])
    flown = trip.flights[0]
    assert flown.passengers == trip.passengers == (("ADT", 1), ("CHD", 1))
    assert flown.all_passengers
    assert [(n.kind, n.serious, notice_detail(n)) for n in flown.notices] == [
        ("partly cancelled", True, "Cancelled for 1 of 3 travellers; 2 still booked.")
    ]


LONDON = ("DUB LHR 2025-05-01T07:00 2025-05-01T08:20", "LHR LAS 2025-05-01T12:00 2025-05-01T14:40")
NEW_YORK = ("DUB JFK 2025-05-01T09:00 2025-05-01T11:40", "JFK LAS 2025-05-01T14:00 2025-05-01T16:40")


@pytest.mark.parametrize("split", [False, True])
def test_travellers_on_two_routes_to_one_city_are_all_counted(split: bool) -> None:
    """One item for each person's whole trip, or one for every flight."""

    def items(flights: tuple[str, str], kind: str) -> list[OrderItem]:
        return [item(flight, kind=kind) for flight in flights] if split else [item(*flights, kind=kind)]

    trip = plan([*items(LONDON, "ADT"), *items(LONDON, "CHD"), *items(NEW_YORK, "ADT")])
    assert trip.passengers == (("ADT", 2), ("CHD", 1))
    assert not any(flight.all_passengers for flight in trip.flights)


def test_one_traveller_with_overlapping_flights_is_one() -> None:
    trip = plan([item("DUB LHR 2025-05-01T07:00 2025-05-01T08:20", "LHR LAS 2025-05-01T08:00 2025-05-01T10:40")])
    assert trip.passengers == (("ADT", 1),)


def test_a_short_open_jaw_has_its_stay() -> None:
    trip = plan([item("DUB LHR 2025-05-01T07:00 2025-05-01T08:20"), item("CDG DUB 2025-05-02T04:00 2025-05-02T04:45")])
    stay = trip.journeys[0].stay_after
    assert stay is not None
    assert stay_words(stay) == "18 h, London to Paris not on this order"


def test_the_first_journey_is_one_that_is_flown() -> None:
    trip = plan([item("DUB LHR 2025-05-01T07:00 2025-05-01T08:20", status="CANCELLED"), item(*LONDON[1:])])
    assert trip.journeys[0].cancelled
    assert trip.first is trip.journeys[1]
    assert plan([]).first is None
