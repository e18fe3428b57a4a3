"""Flights and extras as real feeds send them, through the real page: spellings of a flight, dates without a time, similar items."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.display.text import itinerary_text
from sandbox.server import Sandbox
from tests.pages.conftest import connect
from tests.pages.reading import text_of

Entry = dict[str, Any]


def segment(number: str | None = "459", **fields: object) -> Entry:
    return {
        "origin": "DUB",
        "destination": "LHR",
        "departureDateTime": "2027-01-05T16:00:00.000Z",
        "arrivalDateTime": "2027-01-05T17:20:00.000Z",
        "carrier": "BX",
        "flightNumber": number,
        "fareClass": "Economy",
        **fields,
    }


def dated(origin: str, destination: str, day: str, number: str) -> Entry:
    return {
        "origin": origin,
        "destination": destination,
        "departureDateTime": day,
        "arrivalDateTime": day,
        "carrier": "IB",
        "flightNumber": number,
    }


def days_of_events(body: bytes) -> list[tuple[str, str]]:
    """Start and end of each event of a calendar file, as written: "DATE 20270318", or the time alone; "" for none."""
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    events: list[tuple[str, str]] = []
    for line in lines[lines.index("BEGIN:VEVENT") :]:
        name, _colon, value = line.partition(":")
        shown = f"DATE {value}" if "VALUE=DATE" in name else value
        if line == "BEGIN:VEVENT":
            events.append(("", ""))
        elif name.startswith("DTSTART"):
            events[-1] = (shown, events[-1][1])
        elif name.startswith("DTEND"):
            events[-1] = (events[-1][0], shown)
    return events


def flown(*segments: Entry, pax: str = "ADT", **fields: object) -> Entry:
    return {"passengerTypeCode": pax, "price": 100, "flightSegments": list(segments), **fields}


@pytest.fixture
def opened(desk: Client, cdp: Sandbox) -> Any:
    """A function that adds an order of the given items to the CDP and opens it; it returns the path and the answer."""

    def open_order(*items: Entry, **order: object) -> tuple[str, Any]:
        entry = {"referenceId": uuid4().hex.upper(), "status": "CONFIRMED", "price": 100, "items": list(items)}
        ref = cdp.add_order({**entry, **order})
        return f"/orders/{ref}/", desk.get(f"/orders/{ref}/")

    return open_order


def test_one_item_for_each_passenger_and_each_spells_the_flight_anew(opened: Any) -> None:
    spellings = ["459", "BX459", "0459", "BX 0459", "bx-459", "#459", "459 ", "BX #00459"]
    items = [flown(segment(spelling), pax="ADT" if at < 4 else "CHD") for at, spelling in enumerate(spellings)]
    _path, page = opened(*items)
    trip, text = page.context["trip"], text_of(page)
    (flight,) = trip.flights
    assert (flight.carrier, flight.flight_number, flight.all_passengers) == ("BX", "459", True)
    assert trip.passengers == (("ADT", 4), ("CHD", 4))
    assert "4 adults, 4 children" in text
    assert "Flights overlap" not in text
    assert "Only " not in text


def test_an_operational_suffix_is_another_flight(opened: Any) -> None:
    _path, page = opened(flown(segment("459")), flown(segment("459A")))
    assert {flight.flight_number for flight in page.context["trip"].flights} == {"459", "459A"}


def test_an_icao_carrier_and_an_iata_carrier_are_one_party(opened: Any) -> None:
    _path, page = opened(flown(segment("EIN123", carrier="EIN")), flown(segment("0123", carrier="EI")))
    (flight,) = page.context["trip"].flights
    assert (flight.carrier, flight.flight_number, flight.passengers) == ("EI", "123", (("ADT", 2),))
    assert "EI 123" in text_of(page)
    assert "Aer Lingus" in text_of(page)


@pytest.mark.parametrize(
    ("carrier", "operating"),
    [
        *(("BA", spelling) for spelling in ("BA", "ba", "BAW", "British Airways", "BRITISH AIRWAYS PLC", "British Airways (BA)")),
        ("AA", "American Airlines"),
        ("EIN", "EI"),
        ("British Airways", "BA"),
        ("ZZ", " zz "),
        ("Foo Air", "FOO  AIR"),
    ],
)  # fmt: skip
def test_the_same_airline_is_not_named_as_operating(opened: Any, desk: Client, carrier: str, operating: str) -> None:
    path, page = opened(flown(segment("117", carrier=carrier, operatingCarrier=operating, operatingFlightNumber="117")))
    assert "perated by" not in text_of(page)
    assert "perated by" not in itinerary_text(page.context["trip"])
    assert b"perated by" not in desk.get(f"{path}itinerary.ics").content


def test_another_airline_is_named_wherever_the_flight_is(opened: Any, desk: Client) -> None:
    path, page = opened(flown(segment("117", carrier="BA", operatingCarrier="BA CityFlyer")))
    assert text_of(page).count("perated by") >= 3  # sentence, facts, details
    assert "operated by BA CityFlyer" in itinerary_text(page.context["trip"])
    assert b"operated by BA CityFlyer" in desk.get(f"{path}itinerary.ics").content.replace(b"\r\n ", b"")


def test_the_other_number_of_the_same_airline_is_not_lost(opened: Any) -> None:
    _path, page = opened(flown(segment("117", carrier="BA", operatingCarrier="ba", operatingFlightNumber="7117")))
    assert "Flown as BA 7117" in text_of(page)


WEEKEND = [
    dated("MUC", "MAD", "2027-03-18", "1"),
    dated("MAD", "RAK", "2027-03-18", "2"),
    dated("RAK", "MAD", "2027-03-21", "3"),
    dated("MAD", "MUC", "2027-03-21", "4"),
]


def test_dates_without_a_time_show_the_day_everywhere(opened: Any, desk: Client) -> None:
    path, page = opened(flown(*WEEKEND))
    trip, text = page.context["trip"], text_of(page)
    assert [journey.destination.code for journey in trip.journeys] == ["RAK", "MUC"]
    assert [flight.flight_number for flight in trip.flights] == ["1", "2", "3", "4"]
    assert "departs Thu 18 Mar 2027, time unknown, arrives Thu 18 Mar 2027, time unknown" in text
    assert "3 days in Marrakesh" in text
    assert "00:00" not in text
    assert "All times are local" not in text
    assert "Could not be read" not in text
    copied = itinerary_text(page.context["trip"])
    assert copied.count("Thu 18 Mar 2027, time unknown") == copied.count("Sun 21 Mar 2027, time unknown") == 4
    assert "00:00" not in copied
    out, back = ("DATE 20270318", "DATE 20270319"), ("DATE 20270321", "DATE 20270322")
    assert days_of_events(desk.get(f"{path}itinerary.ics").content) == [out, out, back, back]


def test_a_date_without_a_time_reads_in_german(opened: Any, desk: Client) -> None:
    path, _page = opened(flown(*WEEKEND))
    assert "Zeit unbekannt" in text_of(desk.get(path, headers={"accept-language": "de"}))


@pytest.mark.parametrize(
    ("departure", "arrival", "sentence", "starts", "ends"),
    [
        ("2027-01-05T16:00Z", "2027-01-05", "departs Tue 5 Jan 2027 at 16:00 local time, arrives Tue 5 Jan 2027, time unknown",
         "20270105T160000", ""),
        ("2027-01-05", "2027-01-06T06:20Z", "departs Tue 5 Jan 2027, time unknown, arrives Wed 6 Jan 2027 at 06:20 local time (+1 day)",
         "DATE 20270105", "DATE 20270107"),
        ("2027-01-05", "2027-01-06", "departs Tue 5 Jan 2027, time unknown, arrives Wed 6 Jan 2027, time unknown (+1 day)",
         "DATE 20270105", "DATE 20270107"),
        ("2027-01-05", None, "departs Tue 5 Jan 2027, time unknown, arrival time unknown", "DATE 20270105", "DATE 20270106"),
        ("2027-01-05", "soon", "departs Tue 5 Jan 2027, time unknown, arrival time unknown", "DATE 20270105", "DATE 20270106"),
        ("2027-01-05", "2027-01-04", "arrives Mon 4 Jan 2027, time unknown (−1 day)", "DATE 20270105", "DATE 20270106"),
        ("9999-12-31", None, "departs Fri 31 Dec 9999, time unknown", "DATE 99991231", ""),
        # Midnight is a time: it is shown as one.
        ("2027-01-05T00:00:00.000Z", "2027-01-05T01:20:00.000Z", "departs Tue 5 Jan 2027 at 00:00 local time",
         "20270105T000000", "20270105T012000"),
    ],
)  # fmt: skip
def test_what_is_known_of_each_end(
    opened: Any, desk: Client, departure: str, arrival: str | None, sentence: str, starts: str, ends: str
) -> None:
    path, page = opened(flown(segment(departureDateTime=departure, arrivalDateTime=arrival)))
    assert sentence in text_of(page)
    assert days_of_events(desk.get(f"{path}itinerary.ics").content) == [(starts, ends)]


@pytest.mark.parametrize(
    "segments",
    [
        [segment(departureDateTime=None, arrivalDateTime=None)],
        [segment(departureDateTime="", arrivalDateTime="")],
        [segment(departureDateTime="soon", arrivalDateTime="2027-01-05T17:20Z")],
        [],
    ],
)
def test_a_calendar_file_without_an_event_is_not_offered(opened: Any, desk: Client, segments: list[Entry]) -> None:
    path, page = opened(flown(*segments), type="FLIGHT")
    assert f'href="{path}itinerary.ics"' not in page.content.decode()
    answer = desk.get(f"{path}itinerary.ics")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "No calendar file" in text_of(answer)
    assert f'href="{path}"' in answer.content.decode()


def test_the_calendar_link_is_there_for_a_day_alone(opened: Any) -> None:
    path, page = opened(flown(dated("MUC", "MAD", "2027-03-18", "1")))
    assert f'href="{path}itinerary.ics"' in page.content.decode()


FLIGHT_ITEM = {"type": "Flight Item", "name": "Dublin to Las Vegas", "productId": "DUB-LAS", "price": 480}
WAY_BACK = {**FLIGHT_ITEM, "name": "Las Vegas to Dublin", "productId": "LAS-DUB"}


@pytest.mark.parametrize("version", ["v2", "v2.1"])
def test_flight_items_without_segments_are_named_and_lead_to_the_custom_data(
    opened: Any, agent: User, desk: Client, cdp: Sandbox, version: str
) -> None:
    connect(agent, cdp, f"by {version}", version=version)
    path, _page = opened(FLIGHT_ITEM, WAY_BACK, {"type": "Bag Item", "name": "Bag", "price": 1})
    page = desk.get(f"{path}?connection=by+{version}")
    line = "2 flights without times: Dublin to Las Vegas (DUB-LAS), Las Vegas to Dublin (LAS-DUB)"
    assert line in text_of(page)
    assert line in itinerary_text(page.context["trip"])
    assert "No flights to show" not in text_of(page)
    itinerary = page.content.decode().partition('id="itinerary"')[2].partition("</section>")[0]
    assert f'href="{path}custom-data/' in itinerary


@pytest.mark.parametrize(
    ("items", "line"),
    [
        ([{"type": "FLIGHT", "price": 1, "flightSegments": [], "name": "Rome"}], "1 flight without times: Rome"),
        ([FLIGHT_ITEM, FLIGHT_ITEM], "2 flights without times: 2 × Dublin to Las Vegas (DUB-LAS)"),
        ([{"type": "flight_item", "price": 1, "name": "DUB-LAS out", "productId": "DUB-LAS"}], "1 flight without times: DUB-LAS out"),
        ([{"type": "FlightItem", "_bare": True, "description": "Out"}], "1 flight without times: Out"),
        ([{"type": "Flights", "_bare": True}], "1 flight without times: Flight"),
        ([{"type": "AIR", "price": 1, "name": "DUB-LHR", "productId": "DUB-LHR"}], "1 flight without times: DUB-LHR"),
        ([{"type": "AirSegment", "price": 1, "name": "DUB-LHR", "productId": "DUB-LHR"}], "1 flight without times: DUB-LHR"),
        ([flown(segment()), WAY_BACK], "1 flight without times: Las Vegas to Dublin (LAS-DUB)"),
    ],
)  # fmt: skip
def test_what_is_known_of_a_flight_without_segments(opened: Any, items: list[Entry], line: str) -> None:
    _path, page = opened(*items)
    assert line in text_of(page)
    assert "No flights to show" not in text_of(page)


@pytest.mark.parametrize(
    "kind", ["INFLIGHT_VOUCHER", "INFLIGHT_ENTERTAINMENT", "In-flight meal", "Flight bag", "HOTEL", None]
)
def test_what_only_sounds_like_a_flight_is_none(opened: Any, kind: str | None) -> None:
    _path, page = opened({"type": kind, "name": "thing", "price": 1})
    assert "without times" not in text_of(page)
    assert "No flights to show" in text_of(page)


def test_very_many_flights_without_segments_are_counted_and_some_named(opened: Any) -> None:
    _path, page = opened(*({**FLIGHT_ITEM, "name": f"Way {n}", "productId": "X"} for n in range(9)), *[WAY_BACK] * 3)
    assert "12 flights without times: Way 0 (X), Way 1 (X)" in text_of(page)
    assert "3 × Las Vegas to Dublin" in text_of(page)


BAG: Entry = {"type": "BAG", "name": "Checked bag 20 kg", "productId": "BAG", "price": 20, "passengerTypeCode": "ADT"}
HOTEL: Entry = {"type": "HOTEL", "name": "Hotel Sol", "productId": "HTL", "price": 90, "vendor": "Sol"}


@pytest.mark.parametrize(
    ("extra", "other", "shown"),
    [
        ({**BAG, "description": "DUB–PMI"}, {**BAG, "description": "PMI–DUB"}, ["DUB–PMI", "PMI–DUB"]),
        ({**BAG, "description": "outbound"}, BAG, ["outbound"]),
        ({**BAG, "productId": "XXX-YYY"}, {**BAG, "productId": "YYY-XXX"}, ["XXX-YYY", "YYY-XXX"]),
        ({**HOTEL, "description": "18 to 21 Mar"}, {**HOTEL, "description": "21 to 23 Mar"}, ["18 to 21 Mar", "21 to 23 Mar"]),
        ({**HOTEL, "checkIn": "2027-03-18"}, {**HOTEL, "checkIn": "2027-03-21"}, ["Check in 2027-03-18", "Check in 2027-03-21"]),
        ({**HOTEL, "validFrom": "2027-03-18T15:00Z"}, {**HOTEL, "validFrom": "2027-03-21T15:00Z"}, ["2027-03-18T15:00Z", "2027-03-21T15:00Z"]),
    ],
)  # fmt: skip
def test_extras_that_differ_are_not_merged(opened: Any, extra: Entry, other: Entry, shown: list[str]) -> None:
    _path, page = opened(flown(segment()), extra, other)
    assert [line.count for line in page.context["summary"].others] == [1, 1]
    # Either at the flight that its travellers take, or in the list of other things on the order; not only among the items.
    before_the_items = "".join(re.findall(r'<section id="(?:itinerary|others)".*?</section>', page.text, re.DOTALL))
    for words in shown:
        assert words in before_the_items


@pytest.mark.parametrize(
    ("extra", "other"),
    [
        (BAG, BAG),
        (BAG, {**BAG, "passengerTypeCode": "CHD"}),
        ({**BAG, "description": "outbound"}, {**BAG, "description": "outbound"}),
        ({**BAG, "syncedAt": "2026-11-20T10:00:01.123Z"}, {**BAG, "syncedAt": "2026-11-20T10:00:02.456Z"}),
    ],
)
def test_extras_that_are_alike_stay_one_line(opened: Any, extra: Entry, other: Entry) -> None:
    _path, page = opened(flown(segment()), extra, other)
    assert [line.count for line in page.context["summary"].others] == [2]


def test_a_status_is_said_once_on_its_row(desk: Client, cdp: Sandbox) -> None:
    cdp.add_order({"referenceId": "ONCE01", "items": [flown(segment(), status="CANCEL_REQUESTED")]})
    page = desk.get("/orders/", {"q": "ONCE01"}, follow=True)
    row = page.content.decode().partition('class="flight-middle"')[2].partition("<details")[0]
    assert row.count("Cancellation requested") == 1
    assert "1 thing to check" in text_of(page)


def test_a_time_that_was_not_understood_is_not_called_missing(desk: Client, cdp: Sandbox) -> None:
    odd = segment(departureDateTime="18/03/2027", arrivalDateTime="18/03/2027")
    cdp.add_order({"referenceId": "ODD001", "items": [flown(odd)]})
    text = text_of(desk.get("/orders/", {"q": "ODD001"}, follow=True))
    assert "A time could not be read" in text and "18/03/2027" in text
    assert "No times were sent" not in text


@pytest.mark.parametrize("sent", ["20270318", "18MAR2027", "2027/3/18"])
def test_a_day_in_another_spelling_is_a_day(desk: Client, cdp: Sandbox, sent: str) -> None:
    reference = f"DAY{sent[:3]}{len(sent)}"
    cdp.add_order({"referenceId": reference, "items": [flown(dated("MUC", "MAD", sent, "1801"))]})
    text = text_of(desk.get("/orders/", {"q": reference}, follow=True))
    assert "departs Thu 18 Mar 2027, time unknown" in text
