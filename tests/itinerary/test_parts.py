"""The parts of an itinerary: places, clocks, words, notices, phases, text, picture, and flights out of custom data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.cdp.records import Extra, FlightSegment, OrderItem, Reason
from orders.display import text as display_text
from orders.display.clocks import day, day_change, duration
from orders.display.itinerary import place_name
from orders.display.journey_bar import bar_sentence
from orders.display.notices import evidence_words, notice_detail, notice_line
from orders.display.routes import route_line, route_stops, route_words
from orders.display.text import itinerary_text
from orders.itinerary import picture
from orders.itinerary.airports import distance_km, place, same_city
from orders.itinerary.clocks import offsets_at, read_local, read_offset, read_utc
from orders.itinerary.codes import NoticeKind, Verdict
from orders.itinerary.designators import carrier_name
from orders.itinerary.journeys import plan
from orders.itinerary.segments import from_extension
from orders.itinerary.travel_groups import travel_groups
from orders.itinerary.trip import Clock, Evidence, Notice, Transfer, Trip

BACK = ("LAS LHR 2025-08-22T16:00 2025-08-23T09:40", "LHR DUB 2025-08-23T12:00 2025-08-23T13:20")
OUT = ("DUB LHR 2025-08-15T16:00 2025-08-15T17:20", "LHR LAS 2025-08-15T20:00 2025-08-15T22:40")


def item(
    *flights: str, status: str = "PURCHASED", kind: str = "ADT", quantity: int = 1, carrier: str = "BX"
) -> OrderItem:
    segments = []
    for flight in flights:
        origin, destination, departs, arrives = flight.split()
        segments.append(
            FlightSegment(
                origin=origin,
                destination=destination,
                departure=datetime.fromisoformat(departs) if departs != "-" else None,
                arrival=datetime.fromisoformat(arrives) if arrives != "-" else None,
                carrier=carrier,
                flight_number="459",
                fare_class="Economy",
            )
        )
    return OrderItem(
        status=status, passenger_type_code=kind, quantity=Decimal(quantity), flight_segments=tuple(segments)
    )


def phases(trip: Trip) -> list[str]:
    return [leg.phase for journey in trip.journeys for leg in journey.legs]


@pytest.mark.parametrize(
    ("code", "kind", "city", "zone"),
    [
        ("DUB", "airport", "Dublin", "Europe/Dublin"),
        (" lhr ", "airport", "London", "Europe/London"),
        ("LON", "city", "London", "Europe/London"),
        ("NRT", "airport", "Tokyo", "Asia/Tokyo"),
        ("NYC", "city", "New York", "America/New_York"),
        ("IST", "airport", "Istanbul", "Europe/Istanbul"),
        ("XQZ", "unknown", "", None),
        (None, "unknown", "", None),
    ],
)
def test_places(code: str | None, kind: str, city: str, zone: str | None) -> None:
    location = place(code)
    assert (location.kind, location.city, location.zone) == (kind, city, zone)


@pytest.mark.parametrize(
    ("flights", "words", "line"),
    [
        (OUT, "DUB – LHR – LAS", "DUB–LHR–LAS"),
        (("DUB FCO 2027-05-08T06:20 2027-05-08T10:30", "NCE DUB 2027-05-16T20:05 2027-05-16T21:40"), "DUB – FCO (no flight) NCE – DUB", "DUB–FCO no flight NCE–DUB"),
        (("DUB LHR 2027-02-06T06:30 2027-02-06T07:55", "LGW MCO 2027-02-06T12:40 2027-02-06T17:05"), "DUB – LHR (by land) LGW – MCO", "DUB–LHR by land LGW–MCO"),
        (("DUB LON 2027-02-06T06:30 2027-02-06T07:55", "LGW MCO 2027-02-06T12:40 2027-02-06T17:05"), "DUB – LON (…) LGW – MCO", "DUB–LON … LGW–MCO"),
    ],
)  # fmt: skip
def test_a_route_does_not_draw_a_gap_as_a_flight(flights: tuple[str, ...], words: str, line: str) -> None:
    trip = plan([item(*flights)])
    assert route_words(trip) == words
    assert route_line(trip) == line
    assert route_line(Trip()) == ""
    assert len(route_stops(trip)) == len(trip.route)


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert place(" x?z ").code == "x?z"
    assert carrier_name("Q9") == "Q9"
    assert carrier_name(" ei ") == "Aer Lingus"


def test_distances_and_cities() -> None:
    assert round(distance_km(place("LHR"), place("LAS")) or 0) == 8395
    assert distance_km(place("LHR"), place("XQZ")) is None
    assert same_city(place("LHR"), place("LGW"))
    assert same_city(place("LON"), place("STN"))
    assert same_city(place("JFK"), place("NYC"))
    assert not same_city(place("LHR"), place("DUB"))
    assert not same_city(place(""), place(""))


def test_every_zone_of_the_table_is_in_tzdata() -> None:
    from orders.itinerary.airports import all_places
    from orders.itinerary.clocks import zone

    assert [known.code for known in all_places().values() if zone(known.zone) is None] == []


def test_clocks() -> None:
    twice = read_local(datetime(2025, 10, 26, 1, 30), "Europe/London")
    assert (twice.dst, twice.instant) == ("repeated", datetime(2025, 10, 26, 0, 30, tzinfo=UTC))
    never = read_local(datetime(2025, 3, 30, 1, 30), "Europe/Dublin")
    assert (never.dst, never.instant) == ("skipped", datetime(2025, 3, 30, 1, 30, tzinfo=UTC))
    south = read_local(datetime(2025, 10, 5, 2, 15), "Australia/Sydney")
    assert south.dst == "skipped"
    assert read_utc(datetime(2025, 8, 16, 5, 40), "America/Los_Angeles").wall == datetime(2025, 8, 15, 22, 40)
    assert read_offset(datetime(2025, 8, 15, 16), timedelta(hours=2), "Europe/Dublin").wall == datetime(2025, 8, 15, 15)
    assert read_offset(datetime(2025, 8, 15, 16), timedelta(hours=2), None).instant == datetime(
        2025, 8, 15, 14, tzinfo=UTC
    )
    assert offsets_at("Asia/Kathmandu", datetime(2025, 1, 1)) == (timedelta(hours=5, minutes=45),)
    assert offsets_at("Not/AZone", datetime(2025, 1, 1)) == ()
    assert read_local(datetime.min, "Asia/Tokyo").instant is None


def test_lengths_and_day_marks() -> None:
    assert [duration(minutes) for minutes in (0, 45, 60, 80, -15, 2130)] == [
        "0 min",
        "45 min",
        "1 h",
        "1 h 20 min",
        "−15 min",
        "35 h 30 min",
    ]
    assert [day_change(days) for days in (None, 0, 1, 2, -1)] == ["", "", "+1 day", "+2 days", "−1 day"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-08-15T14:59", ["next", "later", "later", "later", "later", "later"]),
        ("2025-08-15T15:00", ["now", "next", "next", "later", "later", "later"]),
        ("2025-08-15T17:00", ["departed", "now", "next", "later", "later", "later"]),
        ("2025-08-15T19:00", ["departed", "departed", "now", "next", "later", "later"]),
        ("2025-08-16T05:40", ["departed", "departed", "departed", "next", "later", "later"]),
        ("2025-08-24T00:00", ["departed"] * 6),
    ],
)
def test_phases_come_from_instants(now: str, expected: list[str]) -> None:
    """The first flight leaves at 16:00 in Dublin, which is 15:00 UTC."""
    trip = plan([item(*OUT), item(*BACK)], now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    trip_phases = phases(trip)
    assert [phase for at, phase in enumerate(trip_phases) if at != 4] == [
        phase for at, phase in enumerate(expected) if at != 4
    ]


def test_journeys_have_phases_too() -> None:
    trip = plan([item(*OUT), item(*BACK)], now=datetime(2025, 8, 15, 17, tzinfo=UTC))
    assert [journey.phase for journey in trip.journeys] == ["now", "later"]


def test_one_flight_in_several_items_is_one_flight_with_its_passengers() -> None:
    trip = plan([item(*OUT), item(*OUT, kind="CHD"), item(*OUT, quantity=2), OrderItem(type="BAG")])
    assert [flight.item_indexes for flight in trip.flights] == [(0, 1, 2)] * 2
    assert trip.flights[0].passengers == (("ADT", 3), ("CHD", 1))
    assert trip.passengers == (("ADT", 3), ("CHD", 1))
    assert all(flight.all_passengers for flight in trip.flights)
    assert trip.other_item_indexes == (3,)
    assert trip.route == ("DUB", "LHR", "LAS")


def test_a_passenger_on_another_flight_is_counted_on_each() -> None:
    early = "DUB LHR 2025-08-15T14:00 2025-08-15T15:20"
    trip = plan([item(*OUT), item(*OUT), item(early, OUT[1], kind="CHD")])
    shown = {flight.key: (flight.passengers, flight.all_passengers) for flight in trip.flights}
    assert shown["BX459-DUB-LHR-20250815T1400"] == ((("CHD", 1),), False)
    assert shown["BX459-DUB-LHR-20250815T1600"] == ((("ADT", 2),), False)
    assert shown["BX459-LHR-LAS-20250815T2000"] == ((("ADT", 2), ("CHD", 1)), True)
    assert trip.passengers == (("ADT", 2), ("CHD", 1))


def test_a_repeat_inside_one_item_is_a_duplicate() -> None:
    trip = plan([item(OUT[0], OUT[0], OUT[1])])
    assert [(duplicate.at, duplicate.flight_key) for duplicate in trip.duplicates] == [
        ((0, 1), "BX459-DUB-LHR-20250815T1600")
    ]
    assert "duplicate" in {notice.kind for notice in trip.flights[0].notices}


def test_a_cancelled_flight_stands_apart_and_tears_no_journey() -> None:
    trip = plan([item("DUB LHR 2025-08-15T18:00 2025-08-15T19:20", status="CANCELLED"), item(*OUT)])
    assert [(journey.cancelled, len(journey.flights)) for journey in trip.journeys] == [(False, 2), (True, 1)]
    assert trip.journeys[1].flights[0].phase == ""
    assert trip.route == ("DUB", "LHR", "LAS")
    assert trip.journeys[1].flights[0].statuses == ("CANCELLED",)
    assert trip.journeys[0].flights[0].statuses == ()


def test_items_that_disagree_about_an_arrival_have_a_notice() -> None:
    later = "DUB LHR 2025-08-15T16:00 2025-08-15T17:30"
    trip = plan([item(OUT[0]), item(later)])
    assert [notice.kind for notice in trip.flights[0].notices] == ["items disagree"]


def test_items_that_disagree_about_an_offset_have_a_notice() -> None:
    sent = item(OUT[0])
    other = replace(sent, flight_segments=(replace(sent.flight_segments[0], arrival_offset=timedelta(0)),))
    assert "items disagree" in [notice.kind for notice in plan([sent, other]).flights[0].notices]


def test_the_codes_are_compared_without_case_spaces_and_leading_zeros() -> None:
    first = FlightSegment(
        origin="dub", destination="LHR ", departure=datetime(2025, 8, 15, 16), carrier="bx", flight_number="0459"
    )
    again = FlightSegment(
        origin="DUB", destination="LHR", departure=datetime(2025, 8, 15, 16), carrier="BX", flight_number="459"
    )
    trip = plan([OrderItem(flight_segments=(first,)), OrderItem(flight_segments=(again,))])
    assert len(trip.flights) == 1


def test_the_plain_text() -> None:
    text = itinerary_text(plan([item(*OUT), item(*BACK)]), reference="B94TXY")
    assert text.splitlines()[:9] == [
        "B94TXY",
        "",
        "DUB → LHR → LAS → LHR → DUB",
        "",
        "Fri 15 Aug 2025 · Dublin to Las Vegas · 14 h 40 min",
        "  BX 459 · Flight time 1 h 20 min · Economy",
        "    Fri 15 Aug 2025 16:00  Dublin (DUB)",
        "    Fri 15 Aug 2025 17:20  London Heathrow (LHR)",
        "    2 h 40 min at London Heathrow (LHR)",
    ]
    assert "\n7 days in Las Vegas\n" in text
    assert "09:40  London Heathrow (LHR) (+1 day)" in text
    assert text.endswith("All times are local airport times.")
    assert itinerary_text(plan([])) == ""


@pytest.mark.parametrize("most", [350, 400, 600, 900])
def test_a_plain_text_that_is_too_long_leaves_flights_out(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    trip = replace(plan([item(*OUT), item(*BACK)]), untimed=(("Dublin to Las Vegas (DUB-LAS)", 1),))
    whole = itinerary_text(trip, reference="B94TXY")
    assert "left out" not in whole
    monkeypatch.setattr(display_text, "MOST_CHARACTERS", most)
    cut = itinerary_text(trip, reference="B94TXY")
    assert len(cut) <= most
    kept, _said, end = cut.partition(
        "The remaining flights are left out because the text would otherwise be too long for a support ticket."
    )
    assert whole.startswith(kept) and kept.count("\n") >= 4
    assert end == ("\n\n1 flight without times: Dublin to Las Vegas (DUB-LAS)\n\nAll times are local airport times.")


def test_the_plain_text_has_the_doubt_about_its_times() -> None:
    text = itinerary_text(plan([item("LHR LAS 2025-08-15T19:00 2025-08-16T05:35")]))
    assert (
        "Times look like UTC: if the times were sent as local times, this flight takes 18 h 35 min to cover 8,395 km; if in UTC, 10 h 35 min."
        in text
    )


def test_weekdays_and_months_are_whole() -> None:
    assert day(date(2024, 2, 29)) == "Thu 29 Feb 2024"


def test_the_picture_is_to_scale() -> None:
    trip = plan([item(*OUT)])
    drawn = picture.draw(trip.journeys[0])
    assert drawn is not None
    assert [(shape.is_flight, shape.x, shape.width) for shape in drawn.shapes] == [
        (True, 0, 87),
        (False, 87, 175),
        (True, 262, 698),
    ]
    assert bar_sentence(trip.journeys[0], drawn).endswith(
        "DUB–LHR flight 1 h 20 min, 2 h 40 min wait at LHR, LHR–LAS flight 10 h 40 min, 1 h 20 min at night"
    )
    assert [(night.x, night.width) for night in drawn.nights] == [
        (524, 87)
    ]  # midnight to 01:20 by London's clock, then Nevada's evening
    assert drawn.ticks[0].label == datetime(2025, 8, 15, 16)
    assert all(0 <= tick.x <= drawn.width < 1000 for tick in drawn.ticks)


def test_no_picture_if_a_time_is_missing_or_wild() -> None:
    assert picture.draw(plan([item("DUB XQZ 2025-08-15T16:00 2025-08-15T17:20")]).journeys[0]) is None
    assert picture.draw(plan([item("DUB LHR 2025-08-15T16:00 2026-08-15T17:20")]).journeys[0]) is None


def test_a_flight_out_of_custom_data() -> None:
    values = [
        Extra("tripType", "OW"),
        Extra("origin", "DUB"),
        Extra("destination", "LHR"),
        Extra("departureDateTime", "2025-08-15T16:00:00.000Z"),
        Extra("arrivalDateTime", "2025-08-15T17:20+01:00"),
        Extra("operatingCarrier", "BX"),
        Extra("bookingClass", "Y"),
    ]
    segment = from_extension(values)
    assert segment is not None
    assert (segment.origin, segment.destination, segment.booking_class, segment.operating_carrier) == (
        "DUB",
        "LHR",
        "Y",
        "BX",
    )
    assert segment.departure == datetime(2025, 8, 15, 16)
    assert segment.departure_offset is None
    assert segment.arrival_offset == timedelta(hours=1)
    assert segment.extras == (Extra("tripType", "OW"),)
    assert plan([OrderItem(flight_segments=(segment,))]).flights[0].minutes == 80


def test_custom_data_without_a_trip_is_none_and_odd_times_are_noted() -> None:
    assert from_extension([Extra("mealChoice", "fish")]) is None
    segment = from_extension([Extra("origin", "DUB"), Extra("departureDateTime", "soon")])
    assert segment is not None
    assert segment.departure is None
    assert [(note.field, note.reason) for note in segment.notes] == [("departureDateTime", Reason.NOT_A_DATE)]


def test_the_notices_of_transfers() -> None:
    def words(first: str, second: str, onward: str = "BX") -> list[str]:
        trip = plan([item(first), item(second, carrier=onward)])
        transfer = trip.journeys[0].legs[1]
        assert isinstance(transfer, Transfer)
        return [notice.kind for notice in transfer.notices]

    arrives = "DUB LHR 2025-08-15T16:00 2025-08-15T17:20"
    assert words(arrives, "LHR LAS 2025-08-15T18:20 2025-08-15T21:00") == []
    assert words(arrives, "LHR LAS 2025-08-15T18:19 2025-08-15T20:59") == ["tight"]
    assert words(arrives, "LHR LAS 2025-08-15T23:20 2025-08-16T02:00") == ["long"]
    assert words(arrives, "LHR LAS 2025-08-16T00:01 2025-08-16T02:41") == ["overnight", "long"]
    assert words(arrives, "LGW LAS 2025-08-15T20:00 2025-08-15T22:40") == ["tight", "airport change"]
    assert words(arrives, "LHR LAS 2025-08-15T19:00 2025-08-15T21:40", "VS") == ["carrier change"]


def test_travellers_are_counted_as_in_the_docstring_of_headcount() -> None:
    trip = plan(
        [
            item("DUB LHR 2025-05-05T07:00 2025-05-05T08:20", "LHR LAS 2025-05-05T12:00 2025-05-05T14:40"),
            item("DUB JFK 2025-05-05T09:00 2025-05-05T11:40", "JFK LAS 2025-05-05T14:00 2025-05-05T16:40"),
            item("LAS LHR 2025-05-10T16:00 2025-05-11T10:00"),
        ]
    )
    assert trip.passengers == (("ADT", 2),)


def test_travellers_are_grouped_as_in_the_docstring_of_travel_groups() -> None:
    early, home = "DUB LHR 2025-08-15T14:00 2025-08-15T15:20", "LAS DUB 2025-08-22T16:00 2025-08-23T09:40"
    items = [item(*OUT), item(*OUT), item(early, OUT[1], kind="CHD"), item(home)]
    flights = {f"{f.origin.place.code} {f.origin.wall:%H:%M}": f for f in plan(items).flights}
    flown = {key: flights[key] for key in ("DUB 14:00", "DUB 16:00", "LHR 20:00", "LAS 16:00")}
    key = {name: flight.key for name, flight in flown.items()}
    both = [key["DUB 16:00"], key["LHR 20:00"]]
    named = [both, both, [key["DUB 14:00"], key["LHR 20:00"]], [key["LAS 16:00"]]]
    groups = travel_groups(named, {flight.key: flight for flight in flown.values()})
    names = {flight.key: name for name, flight in flown.items()}
    assert [[names[flight.key] for flight in group] for group in groups] == [
        ["DUB 14:00"],
        ["DUB 16:00", "LHR 20:00", "LAS 16:00"],
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("XQZ", NoticeKind.UNKNOWN_PLACE), ("9", NoticeKind.UNKNOWN_PLACE), ("?", NoticeKind.MISSING_PLACE), ("--", NoticeKind.MISSING_PLACE)],
)  # fmt: skip
def test_a_placeholder_for_an_airport_code_is_a_missing_code(code: str, kind: NoticeKind) -> None:
    (journey,) = plan([item(f"DUB {code} 2025-08-15T16:00 2025-08-15T17:20")]).journeys
    (flight,) = journey.flights
    assert [notice.kind for notice in flight.notices] == [kind]
    assert place_name(flight.destination.place) == ("unknown airport code" if kind is NoticeKind.UNKNOWN_PLACE else "")


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_can_be_worded(kind: NoticeKind) -> None:
    names = {
        NoticeKind.UNKNOWN_PLACE: ("XQZ",),
        NoticeKind.MISSING_TIME: ("DUB", "LHR"),
        NoticeKind.AIRPORT_CHANGE: ("LHR", "LGW"),
        NoticeKind.CARRIER_CHANGE: ("Aer Lingus", "Finnair"),
        NoticeKind.SURFACE: ("LHR", "CDG"),
    }.get(kind, ())
    end = Clock(place("LHR"), datetime(2025, 10, 26, 1, 20))
    evidence = Evidence(Verdict.IMPOSSIBLE, -100, -100, 72, 449)
    notice = Notice(
        kind,
        minutes=35,
        limit=60,
        names=names,
        clock=end,
        evidence=evidence,
        status="DECLINED",
        count=1,
        total=4,
        booked=3,
    )
    assert notice_line(notice).endswith(("travellers", "."))
    assert {code for code in names if code in notice_detail(notice)} == set(names)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ((-100, -100, None, None), "this flight would land 1 h 40 min before it leaves"),
        ((-100, -40, None, None), "this flight would land 1 h 40 min before it leaves"),
        ((2000, 2060, None, None), "this flight would take 33 h 20 min if the times were sent as local times, 34 h 20 min if in UTC"),
        ((-805, -745, 635, 7900, -1), "this flight would land 13 h 25 min before it leaves, but take 10 h 35 min if the arrival date were changed by +1 day, so a date is probably wrong"),
        ((2075, 2135, 635, 7900, 1), "this flight would take 34 h 35 min to cover 7,900 km, but 10 h 35 min if the arrival date were changed by −1 day, so a date is probably wrong"),
        ((2000, 2000, None, None), "this flight would take 33 h 20 min"),
        ((2000, 2000, 72, 449), "this flight would take 33 h 20 min to cover 449 km; about 1 h 12 min is usual"),
        ((-100, 20, None, None), "if the times were sent as local times, this flight would land 1 h 40 min before it leaves; if in UTC, it would take 20 min"),
        ((2000, -40, 72, 449), "if the times were sent as local times, this flight would take 33 h 20 min; if in UTC, it would land 40 min before it leaves"),
        ((-100, -160, 72, 449), "this flight would land 1 h 40 min before it leaves (usual: 1 h 12 min)"),
        ((2000, 2060, 72, 449), "this flight would take 33 h 20 min to cover 449 km if the times were sent as local times, 34 h 20 min if in UTC; about 1 h 12 min is usual"),
    ],
)  # fmt: skip
def test_no_duration_of_an_impossible_time_is_below_nothing(evidence: tuple[Any, ...], words: str) -> None:
    assert evidence_words(Evidence(Verdict.IMPOSSIBLE, *evidence)) == words


def test_the_sentences_of_notices() -> None:
    end = Clock(place("LHR"), datetime(2025, 10, 26, 1, 20), fold=1)
    early = Evidence(Verdict.IMPOSSIBLE, -100, -100, 72, 449)
    lines = [
        notice_line(Notice(NoticeKind.IMPOSSIBLE_TIME, True, evidence=early)),
        notice_line(Notice(NoticeKind.CLOCK_REPEATED, clock=end)),
        notice_line(Notice(NoticeKind.MISSING_PLACE)),
        notice_line(Notice(NoticeKind.LONG, minutes=850)),
    ]
    assert lines == [
        "Check these times: this flight would land 1 h 40 min before it leaves (usual: 1 h 12 min).",
        "Clocks go back that night, so 01:20 occurs twice; the second fits this flight.",
        "No airport code was sent, so the duration is unknown.",
        "14 h 10 min.",
    ]
