"""One flight, one airline, in every spelling that feeds use; and near misses that are another flight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from orders.cdp.records import FlightSegment, OrderItem
from orders.itinerary.airlines import ICAO, NAMES
from orders.itinerary.designators import airline, carrier_name, designator
from orders.itinerary.journeys import plan

SAME = [
    ("BX", "459"), ("BX", "BX459"), ("BX", "BX 459"), ("BX", "BX0459"), ("BX", "BX 0459"), ("BX", "BX-459"), ("BX", "BX/459"),
    ("BX", "BX.459"), ("BX", "BX_0459"), ("BX", "bx459"), ("bx", "459"), ("bx ", "Bx 459"), ("BX", "459 "), ("BX", " 459"),
    ("BX", "0459"), ("BX", "00459"), ("BX", "#459"), ("BX", "# 459"), ("BX", "BX #459"), ("BX", "No. 459"), ("BX", "№ 459"),
    ("BX", "Flight 459"), ("BX", "FLT BX459"), ("BX", "flight: BX 459"), ("BX", "459.0"), ("BX", "４５９"), ("BX", "ＢＸ４５９"),
    ("BX", "BX\u00a0459"), ("BX", "\u200bBX459"), ("BX", "٤٥٩"), ("BX", "BX\u2011459"), ("BX", "BX–459"), ("BX", "BX−459"), ("BX*", "459"), (None, "BX459"), ("", "BX 0459"), (None, "bx-459"),
]  # fmt: skip


@pytest.mark.parametrize(("carrier", "number"), SAME)
def test_one_number_in_many_spellings(carrier: str | None, number: str) -> None:
    assert designator(carrier, number) == ("BX", "459")


@pytest.mark.parametrize(
    ("carrier", "number", "read"),
    [
        ("BX", "459A", ("BX", "459A")),  # an operational suffix: another flight
        ("BX", "bx 0459 a", ("BX", "459A")),
        ("BX", "4590", ("BX", "4590")),
        ("BX", "45", ("BX", "45")),
        ("BY", "459", ("BY", "459")),
        ("BX", "0", ("BX", "0")),
        ("BX", "0000", ("BX", "0")),
        ("BX", "BY459", ("BX", "BY459")),  # two airlines that contradict each other stay as sent
        ("BX", "459/460", ("BX", "459/460")),
        ("BX", "open", ("BX", "OPEN")),
        ("BX", None, ("BX", "")),
        (None, "459", ("", "459")),
        (None, None, ("", "")),
        (None, "U21234", ("U2", "1234")),
        ("U2", "U21234", ("U2", "1234")),
        ("U2", "21234", ("U2", "21234")),
        ("U2", "EZY1234", ("U2", "1234")),
        ("3K", "3K123", ("3K", "123")),
        ("EI", "EIN123", ("EI", "123")),
        ("EIN", "EI0123", ("EI", "123")),
        ("EIN", "123", ("EI", "123")),
        ("British Airways", "BA 117", ("BA", "117")),
        ("BA", "British Airways 117", ("BA", "117")),
        ("BX", "4" * 5000, ("BX", "4" * 5000)),
    ],
)
def test_similar_designators_that_differ(carrier: str | None, number: str | None, read: tuple[str, str]) -> None:
    assert designator(carrier, number) == read


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        *((spelling, "BA") for spelling in (
            "BA", "ba", " BA ", "BAW", "baw", "British Airways", "BRITISH AIRWAYS", "british  airways", "British Airways PLC",
            "BRITISH AIRWAYS P.L.C.", "British Airways plc.", "British Airways (BA)", "BA - British Airways", "BA British Airways",
            "Operated by British Airways", "BritishAirways", "ＢＡ", "The British Airways Company Ltd",
        )),
        *((spelling, "AA") for spelling in ("AA", "AAL", "American Airlines", "AMERICAN AIRLINES INC.", "American", "american air lines")),
        *((spelling, "LH") for spelling in ("LH", "DLH", "Lufthansa", "Deutsche Lufthansa AG", "Lufthansa German Airlines")),
        *((spelling, "AF") for spelling in ("Air France", "AIR FRANCE S.A.", "AirFrance", "afr")),
        *((spelling, "DL") for spelling in ("Delta", "Delta Airlines", "Delta Air Lines, Inc.")),
        ("KLM", "KL"), ("KLM Royal Dutch Airlines", "KL"), ("SAS", "SK"), ("Scandinavian Airlines System", "SK"),
        ("Swiss International Air Lines", "LX"), ("Aeromexico", "AM"), ("AEROMÉXICO", "AM"), ("Wideroe", "WF"), ("Widerøe", "WF"),
        ("Türk Hava Yolları", "TK"), ("Qantas Airways Limited", "QF"), ("Easy Jet", "U2"), ("EIN", "EI"), ("Aer Lingus", "EI"),
        # Airlines in their own right, although they fly under another's name.
        ("BA CityFlyer", "CJ"), ("American Eagle", "AMERICAN EAGLE"), ("Envoy Air", "MQ"),
        ("KLM Cityhopper", "WA"), ("Lufthansa CityLine", "CL"), ("CLH", "CL"), ("Emerald Airlines", "EA"), ("SkyWest", "OO"), ("EJU", "EC"), ("Air India Express", "IX"),
        ("Jetstar Japan", "GK"), ("Q9", "Q9"), ("q9", "Q9"), ("", ""), (None, ""), ("Airlines", "AIRLINES"), ("Foo  Air", "FOO AIR"), ("foo air", "FOO AIR"),
    ],
)  # fmt: skip
def test_an_airline_by_code_or_name(sent: str | None, code: str) -> None:
    assert airline(sent) == code


def test_every_airline_is_found_by_all_its_names() -> None:
    assert set(ICAO.values()) == set(NAMES)
    for icao, code in ICAO.items():
        assert (airline(icao), airline(icao.lower()), carrier_name(icao)) == (code, code, NAMES[code])
    for code, name in NAMES.items():
        assert (airline(name), airline(name.upper()), airline(f"{name} Ltd.")) == (code, code, code)


TIMED = FlightSegment(
    origin="DUB",
    destination="LHR",
    departure=datetime(2027, 1, 5, 16),
    arrival=datetime(2027, 1, 5, 17, 20),
    carrier="BX",
    flight_number="459",
)
DATED = replace(TIMED, departure=None, arrival=None, departure_day=date(2027, 1, 5), arrival_day=date(2027, 1, 5))


def aboard(*segments: FlightSegment) -> list[tuple[str, str, tuple[tuple[str, int], ...]]]:
    trip = plan(
        [OrderItem(type="FLIGHT", passenger_type_code="ADT", flight_segments=(segment,)) for segment in segments]
    )
    return [(flight.carrier, flight.flight_number, flight.passengers) for flight in trip.flights]


def test_all_spellings_are_one_flight_with_everybody_aboard() -> None:
    sent = [replace(TIMED, carrier=carrier, flight_number=number) for carrier, number in SAME]
    assert aboard(*sent) == [("BX", "459", (("ADT", len(SAME)),))]
    assert aboard(*reversed(sent)) == [("BX", "459", (("ADT", len(SAME)),))]


@pytest.mark.parametrize(
    "other",
    [
        replace(TIMED, carrier=None),
        replace(TIMED, origin="dub ", destination=" lhr"),
        DATED,
        replace(DATED, carrier=None, arrival_day=None),
        replace(TIMED, arrival=None, arrival_day=date(2027, 1, 5)),
    ],
)
def test_a_missing_carrier_or_time_makes_no_second_flight(other: FlightSegment) -> None:
    for order in ((TIMED, other), (other, TIMED)):
        (flight,) = plan(
            [OrderItem(passenger_type_code="ADT", flight_segments=(segment,)) for segment in order]
        ).flights
        assert (flight.carrier, flight.flight_number, flight.passengers) == ("BX", "459", (("ADT", 2),))
        assert (flight.origin.wall, flight.minutes) == (TIMED.departure, 80)
        assert [notice.kind for notice in flight.notices] == []


@pytest.mark.parametrize(
    "other",
    [
        replace(TIMED, flight_number="459A"),
        replace(TIMED, carrier="BY"),
        replace(TIMED, departure=datetime(2027, 1, 5, 20)),
        replace(DATED, departure_day=date(2027, 1, 6)),
        replace(DATED, flight_number=None),
    ],
)
def test_any_difference_makes_another_flight(other: FlightSegment) -> None:
    assert len(aboard(TIMED, other)) == 2


def test_a_day_alone_matches_neither_of_two_times() -> None:
    assert len(aboard(TIMED, replace(TIMED, departure=datetime(2027, 1, 5, 20)), DATED)) == 3


def test_a_spelling_that_is_not_shown_is_kept_in_the_details() -> None:
    (flight,) = plan([OrderItem(flight_segments=(replace(TIMED, carrier="EIN", flight_number="EI0459"),))]).flights
    assert (flight.carrier, flight.carrier_name, flight.flight_number) == ("EI", "Aer Lingus", "459")
    assert [(extra.key, extra.value) for extra in flight.extras] == [("carrier", "EIN"), ("flightNumber", "EI0459")]
