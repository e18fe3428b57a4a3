"""The calendar file, read back: by the library that wrote it, and by a reader that knows nothing but the file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from orders.itinerary.calendar import as_ics
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Clock
from tests.itinerary.published import CASES, Case
from tests.itinerary.test_itineraries import planned

STAMP = datetime(2025, 1, 1, 12, tzinfo=UTC)


def unfolded(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


def zones_in(lines: list[str]) -> dict[str, list[tuple[datetime, timedelta]]]:
    """Each VTIMEZONE's onsets (UTC) and the offsets they set, told from the file's own lines alone."""
    zones: dict[str, list[tuple[datetime, timedelta]]] = {}
    name, before, after = "", timedelta(), timedelta()
    starts: list[datetime] = []
    for line in lines:
        key, _colon, value = line.partition(":")
        if key == "TZID":
            name = value
            zones[name] = []
        elif key == "BEGIN" and value in ("STANDARD", "DAYLIGHT"):
            starts = []
        elif key in ("DTSTART", "RDATE") and name:
            starts += [datetime.strptime(one, "%Y%m%dT%H%M%S") for one in value.split(",")]
        elif key in ("TZOFFSETFROM", "TZOFFSETTO"):
            whole = timedelta(hours=int(value[1:3]), minutes=int(value[3:5])) * (-1 if value[0] == "-" else 1)
            before, after = (whole, after) if key == "TZOFFSETFROM" else (before, whole)
        elif key == "END" and value in ("STANDARD", "DAYLIGHT"):
            zones[name] += [(start - before, after) for start in starts]
        elif key == "END" and value == "VTIMEZONE":
            zones[name].sort()
            name = ""
    return zones


def instant_of(line: str, zones: dict[str, list[tuple[datetime, timedelta]]]) -> datetime:
    """The UTC value of a DTSTART or DTEND line, by the file's VTIMEZONEs."""
    match = re.fullmatch(r"DT(?:START|END)(?:;TZID=([^:]+))?:(\d{8}T\d{6})(Z?)", line)
    assert match, line
    wall = datetime.strptime(match[2], "%Y%m%dT%H%M%S")
    if match[3]:
        return wall
    assert match[1], "neither UTC nor in a zone"
    offset = None
    for onset, to in zones[match[1]]:
        if offset is None or onset <= wall - to:
            offset = to
    assert offset is not None
    return wall - offset


def expected(clock: Clock) -> datetime:
    assert clock.instant is not None
    return clock.instant.replace(tzinfo=None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_another_reader_reads_the_same_instants(case: Case) -> None:
    trip = planned(case)
    lines = unfolded(as_ics(trip, reference="B94TXY", order_ref="d680", stamp=STAMP))
    zones = zones_in(lines)
    starts = [line for line in lines[lines.index("BEGIN:VEVENT") :] if line.startswith("DTSTART")]
    ends = [line for line in lines[lines.index("BEGIN:VEVENT") :] if line.startswith("DTEND")]
    assert len(starts) == len(trip.flights)
    assert [instant_of(line, zones) for line in starts] == [expected(flight.origin) for flight in trip.flights]
    arriving = [flight for flight in trip.flights if flight.destination.instant is not None]
    assert [instant_of(line, zones) for line in ends] == [expected(flight.destination) for flight in arriving]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_library_reads_the_same_walls(case: Case) -> None:
    trip = planned(case)
    read = Calendar.from_ical(as_ics(trip, reference="B94TXY", order_ref="d680", stamp=STAMP))
    events = list(read.walk("VEVENT"))
    for event, flight in zip(events, trip.flights, strict=True):
        start = event.decoded("dtstart")
        assert start.astimezone(UTC) == flight.origin.instant
        assert f"{flight.carrier} {flight.flight_number}" in str(event["summary"])


def test_uids_stay_and_differ() -> None:
    case = CASES[0]
    first, again = (
        as_ics(planned(case), order_ref="d680", stamp=stamp) for stamp in (STAMP, STAMP + timedelta(days=3))
    )
    uids = [line for line in unfolded(first) if line.startswith("UID")]
    assert uids == [line for line in unfolded(again) if line.startswith("UID")]
    assert len(set(uids)) == 2
    other = [line for line in unfolded(as_ics(planned(case), order_ref="e791", stamp=STAMP)) if line.startswith("UID")]
    assert not set(other) & set(uids)


def test_an_unknown_zone_floats_and_a_changing_hour_is_utc() -> None:
    by_name = {case.name: case for case in CASES}
    floating = unfolded(as_ics(planned(by_name["an unknown place"]), stamp=STAMP))
    assert not any(line.startswith("DTEND") for line in floating)
    twice = unfolded(as_ics(planned(by_name["a departure whose hour comes twice"]), stamp=STAMP))
    assert "DTSTART:20251026T003000Z" in twice


def test_an_order_without_flights_gives_an_empty_calendar() -> None:
    assert list(Calendar.from_ical(as_ics(plan([]), stamp=STAMP)).walk("VEVENT")) == []
