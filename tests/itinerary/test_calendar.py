"""The calendar file: its times in four readers, its UIDs when an order changes, and the status of events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from orders.cdp import decode
from orders.cdp.records import FlightSegment, Order, OrderItem
from orders.display.calendar import calendar_file
from orders.itinerary.clocks import zone
from orders.itinerary.codes import PlaceKind
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Clock, Flight, Journey, Place, Trip
from tests.itinerary.calendar_readers import READERS, Times
from tests.itinerary.published import CASES
from tests.itinerary.test_itineraries import items_of, planned

ORDER = Order(ref="d680", reference_id="B94TXY", modified_at=datetime(2026, 11, 20, 10, tzinfo=UTC))

ZONES = (
    # North and south, offsets of half and quarter hours, clocks set back in summer, and zones that never change their clocks.
    "Europe/Dublin", "Europe/London", "Europe/Madrid", "Europe/Athens", "Europe/Chisinau", "America/New_York", "America/Los_Angeles",
    "America/Halifax", "America/St_Johns", "America/Havana", "Atlantic/Azores", "Asia/Jerusalem", "Asia/Beirut", "Africa/Cairo",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Norfolk", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe",
    "America/Santiago", "America/Asuncion", "Pacific/Easter", "Antarctica/Troll",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Yangon", "Australia/Darwin", "Pacific/Marquesas", "Asia/Tokyo", "Asia/Dubai",
    "America/Phoenix", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Johannesburg", "Etc/UTC",
    # Rules that change, or that no yearly rule can express.
    "Africa/Casablanca", "Africa/El_Aaiun", "America/Vancouver", "America/Edmonton", "America/Mexico_City", "America/Sao_Paulo",
    "Asia/Almaty", "America/Nuuk", "Europe/Istanbul", "Africa/Juba",
)  # fmt: skip
YEARS: tuple[tuple[int, ...], ...] = ((2024, 2026, 2027),)


def flight(zone_name: str, instant: datetime) -> Flight:
    """A two-hour flight, with both times on the clocks of one zone."""
    there = zone(zone_name)
    origin, destination = (
        Clock(Place("XXA", PlaceKind.AIRPORT, zone=zone_name), moment.astimezone(there).replace(tzinfo=None), moment)
        for moment in (instant, instant + timedelta(hours=2))
    )
    key = f"f{instant:%Y%m%d%H%M}"
    return Flight(key, origin, destination, carrier="BX", flight_number="1", segment_indexes=((0, 0),))


def trip_of(flights: Sequence[Flight]) -> Trip:
    first, last = flights[0], flights[-1]
    ends = first.origin.place, last.destination.place, first.origin, last.destination
    return Trip(journeys=(Journey("j", tuple(flights), *ends),))


def instants(zone_name: str, year: int) -> Iterator[datetime]:
    """Points in time: twelve days of the year, the end of the year, and the hours around each clock change."""
    there = ZoneInfo(zone_name)
    for hour in range(0, 8760, 30 * 24 + 5):
        yield datetime(year, 1, 1, 3, tzinfo=UTC) + timedelta(hours=hour)
    yield datetime(year, 12, 31, 22, 30, tzinfo=UTC)
    for change in changes(there, datetime(year, 1, 1, tzinfo=UTC), 8760, 73):
        yield from (change + timedelta(minutes=minutes) for minutes in (-300, -200, -30, 0, 30, 59, 60, 90, 200, 300))


def changes(there: ZoneInfo, start: datetime, hours: int, step: int) -> Iterator[datetime]:
    """The last full hour before each clock change, found in large steps and then hour by hour."""
    for at in range(0, hours, step):
        moment = start + timedelta(hours=at)
        if moment.astimezone(there).utcoffset() != (moment + timedelta(hours=step)).astimezone(there).utcoffset():
            if step > 1:
                yield from changes(there, moment, step, 1)
            else:
                yield moment


def trips() -> dict[str, Trip]:
    """The trips on which the readers are tried, by name."""
    made = {f"published: {case.name}": planned(case) for case in CASES}
    for name in ZONES:
        for years in YEARS:
            moments = sorted({moment for year in years for moment in instants(name, year)})
            made[f"{name} {years}"] = trip_of([flight(name, moment) for moment in moments])
        for month in (1, 7):
            made[f"{name}, one flight in month {month}"] = trip_of(
                [flight(name, datetime(2026, month, 15, 12, tzinfo=UTC))]
            )
    both = [flight(name, datetime(2027, 7, 5 + at, 15, tzinfo=UTC)) for at, name in enumerate(ZONES[:20])]
    return {**made, "twenty zones": trip_of(both)}


def seconds(clock: Clock) -> int | None:
    return None if clock.instant is None else int(clock.instant.timestamp())


def ours(trip: Trip) -> Times:
    return [
        (seconds(flight.origin), seconds(flight.destination))
        for flight in trip.flights
        if flight.origin.wall is not None
    ]


@pytest.fixture(scope="module")
def tried() -> dict[str, Trip]:
    return trips()


@pytest.fixture(scope="module")
def texts(tried: dict[str, Trip]) -> list[str]:
    return [calendar_file(trip, replace(ORDER, items=(OrderItem(),) * 9)).decode() for trip in tried.values()]


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_reads_our_instants(reader: str, tried: dict[str, Trip], texts: list[str]) -> None:
    for (name, trip), times in zip(tried.items(), READERS[reader](texts), strict=True):
        assert times == ours(trip), name


@pytest.mark.parametrize("reader", READERS)
def test_readers_take_a_zone_from_the_file_alone(reader: str) -> None:
    """A wrong offset in the file makes each of them wrong by that much, so the test above proves something."""
    trip = trip_of([flight("Europe/Dublin", datetime(2026, 7, 1, 12, tzinfo=UTC))])
    text = calendar_file(trip, replace(ORDER, items=(OrderItem(),))).decode()
    wrong = text.replace("TZOFFSETTO:+0100", "TZOFFSETTO:+0300").replace("TZOFFSETFROM:+0100", "TZOFFSETFROM:+0300")
    right, off = READERS[reader]([text, wrong])
    assert off[0][0] == (right[0][0] or 0) - 2 * 3600


def test_a_zone_with_yearly_rules_has_them_and_one_without_has_each_onset() -> None:
    """Outlook reads RRULEs; single onsets are for what no yearly rule can express."""
    for name, rules in (("Europe/Paris", 2), ("America/New_York", 2), ("Pacific/Auckland", 2), ("Asia/Tokyo", 0)):
        text = calendar_file(
            trip_of([flight(name, datetime(2026, 7, 1, tzinfo=UTC))]), replace(ORDER, items=(OrderItem(),))
        ).decode()
        assert (text.count("RRULE:FREQ=YEARLY"), text.count("RDATE")) == (rules, 0 if rules else 1), name
    morocco = calendar_file(
        trip_of([flight("Africa/Casablanca", datetime(2024, 7, 1, tzinfo=UTC))]), replace(ORDER, items=(OrderItem(),))
    )
    assert b"RRULE" not in morocco and morocco.count(b"RDATE") > 4


def test_every_zone_is_defined_once_and_before_the_events(tried: dict[str, Trip]) -> None:
    text = calendar_file(tried["twenty zones"], replace(ORDER, items=(OrderItem(),))).decode()
    names = re.findall(r"BEGIN:VTIMEZONE\r\nTZID:(\S+)", text)
    assert sorted(names) == sorted(set(names)) and len(names) == 20
    assert text.rindex("END:VTIMEZONE") < text.index("BEGIN:VEVENT")


def test_an_unknown_zone_floats_and_a_changing_hour_is_utc() -> None:
    cases = {case.name: case for case in CASES}
    floating = cases["an unknown place"]
    assert b"DTEND" not in calendar_file(planned(floating), replace(ORDER, items=tuple(items_of(floating))))
    twice = cases["a departure whose hour comes twice"]
    assert b"DTSTART:20251026T003000Z" in calendar_file(planned(twice), replace(ORDER, items=tuple(items_of(twice))))


@pytest.mark.parametrize(
    ("origin", "destination", "departs", "arrives", "written"),
    [
        ("CDG", "JFK", "0001-01-01T00:00:00Z", "0001-01-01T04:00:00Z", ["DTSTART:00010101T000000"]),
        ("CDG", "JFK", "0001-01-01T00:00:00+05:00", None, ["DTSTART:00010101T000000"]),
        ("JFK", "CDG", "9999-12-31T22:00:00Z", "9999-12-31T23:59:00Z", ["DTSTART:99991231T220000"]),
        ("JFK", "LAX", "9999-12-31T20:00:00Z", "9999-12-31T23:00:00Z", ["DTSTART:99991231T200000", "DTEND:99991231T230000"]),
    ],
)  # fmt: skip
def test_a_time_at_an_end_of_the_years_names_no_zone(
    origin: str, destination: str, departs: str, arrives: str | None, written: list[str]
) -> None:
    """Its instant is out of the range of calculation; some programs send 0001-01-01 for no time at all."""
    sent = {"origin": origin, "destination": destination, "departureDateTime": departs, "arrivalDateTime": arrives}
    text = file_of(order_of(decode.item({"ref": "a", "flightSegments": [sent]}))).decode()
    assert re.findall(r"^DT(?:START|END)\b.*(?=\r)", text, re.MULTILINE) == written
    assert "TZID" not in text


def test_an_order_without_flights_gives_an_empty_calendar() -> None:
    assert list(Calendar.from_ical(calendar_file(plan([]), ORDER)).walk("VEVENT")) == []


SALE = datetime(2026, 11, 1, 9, tzinfo=UTC)


def segment(line: str) -> FlightSegment:
    """A segment written as "BX 459 DUB LHR 2027-01-05T16:00 2027-01-05T17:20"."""
    carrier, number, origin, destination, departs, arrives = line.split()
    times = datetime.fromisoformat(departs), datetime.fromisoformat(arrives)
    return FlightSegment(origin, destination, *times, carrier=carrier, flight_number=number)


def item(
    ref: str, *lines: str, sold: datetime = SALE, status: str = "CONFIRMED", modified: datetime | None = None
) -> OrderItem:
    flights = tuple(segment(line) for line in lines)
    return OrderItem(ref=ref, status=status, ordered_at=sold, modified_at=modified, flight_segments=flights)


def order_of(*items: OrderItem, **values: object) -> Order:
    return replace(ORDER, items=items, **values)  # type: ignore[arg-type]


def file_of(order: Order) -> bytes:
    return calendar_file(plan(order.items, now=SALE), order)


def events(order: Order) -> list[dict[str, str]]:
    """The properties of each event in the file, as plain values."""
    read = Calendar.from_ical(file_of(order)).walk("VEVENT")
    return [{name: value.to_ical().decode() for name, value in event.items()} for event in read]


def uids(order: Order) -> list[str]:
    return [event["UID"] for event in events(order)]


OUT = "BX 459 DUB LHR 2027-01-05T16:00 2027-01-05T17:20"
BACK = "BX 460 LHR DUB 2027-01-09T16:00 2027-01-09T17:20"
RETIMED = {
    "by an hour": "BX 459 DUB LHR 2027-01-05T17:00 2027-01-05T18:20",
    "to the day before": "BX 459 DUB LHR 2027-01-04T16:00 2027-01-04T17:20",
    "to after the way back": "BX 459 DUB LHR 2027-01-12T16:00 2027-01-12T17:20",
    "to another year": "BX 459 DUB LHR 2028-01-05T16:00 2028-01-05T17:20",
    "number with a zero": "BX 0459 DUB LHR 2027-01-05T16:00 2027-01-05T17:20",
    "number with the carrier": "BX BX459 DUB LHR 2027-01-05T16:00 2027-01-05T17:20",
    "carrier in lower case": "bx 459 DUB LHR 2027-01-05T16:00 2027-01-05T17:20",
}


@pytest.mark.parametrize("after", RETIMED.values(), ids=RETIMED)
def test_a_flight_that_is_retimed_keeps_its_uid(after: str) -> None:
    before = uids(order_of(item("a", OUT, BACK)))
    assert len(set(before)) == 2
    assert sorted(uids(order_of(item("a", after, BACK)))) == sorted(before)


def test_a_uid_depends_on_the_order_and_the_leg() -> None:
    first = order_of(item("a", OUT, BACK))
    others = [
        order_of(item("a", OUT, BACK), ref="e791"),
        order_of(item("a", OUT.replace("LHR", "LGW"), BACK.replace("LHR", "LGW"))),
        order_of(item("a", OUT.replace("459", "461"), BACK.replace("460", "462"))),
    ]
    assert all(not set(uids(first)) & set(uids(other)) for other in others)


DAILY = [f"BX 459 DUB LHR 2027-01-0{day}T16:00 2027-01-0{day}T17:20" for day in (5, 7, 9)]


def test_flights_of_one_number_on_other_days_differ_and_keep_their_own() -> None:
    """They are told apart by time and item of sale, not by when they fly."""
    first, second = item("a", DAILY[0]), item("b", DAILY[1], sold=SALE + timedelta(days=1))
    before = {event["DTSTART"]: event["UID"] for event in events(order_of(first, second))}
    assert len(set(before.values())) == 2
    later = {event["DTSTART"]: event["UID"] for event in events(order_of(item("a", DAILY[2]), second))}
    assert (
        later["20270109T160000"] == before["20270105T160000"] and later["20270107T160000"] == before["20270107T160000"]
    )
    swapped = {event["DTSTART"]: event["UID"] for event in events(order_of(second, first))}
    assert swapped == before


def test_legs_of_one_item_with_one_number_differ() -> None:
    ids = uids(order_of(item("a", *DAILY)))
    assert len(set(ids)) == 3
    assert uids(order_of(item("a", *DAILY), item("b", *DAILY))) == ids


def test_a_party_that_is_split_keeps_one_uid_and_gets_one() -> None:
    together = uids(order_of(item("a", OUT), item("b", OUT)))
    assert len(together) == 1
    apart = {event["DTSTART"]: event["UID"] for event in events(order_of(item("a", DAILY[1]), item("b", OUT)))}
    assert apart["20270107T160000"] == together[0] and len(set(apart.values())) == 2
    assert uids(order_of(item("a", OUT), item("b", OUT), item("c", OUT, sold=SALE + timedelta(days=9)))) == together


def test_a_rebooked_flight_leaves_the_cancelled_one_its_uid() -> None:
    before = uids(order_of(item("a", OUT)))
    rebooked = item("b", DAILY[1], sold=SALE + timedelta(days=3))
    after = events(order_of(item("a", OUT, status="CANCELLED"), rebooked))
    assert {event["STATUS"]: event["UID"] == before[0] for event in after} == {"CANCELLED": True, "CONFIRMED": False}


def test_the_file_is_the_same_for_the_same_answer() -> None:
    order = order_of(item("a", OUT, BACK), item("b", *DAILY))
    assert file_of(order) == file_of(order_of(*order.items))


def test_stamps_are_those_of_the_cdp_and_the_sequence_grows_with_them() -> None:
    changes = [datetime(2026, 11, 20, 10, 0, second, tzinfo=UTC) for second in (1, 2, 40)]
    changes += [datetime(2027, 3, 1, tzinfo=UTC), datetime(2061, 1, 1, tzinfo=UTC)]
    updates = [events(order_of(item("a", OUT), modified_at=changed))[0] for changed in changes]
    assert [event["DTSTAMP"] for event in updates] == [f"{changed:%Y%m%dT%H%M%SZ}" for changed in changes]
    assert all(event["DTSTAMP"] == event["LAST-MODIFIED"] for event in updates)
    numbers = [int(event["SEQUENCE"]) for event in updates]
    assert numbers == sorted(set(numbers)) and numbers[0] >= 0 and numbers[-1] < 2**31


def test_a_changed_item_is_a_change_and_a_stamp_of_another_zone_is_utc() -> None:
    later = ORDER.modified_at + timedelta(hours=3) if ORDER.modified_at else SALE
    event = events(order_of(item("a", OUT, modified=later.astimezone(ZoneInfo("Asia/Tokyo")))))[0]
    assert event["DTSTAMP"] == "20261120T130000Z"


def test_an_answer_without_stamps_still_gives_a_file() -> None:
    (event,) = events(Order(ref="d680", items=(OrderItem(flight_segments=(segment(OUT),)),)))
    assert event["DTSTAMP"] == "19700101T000000Z" and "SEQUENCE" not in event and "LAST-MODIFIED" not in event
    (created,) = events(Order(ref="d680", created_at=SALE, items=(OrderItem(flight_segments=(segment(OUT),)),)))
    assert created["DTSTAMP"] == "20261101T090000Z"


@pytest.mark.parametrize(
    ("statuses", "word", "busy"),
    [
        (("CONFIRMED",), "CONFIRMED", "OPAQUE"),
        (("RESERVED",), "TENTATIVE", "OPAQUE"),
        (("On hold",), "TENTATIVE", "OPAQUE"),
        (("PENDING",), "TENTATIVE", "OPAQUE"),
        (("canceled",), "CANCELLED", "TRANSPARENT"),
        (("CANCEL_REQUESTED",), "CONFIRMED", "OPAQUE"),
        (("CANCELLATION_REJECTED",), "CONFIRMED", "OPAQUE"),
        (("REFUNDED",), "TENTATIVE", "OPAQUE"),
        (("DECLINED",), "TENTATIVE", "TRANSPARENT"),
        (("VOID",), "TENTATIVE", "TRANSPARENT"),
        (("CANCELLED", "CONFIRMED"), "CONFIRMED", "OPAQUE"),
        (("RESERVED", "CANCELLED"), "TENTATIVE", "OPAQUE"),
        (("Something else",), None, "OPAQUE"),
    ],
)
def test_the_status_of_an_event(statuses: tuple[str, ...], word: str | None, busy: str) -> None:
    (event,) = events(order_of(*(item(f"i{at}", OUT, status=sent) for at, sent in enumerate(statuses))))
    assert (event.get("STATUS"), event["TRANSP"]) == (word, busy)
